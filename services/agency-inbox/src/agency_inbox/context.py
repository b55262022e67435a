"""What the endpoints and roads of agency-inbox work with."""

from dataclasses import dataclass

from agency_inbox.quarantine import Quarantine
from chassis.base.ports import Clock
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.write.repository import Ledger
from schemas.deadlines.policies import Policies


@dataclass(frozen=True, slots=True)
class Inbox:
    """Open for as long as the process serves."""

    ledger: Ledger
    registry: RegistryView
    clock: Clock
    policies: Policies
    database: Database
    quarantine: Quarantine
