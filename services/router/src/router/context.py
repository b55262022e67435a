"""What router's endpoints and roads work with."""

from dataclasses import dataclass

from chassis.base.ports import Clock
from chassis.project.from_store import StoreFeed
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from chassis.write.repository import Ledger
from router.duplicates.watcher import DuplicateWatch
from router.placement.knowledge import Knowing
from router.placement.reaction import Placing
from router.placement.sweep import Lookout


@dataclass(frozen=True, slots=True)
class Router:
    """Open for as long as the process runs."""

    ledger: Ledger
    clock: Clock
    knowing: Knowing
    database: Database
    feed: StoreFeed
    placing: Placing
    sweep: Sweep
    lookout: Lookout
    duplicates: DuplicateWatch
    shadow: StoreFeed | None = None
    """Counts what the shadow model would have chosen, where one is set."""
