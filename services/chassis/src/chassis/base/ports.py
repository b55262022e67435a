"""What the services ask of the outside world. Adapters keep these promises; one contract suite holds them to it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from chassis.base.errors import Conflict, IdClash
from schemas.base.envelope import NewEvent, RecordedEvent
from schemas.base.sealed import Keys


@dataclass(frozen=True, slots=True)
class Append:
    """One stream's part of an `append_many`. `seen` are the ids that the writer's load found in the stream."""

    stream: str
    expected_version: int
    events: Sequence[NewEvent]
    seen: Collection[UUID] = field(default=())


class Appended(NamedTuple):
    """The stream's version and the store's position after the append; `written` is False for a repeat."""

    version: int
    position: int
    written: bool


class Page(NamedTuple):
    """Events in position order, and the position up to which the reader has now seen everything of its prefixes.

    `position` may lie beyond the last event (a checkpoint through a quiet stretch). `caught_up` says that
    nothing more was there when the page was made. `position` is None only while nothing was ever seen.
    """

    events: Sequence[RecordedEvent]
    position: int | None
    caught_up: bool


class Store(Protocol):
    """The event store: the truth. Positions are opaque, ordered, and of one store only; where `dense` they are 1, 2, 3
    without a gap, so that whatever was taken out of it is missed.

    Every method may raise `Retryable` errors; `append` and `append_many` may leave an unknown outcome
    (`OutcomeUnknown`), which a repeat with the same ids settles.
    """

    dense: bool

    async def store_id(self) -> UUID:
        """The same for the life of this store; another for any other store, also one restored from nothing."""
        ...

    async def append(
        self, stream: str, expected_version: int, events: Sequence[NewEvent], seen: Collection[UUID] = ()
    ) -> Appended:
        """Write all the events at `expected_version` + 1 or none.

        All ids already in this stream: success, nothing written. The same id in another stream is another event.
        No events: success without a write if the version is as expected.

        Raises:
            Conflict: the stream is not at `expected_version` (`NO_STREAM` for a new one), and does not hold all ids.
            IdClash: it is, and holds some of the ids; or one id comes twice.
            EventTooLarge, StreamDeleted, AccessDenied, Busy, StoreUnavailable, OutcomeUnknown.
        """
        ...

    async def append_many(self, appends: Sequence[Append]) -> list[Appended | Conflict | IdClash]:
        """Many streams in one group commit; one result per append, in order. One stream's refusal does not touch
        the others.
        """
        ...

    async def read(self, stream: str, from_version: int = 0) -> list[RecordedEvent]:
        """The stream from `from_version` on, in order; empty if there is none. Reads what was written before."""
        ...

    async def read_many(self, streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        """Many streams in the order asked, each from its own version on; whole, if no versions are given."""
        ...

    async def read_all(self, after: int | None, prefixes: Sequence[str] = (), limit: int = 1000) -> Page:
        """At most `limit` events of streams whose names start with one of `prefixes` (all if none), strictly after
        `after` (None: from the beginning). Never skips an event that is committed later at a lower position.
        """
        ...

    async def newest(self) -> int:
        """The position of the newest event, 0 if there is none: how far there is to read."""
        ...

    def subscribe(self, after: int | None, prefixes: Sequence[str] = ()) -> AsyncIterator[Page]:
        """Pages without end, exclusive of `after`; a page without events brings a checkpoint or says caught up."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then let go of everything."""
        ...


class KeyRing(Protocol):
    """One key per complaint and generation, wrapped by a master key, in one table shared by all services."""

    async def ensure(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        """The keys of each; a first generation is made and committed where none was ever made. A complaint
        whose generations are all destroyed gets empty keys, and never others.
        """
        ...

    async def load(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        """The living keys of each (empty `Keys` where there are none). Cached for 60 s at most."""
        ...

    async def destroy(self, complaint: UUID) -> None:
        """Destroy every generation so far. Repeatable. What they sealed is gone for good."""
        ...


class TimeSource(Protocol):
    """Domain time, UTC. The test clock moves it forwards; waiting and leases use real time instead."""

    def now(self) -> datetime:
        """An aware UTC instant."""
        ...
