"""The event store on KurrentDB (EventStoreDB): one stream per complaint, appended to at exact versions."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from itertools import repeat
from typing import Any, Final, TypeVar
from uuid import UUID

from kurrentdbclient import StreamState
from kurrentdbclient.exceptions import NotFoundError, WrongCurrentVersionError

from chassis.base.errors import Conflict, IdClash, StreamDeleted, WrongStore
from chassis.base.ports import Append, Appended, Page
from chassis.store.append_rules import Result, StreamEnd, refuse_too_large, result_without_write
from chassis.store.kurrent.append import Appender, WrongVersion
from chassis.store.kurrent.connection import Link
from chassis.store.kurrent.read import all_of, of_all, of_stream
from chassis.store.kurrent.subscription import follow
from schemas.base.envelope import NO_STREAM, NewEvent, RecordedEvent

IDENTITY: Final = "satupintu"
"""The stream in whose metadata the store's id is kept: no event of ours, so that no reader meets it."""
AT_ONCE: Final = 64
"""Streams read or appended to at the same time."""
CALL_S: Final = 10.0
PAGE_S: Final = 20.0

T = TypeVar("T")
R = TypeVar("R")


class KurrentStore:
    """Implements `chassis.base.ports.Store`, for one event loop. Positions are KurrentDB's commit positions.

    KurrentDB answers an append that it held already as if it had just written it. `Appended.written` is told from the
    position: what stands at or before the newest one known when the append was sent had been there. An append that is
    sent alone is read back besides: a twin on another process may have said the same ids in other words just now.
    """

    dense = False

    def __init__(self, url: str) -> None:
        """Raises ValueError: the URL is not one of KurrentDB's. Nothing is connected yet."""
        self._link = Link(url)
        self._client = self._link.client
        self._appender: Appender | None = None
        self._known = 0
        """The newest position seen: an append told to stand at or before it was written before it was sent."""
        self._id: UUID | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    async def store_id(self) -> UUID:
        """Asked of the server every time: readiness looks here, and a server that was exchanged is noticed."""
        found = await self._identity()
        if found is None:
            found = await self._name_it(UUID(bytes=os.urandom(16), version=4))
        if self._id is not None and found != self._id:
            raise WrongStore(f"{self._link.target} was store {self._id}, and is {found} now")
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
        """Sent in the order of the call; an append to a stream named before waits for the answer to that one."""
        refuse_too_large(appends)
        return await self._shielded(self._append_all(appends))

    async def read(self, stream: str, from_version: int = 0) -> list[RecordedEvent]:
        events = await self._read(stream, from_version)
        if from_version <= 0 and events and events[0].version != 0:
            raise StreamDeleted(f"{stream} begins at {events[0].version}: what was before is deleted")
        return events

    async def read_many(self, streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        wanted = list(zip(streams, from_versions or repeat(0), strict=False))
        different = list(dict.fromkeys(wanted))
        found = dict(zip(different, await _each(lambda one: self.read(*one), different), strict=True))
        return [list(found[one]) for one in wanted]

    async def read_all(self, after: int | None, prefixes: Sequence[str] = (), limit: int = 1000) -> Page:
        head = await self._head()
        found = await self._read_all(after, prefixes, limit + 1)
        events = [event for event in found if event.position > (after or 0)][:limit]
        last = events[-1].position if events else 0
        position = last if len(events) == limit else max(head, last, after or 0)
        self._see(position)
        return Page(events, position or after, position >= head)

    async def newest(self) -> int:
        return await self._head()

    def subscribe(self, after: int | None, prefixes: Sequence[str] = ()) -> AsyncIterator[Page]:
        return follow(self._link, self.read_all, after, prefixes)

    async def close(self) -> None:
        while self._under_way:
            await asyncio.wait(self._under_way)
        if self._appender is not None:
            await self._appender.close()
        await self._link.close()

    async def _append_all(self, appends: Sequence[Append]) -> list[Result]:
        return [result for run in _runs(appends) for result in await self._append(run)]

    async def _append(self, appends: Sequence[Append]) -> list[Result]:
        """To different streams: what the ids seen by the load do not settle is sent."""
        said = await _each(self._said_before, appends)
        asked = [append for append, answer in zip(appends, said, strict=True) if answer is None]
        if len(asked) == 1:
            return [await self._sent(asked[0], look=True) if answer is None else answer for answer in said]
        if asked:
            self._see(await self._head())
        sent = iter(await _each(self._sent, asked))
        return [next(sent) if answer is None else answer for answer in said]

    async def _sent(self, append: Append, *, look: bool = False) -> Result:
        """What the server says; what it refuses is compared with the stream. `look`: read back what stands there."""
        known = self._known
        try:
            written = await self._sender().append(append)
        except WrongVersion:
            return await self._compared(append) or Conflict(append.stream, append.expected_version, NO_STREAM)
        self._see(written.position)
        if written.version != append.expected_version + len(append.events):
            raise StreamDeleted(f"{append.stream} had been deleted; now it goes on at {written.version}")
        if written.position <= known or (look and await self._is_anothers(append)):
            return await self._repeated(append)
        return Appended(written.version, written.position, written=True)

    async def _said_before(self, append: Append) -> Result | None:
        """The answer, if it needs no append. The server compares ids only with events *after* the expected version."""
        ids = {event.id for event in append.events}
        covered = len(append.seen) > append.expected_version
        if len(ids) < len(append.events) or not ids or not covered:
            return await self._compared(append)
        held = ids & set(append.seen)
        if held == ids:
            return await self._repeated(append)
        return await self._compared(append) if held else None  # the others may stand after the expected version

    async def _compared(self, append: Append) -> Result | None:
        """The answer that the whole stream gives; None if the events are to be written."""
        events = await self.read(append.stream)
        tip = StreamEnd(held={event.id for event in append.events} & {event.id for event in events})
        if events:
            tip.version, tip.position = events[-1].version, events[-1].position
        return result_without_write(append, tip)

    async def _repeated(self, append: Append) -> Appended:
        [last] = await self._read(append.stream, backwards=True, limit=1)
        return Appended(last.version, last.position, written=False)

    async def _is_anothers(self, append: Append) -> bool:
        """Whether what stands under the append's ids was written by another: the same ids, told in other words."""
        there = await self._read(append.stream, append.expected_version + 1, len(append.events))
        return [(one.data, one.metadata) for one in there] != [(one.data, one.metadata) for one in append.events]

    async def _read(
        self, stream: str, from_version: int = 0, limit: int = 2**31, *, backwards: bool = False
    ) -> list[RecordedEvent]:
        asked = of_stream(stream, from_version, limit, backwards=backwards)

        async def ask() -> list[RecordedEvent]:
            return await all_of(await self._link.read(asked, CALL_S))

        try:
            events = await self._link.reading(ask)
        except NotFoundError:
            await self._refuse_deleted(stream)
            return []
        if events:
            self._see(max(events[0].position, events[-1].position))
        return events

    async def _refuse_deleted(self, stream: str) -> None:
        """A stream that was softly deleted looks like one that never was; its metadata tells them apart."""
        metadata, version = await self._link.reading(lambda: self._client.get_stream_metadata(stream, timeout=CALL_S))
        if version is not StreamState.NO_STREAM and "$tb" in metadata:
            raise StreamDeleted(f"{stream} is deleted")

    async def _read_all(self, after: int | None, prefixes: Sequence[str], limit: int) -> list[RecordedEvent]:
        asked = of_all(after, prefixes, limit)

        async def ask() -> list[RecordedEvent]:
            return await all_of(await self._link.read(asked, PAGE_S))

        return await self._link.reading(ask)

    async def _head(self) -> int:
        """The newest position of an event that is not the server's own; 0 if there is none."""
        asked = of_all(None, (), 1, backwards=True)

        async def ask() -> int:
            last = await all_of(await self._link.read(asked, CALL_S))
            return last[0].position if last else 0

        return await self._link.reading(ask)

    async def _identity(self) -> UUID | None:
        metadata, _ = await self._link.reading(lambda: self._client.get_stream_metadata(IDENTITY, timeout=CALL_S))
        return UUID(metadata["id"]) if "id" in metadata else None

    async def _name_it(self, id_: UUID) -> UUID:
        async def ask() -> None:
            await self._client.set_stream_metadata(
                IDENTITY, metadata={"id": str(id_)}, current_version=StreamState.NO_STREAM, timeout=CALL_S
            )

        try:
            await self._link.reading(ask)
        except WrongCurrentVersionError:
            found = await self._identity()  # another process was faster
            assert found is not None
            return found
        return id_

    def _sender(self) -> Appender:
        if self._appender is None:
            self._appender = Appender(self._link)
        return self._appender

    def _see(self, position: int) -> None:
        self._known = max(self._known, position)

    async def _shielded(self, work: Awaitable[T]) -> T:
        """`work`, which goes on when its caller is cancelled; `close` waits for it."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)


def _runs(appends: Sequence[Append]) -> list[list[Append]]:
    """Cut where a stream is named again: the later append must meet the earlier one."""
    runs: list[list[Append]] = []
    named: set[str] = set()
    for append in appends:
        if not runs or append.stream in named:
            runs.append([])
            named.clear()
        runs[-1].append(append)
        named.add(append.stream)
    return runs


async def _each(act: Callable[[T], Awaitable[R]], things: Sequence[T]) -> list[R]:
    """`act` on each, begun in order, some at a time; all are finished before the first error is raised."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(thing: T) -> tuple[R]:
        async with room:
            return (await act(thing),)

    answers = await asyncio.gather(*[one(thing) for thing in things], return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer[0] for answer in answers if not isinstance(answer, BaseException)]
