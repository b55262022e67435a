"""What router's endpoints and background tasks work with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chassis.attachments.store import Attachments
from chassis.base.ports import TimeSource
from chassis.deadletter.replay import DeadLetterReplay
from chassis.project.from_store import StoreProjection
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from chassis.write.repository import Repository
from router.duplicates.watcher import DuplicateWatcher
from router.placement.knowledge import ContextProvider
from router.placement.reaction import PlacementReaction
from router.placement.sweep import Watchdog
from schemas.deadlines.policies import Policies


@dataclass(frozen=True, slots=True)
class Router:
    """Open for as long as the process runs."""

    repository: Repository
    clock: TimeSource
    placement_context: ContextProvider
    database: Database
    feed: StoreProjection
    reaction: PlacementReaction
    sweep: Sweep
    watchdog: Watchdog
    duplicates: DuplicateWatcher
    attachments: Attachments
    shadow: StoreProjection | None = None
    """Counts what the shadow model would have chosen, where one is set."""
    dead_letters: Callable[[str], DeadLetterReplay] | None = None
    """Those of a service, as Kafka's user for operators reads them."""
    test_clock: Path | None = None
    """The file of the test clock; None in production."""

    @property
    def registry(self) -> RegistryView:
        """The registry that placement uses."""
        return self.placement_context.registry

    @property
    def policies(self) -> Policies:
        """Every version of the deadline policy."""
        return self.placement_context.policies
