"""A store whose appends are spans. Used only where traces are on."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Final
from uuid import UUID

from chassis.base.errors import Conflict, IdClash
from chassis.base.ports import Append, Appended, Page, Store
from chassis.tracing import spans
from schemas.base.envelope import NewEvent, RecordedEvent, traceparent_of

APPEND: Final = "append"


class TracedStore:
    """Implements `chassis.base.ports.Store` over another one."""

    def __init__(self, store: Store) -> None:
        self._store, self.dense = store, store.dense

    async def store_id(self) -> UUID:
        return await self._store.store_id()

    async def append(
        self, stream: str, expected_version: int, events: Sequence[NewEvent], seen: Collection[UUID] = ()
    ) -> Appended:
        with spans.batch(APPEND, "client", [_part(stream, events)]):
            return await self._store.append(stream, expected_version, events, seen)

    async def append_many(self, appends: Sequence[Append]) -> list[Appended | Conflict | IdClash]:
        with spans.batch(APPEND, "client", [_part(each.stream, each.events) for each in appends]):
            return await self._store.append_many(appends)

    async def read(self, stream: str, from_version: int = 0) -> list[RecordedEvent]:
        return await self._store.read(stream, from_version)

    async def read_many(self, streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        return await self._store.read_many(streams, from_versions)

    async def read_all(self, after: int | None, prefixes: Sequence[str] = (), limit: int = 1000) -> Page:
        return await self._store.read_all(after, prefixes, limit)

    async def newest(self) -> int:
        return await self._store.newest()

    async def id_at(self, position: int) -> UUID | None:
        return await self._store.id_at(position)

    def subscribe(self, after: int | None, prefixes: Sequence[str] = ()) -> AsyncIterator[Page]:
        return self._store.subscribe(after, prefixes)

    async def close(self) -> None:
        await self._store.close()


def _part(stream: str, events: Sequence[NewEvent]) -> spans.Part:
    """Named after the first event: the types are few."""
    if not events:
        return spans.Part(stream, APPEND, None)
    return spans.Part(stream, f"{APPEND} {events[0].type}", traceparent_of(events[0].metadata))
