"""A sweep over facts rather than dates: whatever happened is looked at once more, a while after it happened.

    trailing = Trailing(store, database, METADATA, "notices", reactor.handle, grace_s=30)
    await trailing.run()

For reactions whose work leaves no trace in the stream (a notice sent, a key destroyed): the reaction over Kafka does
them at once, this road does what was missed, also when Kafka is away.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import MetaData, Table, Update, bindparam, update
from sqlalchemy.exc import IntegrityError

from chassis.base.ports import Store
from chassis.base.retry import RetryPolicy
from chassis.project.from_store import position_table, reached
from chassis.sql.database import Database
from chassis.sql.lease import Lease, lease_table
from chassis.sql.statements import insert_into
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id

PERIOD_S: Final = 1.0
LIMIT: Final = 1000
Handle = Callable[[Sequence[UUID]], Awaitable[Any]]
log = structlog.get_logger(__name__)


def _real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - compares with recorded_at, which is real time


@cache
def _advance(positions: Table) -> Update:
    return update(positions).where(positions.c.view == bindparam("own")).values(position=bindparam("to"))


class CatchUpSweep:
    """Hands over the complaints in which something of `types` was recorded at least `grace_s` ago, each page once."""

    def __init__(
        self,
        store: Store,
        database: Database,
        metadata: MetaData,
        name: str,
        handle: Handle,
        *,
        types: Collection[str],
        grace_s: float = 30.0,
        now: Callable[[], datetime] = _real_now,
    ) -> None:
        self._store, self._database, self._name, self._handle = store, database, f"trailing.{name}", handle
        self._types, self._grace, self._now = frozenset(types), timedelta(seconds=grace_s), now
        table = position_table(metadata)
        self._reached, self._begin, self._advance = reached(table), insert_into(table), _advance(table)
        self._lease = Lease(database, lease_table(metadata), self._name, lambda: now().timestamp())

    async def run(self) -> None:
        """Until cancelled; of several processes one works, by a lease."""
        retry_policy = RetryPolicy()
        while True:
            await retry_policy.until_up(self.once, self._name)
            await asyncio.sleep(PERIOD_S)

    def unready(self) -> str | None:
        """Never: it trails behind anyway."""
        return None

    async def once(self) -> None:
        """Look at everything that is old enough by now."""
        while await self._lease.hold():
            position = await self._position()
            page = await self._store.read_all(position, (COMPLAINT_PREFIX,), LIMIT)
            ripe = [event for event in page.events if event.recorded_at <= self._now() - self._grace]
            if ripe:
                await self._handle(self._complaints(ripe))
                await self._move(position, ripe[-1].position)
            if len(ripe) < len(page.events) or page.caught_up:
                return

    def _complaints(self, events: Sequence[RecordedEvent]) -> list[UUID]:
        return list(dict.fromkeys(complaint_id(event.stream) for event in events if event.type in self._types))

    async def _position(self) -> int | None:
        own = {"view": self._name}
        return await self._database.read(lambda connection: connection.execute(self._reached, own).scalar())

    async def _move(self, before: int | None, after: int) -> None:
        how, names = (self._begin, ("view", "position")) if before is None else (self._advance, ("own", "to"))
        where = dict(zip(names, (self._name, after), strict=True))
        with suppress(IntegrityError):  # another process was first: the next look goes on from where it stands
            await self._database.run(lambda connection: connection.execute(how, where))
