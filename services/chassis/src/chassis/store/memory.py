"""The event store of tests and simulations: one process, in memory, without its own clock or randomness."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime
from itertools import repeat
from uuid import UUID

from chassis.base.errors import Conflict, IdClash
from chassis.base.ports import Append, Appended, Page
from chassis.store.append_rules import Result, StreamEnd, decide_appends, refuse_too_large
from chassis.store.head import StoreHead
from chassis.store.poll_subscription import follow
from schemas.base.envelope import NewEvent, RecordedEvent


class MemoryStore:
    """Implements `chassis.base.ports.Store`. `now`: source of `recorded_at`. Positions: 1, 2, 3 without gaps."""

    dense = True

    def __init__(self, now: Callable[[], datetime], store_id: UUID) -> None:
        self._now = now
        self._id = store_id
        self.events: list[RecordedEvent] = []
        """All of them, in order."""
        self._streams: dict[str, list[RecordedEvent]] = {}
        self._ids: set[tuple[str, UUID]] = set()
        self._head = StoreHead()

    async def store_id(self) -> UUID:
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
        ends = self._ends(appends)
        results, written = decide_appends(appends, ends, len(self.events), self._now())
        for event in written:
            self.events.append(event)
            self._streams.setdefault(event.stream, []).append(event)
            self._ids.add((event.stream, event.id))
        self._head.advance(len(self.events))
        return results

    async def read(self, stream: str, from_version: int = 0) -> list[RecordedEvent]:
        return self._streams.get(stream, [])[max(from_version, 0) :]

    async def read_many(self, streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        return [await self.read(*each) for each in zip(streams, from_versions or repeat(0), strict=False)]

    async def read_all(self, after: int | None, prefixes: Sequence[str] = (), limit: int = 1000) -> Page:
        found: list[RecordedEvent] = []
        starts = tuple(prefixes)
        for event in self.events[after or 0 :]:
            if not starts or event.stream.startswith(starts):
                found.append(event)
                if len(found) == limit:
                    break
        end = len(self.events)
        position = found[-1].position if len(found) == limit else max(end, after or 0)
        return Page(found, position or after, position >= end, await self.id_at(position))

    async def newest(self) -> int:
        return len(self.events)

    async def id_at(self, position: int) -> UUID | None:
        return self.events[position - 1].id if 0 < position <= len(self.events) else None

    def subscribe(self, after: int | None, prefixes: Sequence[str] = ()) -> AsyncIterator[Page]:
        return follow(lambda position: self.read_all(position, prefixes), self._head.beyond, after)

    async def close(self) -> None:
        """Nothing to close."""

    def _ends(self, appends: Sequence[Append]) -> dict[str, StreamEnd]:
        ends: dict[str, StreamEnd] = {}
        for append in appends:
            events = self._streams.get(append.stream)
            end = StreamEnd(events[-1].version, events[-1].position) if events else StreamEnd()
            ends.setdefault(append.stream, end).held.update(
                event.id for event in append.events if (append.stream, event.id) in self._ids
            )
        return ends
