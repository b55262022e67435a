"""What the endpoints and background tasks of agency-inbox share."""

from dataclasses import dataclass

from agency_inbox.offices.store import Offices
from agency_inbox.refused_replies import RefusedReplies
from chassis.attachments.store import Attachments
from chassis.base.ports import TimeSource
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.write.repository import Repository
from schemas.deadlines.policies import Policies


@dataclass(frozen=True, slots=True)
class Inbox:
    """Open for as long as the process serves."""

    repository: Repository
    registry: RegistryView
    clock: TimeSource
    policies: Policies
    database: Database
    quarantine: RefusedReplies
    attachments: Attachments
    offices: Offices
