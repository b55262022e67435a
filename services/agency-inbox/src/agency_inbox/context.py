"""What the endpoints and roads of agency-inbox work with."""

from dataclasses import dataclass

from agency_inbox.quarantine import Quarantine
from chassis.ledger import Ledger
from chassis.ports import Clock
from chassis.registry_view import RegistryView
from chassis.sql import Database
from schemas.policies import Policies


@dataclass(frozen=True, slots=True)
class Inbox:
    """Open for as long as the process serves."""

    ledger: Ledger
    registry: RegistryView
    clock: Clock
    policies: Policies
    database: Database
    quarantine: Quarantine
