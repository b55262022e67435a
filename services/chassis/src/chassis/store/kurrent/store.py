"""The event store on KurrentDB (EventStoreDB): one stream per complaint, appended to at exact versions."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from itertools import repeat
from typing import Any, Final, TypeVar
from uuid import UUID

from kurrentdbclient import StreamState
from kurrentdbclient.exceptions import NotFoundError, WrongCurrentVersionError

from chassis.base.errors import Conflict, IdClash, OutcomeUnknown, StoreUnavailable, StreamDeleted, WrongStore
from chassis.base.ports import Append, Appended, Page
from chassis.store.append_rules import Result, Tip, refuse_too_large, settled
from chassis.store.kurrent.connection import Connection
from chassis.store.kurrent.mapping import to_filter
from chassis.store.kurrent.subscription import follow
from schemas.base.envelope import NO_STREAM, NewEvent, RecordedEvent

IDENTITY: Final = "satupintu"
"""The stream in whose metadata the store's id is kept: it has no event of ours, so that no reader meets it."""
AT_ONCE: Final = 64
"""Streams read or appended to at the same time."""

T = TypeVar("T")
R = TypeVar("R")


class KurrentStore:
    """Implements `chassis.base.ports.Store`, for one event loop. Positions are KurrentDB's commit positions.

    KurrentDB answers an append that it held already as if it had just written it. `Appended.written` is told from the
    position: what stands at or before the newest one known when the append was sent was written before. An append that
    is sent alone is read back besides: another process may have appended the same ids with other data just now.
    """

    dense = False

    def __init__(self, url: str) -> None:
        """Raises ValueError: the URL is not one of KurrentDB's. Nothing is connected yet."""
        self._connection = Connection(url)
        self._client = self._connection.client
        self._known = 0
        """The newest position seen: an append that stands at or before it was written before it was sent."""
        self._id: UUID | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    async def store_id(self) -> UUID:
        """Asked of the server every time: readiness looks here, and a server that was exchanged is noticed."""
        metadata = await self._metadata(IDENTITY)
        if "id" not in metadata:
            new = {"id": str(UUID(bytes=os.urandom(16), version=4))}
            with suppress(WrongCurrentVersionError):  # another process was faster
                await self._connection.call(
                    lambda: self._client.set_stream_metadata(
                        IDENTITY, metadata=new, current_version=StreamState.NO_STREAM
                    )
                )
            metadata = await self._metadata(IDENTITY)
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
        """Goes on when its caller is cancelled; `close` waits for it. An append to a stream named before waits for the
        answer to that one.
        """
        refuse_too_large(appends)
        task = asyncio.ensure_future(self._append_all(appends))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def read(self, stream: str, from_version: int = 0) -> list[RecordedEvent]:
        events = await self._read(stream, stream_position=max(from_version, 0))
        if from_version <= 0 and events and events[0].version != 0:
            raise StreamDeleted(f"{stream} begins at {events[0].version}: what was before is deleted")
        return events

    async def read_many(self, streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        return await _each(lambda one: self.read(*one), list(zip(streams, from_versions or repeat(0), strict=False)))

    async def read_all(self, after: int | None, prefixes: Sequence[str] = (), limit: int = 1000) -> Page:
        head = await self.newest()
        found = await self._read_all(prefixes, commit_position=after, limit=limit + 1)  # with the one at `after`
        events = [event for event in found if event.position > (after or 0)][:limit]
        last = events[-1].position if events else 0
        position = last if len(events) == limit else max(head, last, after or 0)
        return Page(events, position or after, position >= head)

    async def newest(self) -> int:
        last = await self._read_all((), backwards=True, limit=1)
        position = last[0].position if last else 0
        self._see(position)
        return position

    def subscribe(self, after: int | None, prefixes: Sequence[str] = ()) -> AsyncIterator[Page]:
        return follow(self._connection, self.read_all, after, prefixes)

    async def close(self) -> None:
        while self._under_way:
            await asyncio.wait(self._under_way)
        await self._connection.close()

    async def _append_all(self, appends: Sequence[Append]) -> list[Result]:
        return [result for run in _runs(appends) for result in await self._append(run)]

    async def _append(self, appends: Sequence[Append]) -> list[Result]:
        """To different streams: what is not settled without an append is sent, in the order of the call."""
        said = await _each(self._said_before, appends)
        asked = [append for append, answer in zip(appends, said, strict=True) if answer is None]
        alone = len(asked) == 1
        if asked and not (alone and self._connection.is_up):
            await self.newest()  # raises before anything is sent, if the server is not there
        sent = iter(await _each(lambda append: self._sent(append, alone=alone), asked))
        return [next(sent) if answer is None else answer for answer in said]

    async def _said_before(self, append: Append) -> Result | None:
        """The answer, if the stream must be read for it, and tells it. The server compares ids only with events *after*
        the expected version; the ones before are those in `seen`, if the writer has loaded all of them.
        """
        ids = {event.id for event in append.events}
        is_new = len(ids) == len(append.events) and ids.isdisjoint(append.seen)
        if ids and is_new and len(append.seen) > append.expected_version:
            return None
        return await self._compared(append)

    async def _sent(self, append: Append, *, alone: bool) -> Result:
        """The server's answer; a refusal or repeat is compared with the stream. `alone`: read back what was written.

        Raises OutcomeUnknown: the append, or the read after it, was not answered.
        """
        known = self._known
        try:
            with suppress(WrongCurrentVersionError):
                position = await self._connection.append(append)
                self._see(position)
                if position > known and not (alone and await self._is_anothers(append)):
                    return Appended(append.expected_version + len(append.events), position, written=True)
        except StoreUnavailable as error:
            self._connection.is_up = False
            raise OutcomeUnknown(f"{append.stream}: appended or not, nobody knows: {error}") from error
        return await self._compared(append) or Conflict(append.stream, append.expected_version, NO_STREAM)

    async def _compared(self, append: Append) -> Result | None:
        """The answer that the whole stream gives; None if the events are to be written."""
        events = await self.read(append.stream)
        tip = Tip(held={event.id for event in append.events} & {event.id for event in events})
        if events:
            tip.version, tip.position = events[-1].version, events[-1].position
        return settled(append, tip)

    async def _is_anothers(self, append: Append) -> bool:
        """Whether another wrote what stands under the append's ids: the same ids with other data.

        Raises StreamDeleted: the stream had been deleted, and goes on after what it held.
        """
        first = append.expected_version + 1
        there = await self._read(append.stream, stream_position=first, limit=len(append.events))
        if there and there[0].version != first:
            raise StreamDeleted(f"{append.stream} had been deleted; now it goes on at {there[0].version}")
        return [(one.data, one.metadata) for one in there] != [(one.data, one.metadata) for one in append.events]

    async def _read(self, stream: str, **wanted: Any) -> list[RecordedEvent]:
        """Events of the stream; none if there is no such stream. A deleted one is known by its metadata."""
        try:
            events = await self._connection.read(lambda: self._client.read_stream(stream, **wanted))
        except NotFoundError:
            if "$tb" in await self._metadata(stream):
                raise StreamDeleted(f"{stream} is deleted") from None
            return []
        if events:
            self._see(events[-1].position)
        return events

    async def _read_all(self, prefixes: Sequence[str], **wanted: Any) -> list[RecordedEvent]:
        return await self._connection.read(lambda: self._client.read_all(**to_filter(prefixes), **wanted))

    async def _metadata(self, stream: str) -> dict[str, Any]:
        """What is kept beside the stream; empty if nothing is."""
        with suppress(NotFoundError):
            last = await self._connection.read(lambda: self._client.read_stream(f"$${stream}", backwards=True, limit=1))
            return dict(json.loads(last[0].data)) if last else {}
        return {}

    def _see(self, position: int) -> None:
        self._known = max(self._known, position)


def _runs(appends: Sequence[Append]) -> list[list[Append]]:
    """Cut where a stream is named again: the later append must meet the earlier one."""
    runs: list[dict[str, Append]] = [{}]
    for append in appends:
        if append.stream in runs[-1]:
            runs.append({})
        runs[-1][append.stream] = append
    return [list(run.values()) for run in runs]


async def _each(act: Callable[[T], Awaitable[R]], things: Sequence[T]) -> list[R]:
    """`act` on each, begun in order, some at a time; all are finished before the first error is raised."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(thing: T) -> R:
        async with room:
            return await act(thing)

    tasks = [asyncio.ensure_future(one(thing)) for thing in things]
    await asyncio.gather(*tasks, return_exceptions=True)
    return [task.result() for task in tasks]
