"""What escalation's endpoints and roads work with."""

from dataclasses import dataclass

from chassis.following import StoreFeed
from chassis.ledger import Ledger
from chassis.process import Road
from chassis.registry_view import RegistryView
from chassis.sql import Database
from chassis.sweep import Sweep
from escalation.sweep import Replanner


@dataclass(frozen=True, slots=True)
class Escalation:
    """Open for as long as the process runs."""

    ledger: Ledger
    registry: RegistryView
    database: Database
    ladder: StoreFeed
    sweep: Sweep
    replanner: Replanner

    def roads(self) -> list[Road]:
        """What the worker side runs: the sweep, what keeps its dates right, and the ladder's read model."""
        return [self.sweep, self.replanner, self.ladder]
