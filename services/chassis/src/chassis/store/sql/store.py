"""The event store on SQLite or PostgreSQL: one adapter, one table, dense positions assigned one commit at a time."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime
from itertools import repeat
from uuid import UUID

from sqlalchemy import Connection, func, insert, select

from chassis.base.clock import SystemClock
from chassis.base.errors import Conflict, IdClash
from chassis.base.group_commit import GroupCommit
from chassis.base.ports import Append, Appended, Page
from chassis.base.restored import STORE_ID
from chassis.sql.database import Database
from chassis.sql.engine import take_write_lock
from chassis.store.append_rules import Result, refuse_too_large
from chassis.store.head import StoreHead
from chassis.store.poll_subscription import follow
from chassis.store.sql.lineage import refuse_unfinished
from chassis.store.sql.read import read_id, read_page, read_stream, read_streams
from chassis.store.sql.tables import HISTORY, events, meta
from chassis.store.sql.watcher import HeadWatcher
from chassis.store.sql.write import EventWriter
from schemas.base.envelope import NewEvent, RecordedEvent


class SqlStore:
    """Implements `chassis.base.ports.Store`. Creates its tables at first use; several processes may share one store.

    Positions are 1, 2, 3 without gaps and become visible in that order: SQLite has one writer at a time; on PostgreSQL
    an advisory lock is held from the choice of a position to its commit. Without it a reader that polls
    `position > last` would skip a late commit.
    """

    dense = True

    def __init__(self, url: str, now: Callable[[], datetime] | None = None) -> None:
        """`now`: source of `recorded_at`; default: machine's clock. Raises ValueError: no SQLite or PostgreSQL URL."""
        self._database = Database(url, HISTORY, refuse=refuse_unfinished)
        self._head = StoreHead()
        self._watcher = HeadWatcher(self._database, self._head)
        self._writer = EventWriter(self._database, now or SystemClock().now, self._head.advance)
        self._group = GroupCommit[Sequence[Append], list[Result]]("store-write", self._writer.carry_out)
        self._id: UUID | None = None

    async def store_id(self) -> UUID:
        if self._id is None:
            self._id = await self._database.run(_store_id)
        return self._id

    async def append(
        self, stream: str, expected_version: int, events: Sequence[NewEvent], seen: Collection[UUID] = ()
    ) -> Appended:
        [result] = await self.append_many([Append(stream, expected_version, events, seen)])
        if isinstance(result, Conflict | IdClash):
            raise result
        return result

    async def append_many(self, appends: Sequence[Append]) -> list[Result]:
        refuse_too_large(appends)
        return await self._group.submit(appends, weight=len(appends)) if appends else []

    async def read(self, stream: str, from_version: int = 0) -> list[RecordedEvent]:
        return await self._database.read(lambda connection: read_stream(connection, stream, from_version))

    async def read_many(self, streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        ranges = list(zip(streams, from_versions or repeat(0), strict=False))
        return await self._database.read(lambda connection: read_streams(connection, ranges))

    async def read_all(self, after: int | None, prefixes: Sequence[str] = (), limit: int = 1000) -> Page:
        return await self._database.read(lambda connection: read_page(connection, after, prefixes, limit))

    async def newest(self) -> int:
        newest = select(func.coalesce(func.max(events.c.position), 0))
        return int(await self._database.read(lambda connection: connection.scalar(newest)) or 0)

    async def id_at(self, position: int) -> UUID | None:
        return await self._database.read(lambda connection: read_id(connection, position))

    def subscribe(self, after: int | None, prefixes: Sequence[str] = ()) -> AsyncIterator[Page]:
        return follow(lambda position: self.read_all(position, prefixes), self._beyond, after)

    async def check(self) -> None:
        """See `chassis.sql.database.Database.check`."""
        await self._database.check()

    async def close(self) -> None:
        await self._group.close()
        await asyncio.to_thread(self._watcher.stop)
        await self._database.close()

    async def _beyond(self, position: int) -> None:
        self._watcher.start()
        await self._head.beyond(position)


def _store_id(connection: Connection) -> UUID:
    """The store's id, created by the first process."""
    take_write_lock(connection)
    found = connection.scalar(select(meta.c.value).where(meta.c.name == STORE_ID))
    if found is None:
        found = str(UUID(bytes=os.urandom(16), version=4))  # random: there is nothing to derive it from
        connection.execute(insert(meta).values(name=STORE_ID, value=found))
    return UUID(found)
