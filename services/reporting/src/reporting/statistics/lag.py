"""How far the figures are behind the store."""

from typing import NamedTuple

from chassis.base.clock import SystemClock
from chassis.base.ports import Store
from chassis.project.from_store import StoreProjection


class Lag(NamedTuple):
    """`events`: those of the store after `position` that are not counted yet, of whatever stream; None: this store's
    positions do not tell. `seconds`: how long the oldest of them has been stored. Both are 0 if nothing is missing.
    """

    position: int
    events: int | None
    seconds: float


async def lag_of(projection: StoreProjection, store: Store) -> Lag:
    """How far the rows are behind now.

    Raises:
        ChassisError: from the store or the database.
    """
    at = await projection.position()
    page = await store.read_all(at, projection.view.prefixes, 1)
    if not page.events:
        return Lag(at or 0, 0, 0.0)
    # Both times are the machine's: the test clock moves domain time only.
    seconds = (SystemClock().now() - page.events[0].recorded_at).total_seconds()
    events = await store.newest() - (at or 0) if store.dense else None
    return Lag(at or 0, events, round(max(0.0, seconds), 1))
