"""What escalation's endpoints and roads work with."""

from dataclasses import dataclass

from chassis.project.from_store import StoreFeed
from chassis.project.registry import RegistryView
from chassis.service.process import Road
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from chassis.write.repository import Ledger


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
