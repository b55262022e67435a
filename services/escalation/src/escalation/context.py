"""What escalation's endpoints and roads work with."""

from dataclasses import dataclass

from chassis.project.from_store import StoreProjection
from chassis.project.registry import RegistryView
from chassis.service.process import BackgroundTask
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from chassis.write.repository import Repository


@dataclass(frozen=True, slots=True)
class Escalation:
    """Open for as long as the process runs."""

    repository: Repository
    registry: RegistryView
    database: Database
    ladder: StoreProjection
    sweep: Sweep

    def background_tasks(self) -> list[BackgroundTask]:
        """What the worker side runs: the sweep, and the ladder's read model."""
        return [self.sweep, self.ladder]
