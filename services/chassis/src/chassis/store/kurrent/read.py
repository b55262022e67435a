"""Reads of one stream, of all streams, and of the metadata that KurrentDB keeps beside a stream."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar
from uuid import UUID

from kurrentdbclient.exceptions import NotFoundError

from chassis.base.errors import StreamDeleted, WrongStore
from chassis.store.kurrent.connection import Connection
from chassis.store.kurrent.mapping import to_filter
from schemas.base.envelope import RecordedEvent

AT_ONCE: Final = 64
"""Streams read at the same time."""
LAST_POSITION: Final = 2**63 - 1

T = TypeVar("T")
R = TypeVar("R")


class StreamReader:
    """Reads with arguments of the client's `read_stream` and `read_all`. `known` is the newest position seen so far."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._client, self.known = connection, connection.client, 0

    async def stream(self, stream: str, **wanted: Any) -> list[RecordedEvent]:
        """Events of the stream; none if it was never written to.

        Raises StreamDeleted: without its metadata, a deleted stream could not be told from one that never was.
        """
        try:
            events = await self._connection.read(lambda: self._client.read_stream(stream, **wanted))
        except NotFoundError:
            if "$tb" in await self.metadata(stream):
                raise StreamDeleted(f"{stream} is deleted") from None
            return []
        if events:
            self.see(events[-1].position)
        return events

    async def whole(self, stream: str) -> list[RecordedEvent]:
        """All events of the stream. Raises StreamDeleted."""
        events = await self.stream(stream)
        if events and events[0].version != 0:
            raise StreamDeleted(f"{stream} begins at {events[0].version}: what was before is deleted")
        return events

    async def all(self, prefixes: Sequence[str], **wanted: Any) -> list[RecordedEvent]:
        """Events of all streams whose names start with one of `prefixes`."""
        return await self._connection.read(lambda: self._client.read_all(**to_filter(prefixes), **wanted))

    async def newest(self) -> int:
        """The position of the newest event that is not the server's own; 0 if there is none."""
        last = await self.last()
        return last.position if last else 0

    async def last(self) -> RecordedEvent | None:
        """The newest event that is not the server's own."""
        found = await self.all((), backwards=True, limit=1)
        self.see(found[0].position if found else 0)
        return found[0] if found else None

    async def id_at(self, position: int) -> UUID | None:
        """The id of the event at this position; None: there is none."""
        if not 0 < position <= LAST_POSITION:
            return None
        try:
            found = await self.all((), commit_position=position, limit=1)
        except WrongStore:  # no record begins there
            return None
        return found[0].id if found and found[0].position == position else None

    async def metadata(self, stream: str) -> dict[str, Any]:
        """What is kept beside the stream; empty if nothing is."""
        with suppress(NotFoundError):
            last = await self._connection.read(lambda: self._client.read_stream(f"$${stream}", backwards=True, limit=1))
            return dict(json.loads(last[0].data)) if last else {}
        return {}

    def see(self, position: int) -> None:
        """The store has reached `position`."""
        self.known = max(self.known, position)


async def each(act: Callable[[T], Awaitable[R]], things: Sequence[T]) -> list[R]:
    """`act` on each, some at a time; all are finished before the first error is raised."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(thing: T) -> R:
        async with room:
            return await act(thing)

    tasks = [asyncio.ensure_future(one(thing)) for thing in things]
    await asyncio.gather(*tasks, return_exceptions=True)
    return [task.result() for task in tasks]
