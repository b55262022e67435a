"""What escalation's endpoints and roads work with."""

from dataclasses import dataclass

from chassis.following import StoreFeed
from chassis.ledger import Ledger
from chassis.process import Road
from chassis.registry_view import RegistryView
from chassis.sql import Database
from chassis.sweep import Sweep


@dataclass(frozen=True, slots=True)
class Escalation:
    """Open for as long as the process runs."""

    ledger: Ledger
    registry: RegistryView
    database: Database
    ladder: StoreFeed
    sweep: Sweep

    def roads(self) -> list[Road]:
        """What the worker side runs: the sweep, and the ladder's read model."""
        return [self.sweep, self.ladder]
