"""What router's endpoints and roads work with."""

from dataclasses import dataclass

from chassis.following import StoreFeed
from chassis.ledger import Ledger
from chassis.ports import Clock
from chassis.sql import Database
from chassis.sweep import Sweep
from router.agents import Placing
from router.duplicate_watch import DuplicateWatch
from router.knowing import Knowing
from router.sweep import Lookout


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
