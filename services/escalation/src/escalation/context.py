"""What the endpoints and background tasks of escalation share."""

from dataclasses import dataclass

from chassis.base.ports import TimeSource
from chassis.project.from_store import StoreProjection
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from chassis.write.repository import Repository
from escalation.previews import Previews


@dataclass(frozen=True, slots=True)
class Escalation:
    """Open for as long as the process runs."""

    repository: Repository
    registry: RegistryView
    database: Database
    ladder: StoreProjection
    sweep: Sweep
    clock: TimeSource
    previews: Previews
