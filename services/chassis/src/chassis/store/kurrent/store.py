"""The event store on KurrentDB (EventStoreDB): one stream per complaint, appended to at exact versions."""

import asyncio
import os
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from functools import partial
from itertools import repeat
from typing import Any, Final
from uuid import UUID

from kurrentdbclient import StreamState
from kurrentdbclient.exceptions import WrongCurrentVersionError

from chassis.base.errors import Conflict, IdClash, WrongStore
from chassis.base.ports import Append, Appended, Page
from chassis.store.append_rules import Result, refuse_too_large
from chassis.store.kurrent.append import Appender
from chassis.store.kurrent.connection import Connection
from chassis.store.kurrent.read import StreamReader, each
from chassis.store.kurrent.subscription import follow
from schemas.base.envelope import NewEvent, RecordedEvent

IDENTITY: Final = "satupintu"
"""The stream in whose metadata the store's id is kept: it has no event of ours, so that no reader meets it."""


class KurrentStore:
    """Implements `chassis.base.ports.Store`, for one event loop. Positions are KurrentDB's commit positions."""

    dense = False

    def __init__(self, url: str) -> None:
        """Raises ValueError: the URL is not one of KurrentDB's. Nothing is connected yet."""
        self._connection = Connection(url)
        self._reader = StreamReader(self._connection)
        self._appender = Appender(self._connection, self._reader)
        self._id: UUID | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    async def store_id(self) -> UUID:
        """Asked of the server every time: readiness looks here, and a server that was exchanged is noticed."""
        metadata = await self._reader.metadata(IDENTITY)
        if "id" not in metadata:
            new = {"id": str(UUID(bytes=os.urandom(16), version=4))}
            name = partial(self._connection.client.set_stream_metadata, IDENTITY, metadata=new)
            with suppress(WrongCurrentVersionError):  # another process was faster
                await self._connection.call(partial(name, current_version=StreamState.NO_STREAM))
            metadata = await self._reader.metadata(IDENTITY)
        found = UUID(metadata["id"])
        if self._id is not None and found != self._id:
            raise WrongStore(f"{self._connection.target} was store {self._id}, and is {found} now")
        self._id = found
        return found

    async def append(
        self, stream: str, expected_version: int, events: Sequence[NewEvent], seen: Collection[UUID] = ()
    ) -> Appended:
        [result] = await self.append_many([Append(stream, expected_version, events, seen)])
        if isinstance(result, Conflict | IdClash):
            raise result
        return result

    async def append_many(self, appends: Sequence[Append]) -> list[Result]:
        """Goes on when its caller is cancelled; `close` waits for it."""
        refuse_too_large(appends)
        task = asyncio.ensure_future(self._appender.append(appends))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def read(self, stream: str, from_version: int = 0) -> list[RecordedEvent]:
        if from_version <= 0:
            return await self._reader.whole(stream)
        return await self._reader.stream(stream, stream_position=from_version)

    async def read_many(self, streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        return await each(lambda one: self.read(*one), list(zip(streams, from_versions or repeat(0), strict=False)))

    async def read_all(self, after: int | None, prefixes: Sequence[str] = (), limit: int = 1000) -> Page:
        newest = await self._reader.last()
        head = newest.position if newest else 0
        found = await self._reader.all(prefixes, commit_position=after, limit=limit + 1)  # with the one at `after`
        events = [event for event in found if event.position > (after or 0)][:limit]
        last = events[-1].position if events else 0
        position = last if len(events) == limit else max(head, last, after or 0)
        ends = [event.id for event in (*events[-1:], newest) if event is not None and event.position == position]
        return Page(events, position or after, position >= head, ends[0] if ends else None)

    async def newest(self) -> int:
        return await self._reader.newest()

    async def id_at(self, position: int) -> UUID | None:
        return await self._reader.id_at(position)

    def subscribe(self, after: int | None, prefixes: Sequence[str] = ()) -> AsyncIterator[Page]:
        return follow(self._connection, self.read_all, after, prefixes)

    async def close(self) -> None:
        while self._under_way:
            await asyncio.wait(self._under_way)
        await self._connection.close()
