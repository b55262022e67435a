"""How far behind the store the rows of a list or count are, for its answer. Also in processes that do not fill them.

return {..., **await standing(context, METADATA, "inbox")}
"""

import time
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, MetaData

from chassis.base.ports import Store
from chassis.project.fill import FillMarks
from chassis.project.partition_checkpoints import TABLE as PARTITIONS
from chassis.project.partition_checkpoints import PartitionCheckpoints
from chassis.project.position import Position
from chassis.sql.database import Database
from chassis.write.repository import Repository
from schemas.base.streams import COMPLAINT_PREFIX

FRESH_S: Final = 0.25
"""How old the known end of the store may be: there are many lists in a second."""
_ends: "WeakKeyDictionary[Store, tuple[float, int]]" = WeakKeyDictionary()


class Context(Protocol):
    """What a service's endpoints have."""

    @property
    def repository(self) -> Repository: ...
    @property
    def database(self) -> Database: ...


async def standing(
    context: Context, metadata: MetaData, view: str, prefixes: tuple[str, ...] = (COMPLAINT_PREFIX,)
) -> dict[str, Any]:
    """`position`: the store's position up to which the rows of `view` are complete, "0" if nothing was read. `behind`:
    for how many seconds the oldest missing event has been stored, and how many `events` follow `position` in the store
    (None: this store's positions do not tell); both 0 if nothing is missing.

    Raises:
        ChassisError: from the store or the database.
    """
    store = context.repository.store
    position = await context.database.read(lambda connection: reached(connection, metadata, view))
    end = await _end_of(store)
    page = await store.read_all(position or None, prefixes, 1) if end > position else None
    if page is None or not page.events:
        return {"position": str(position), "behind": {"seconds": 0.0, "events": 0}}
    # Both times are the machine's: the test clock moves domain time only.
    waited = datetime.now(UTC) - page.events[0].recorded_at  # noqa: TID251
    events = end - position if store.dense else None
    return {
        "position": str(position),
        "behind": {"seconds": round(max(0.0, waited.total_seconds()), 1), "events": events},
    }


def reached(connection: Connection, metadata: MetaData, view: str) -> int:
    """The position of the rows, also while they are filled; 0: nothing was read."""
    done, until = FillMarks(metadata, view).read(connection)
    if until.position is not None:
        return done.position or 0
    followed = Position(metadata, view).read(connection).position or 0
    if PARTITIONS not in metadata.tables:
        return followed
    parts = PartitionCheckpoints(metadata, view).read(connection)
    return max([followed, *(at.position for at in parts.values())])


async def _end_of(store: Store) -> int:
    now_s, (read_s, end) = time.monotonic(), _ends.get(store, (float("-inf"), 0))
    if now_s - read_s > FRESH_S:
        end = await store.newest()
        _ends[store] = now_s, end
    return end
