"""Ports to the event store, the key ring and the clock. One contract suite tests every adapter of a port."""

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
    """One stream's part of an `append_many`. `seen`: the event ids that the writer found when it loaded the stream."""

    stream: str
    expected_version: int
    events: Sequence[NewEvent]
    seen: Collection[UUID] = field(default=())


class Appended(NamedTuple):
    """The stream's version and the store's position after the append; `written` is False for a repeated append."""

    version: int
    position: int
    written: bool


class Checkpoint(NamedTuple):
    """How far a reader has come: a position, and the id of the event there. A store that was restored from an older
    copy soon has other events at the same positions; only the id shows it. No position: nothing was read. No id:
    written by a version without ids.
    """

    position: int | None = None
    event_id: UUID | None = None


class Page(NamedTuple):
    """Events in position order, and the position up to which the reader has now read everything with its prefixes.

    `position` may lie beyond the last event (other streams' events in between); None: nothing was ever read.
    `caught_up`: the store held nothing more when the page was read. `event_id`: the id of the event at `position`, of
    whatever stream; None: nothing was read after the reader's own position.
    """

    events: Sequence[RecordedEvent]
    position: int | None
    caught_up: bool
    event_id: UUID | None = None

    def after(self, before: Checkpoint) -> Checkpoint:
        """The checkpoint of a reader that read this page after `before`."""
        return before if self.position == before.position else Checkpoint(self.position, self.event_id)


class Store(Protocol):
    """The event store, the only source of truth. Positions are opaque, ordered, and valid in one store only; where
    `dense` they are 1, 2, 3 without gaps, so that a removed event is noticed.

    Every method may raise `Retryable` errors; `append` and `append_many` may leave an unknown outcome
    (`OutcomeUnknown`), which a repeat with the same ids settles.
    """

    dense: bool

    async def store_id(self) -> UUID:
        """Constant for the life of this store; every other store has another, also one created anew."""
        ...

    async def append(
        self, stream: str, expected_version: int, events: Sequence[NewEvent], seen: Collection[UUID] = ()
    ) -> Appended:
        """Write all these events at `expected_version` + 1, or none.

        If the stream already holds all the ids: success, nothing written. Ids are unique per stream only.
        No events: success without a write if the version is as expected.

        Raises:
            Conflict: the stream is not at `expected_version` (`NO_STREAM` for a new one) and does not hold all ids.
            IdClash: it is, and holds some of the ids; or one id occurs twice.
            EventTooLarge, StreamDeleted, AccessDenied, Busy, StoreUnavailable, OutcomeUnknown.
        """
        ...

    async def append_many(self, appends: Sequence[Append]) -> list[Appended | Conflict | IdClash]:
        """Many streams in one group commit; one result per append, in order. A refused append does not affect the
        others.
        """
        ...

    async def read(self, stream: str, from_version: int = 0) -> list[RecordedEvent]:
        """The stream from `from_version` on, in order; empty if there is none. Sees every earlier write."""
        ...

    async def read_many(self, streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        """Many streams, in the order given, each from its own version on; from 0 if no versions are given."""
        ...

    async def read_all(self, after: int | None, prefixes: Sequence[str] = (), limit: int = 1000) -> Page:
        """At most `limit` events of streams whose names start with one of `prefixes` (all if none), strictly after
        `after` (None: from the beginning). Never skips an event that commits later at a lower position.
        """
        ...

    async def newest(self) -> int:
        """The position of the newest event, 0 if there is none."""
        ...

    async def id_at(self, position: int) -> UUID | None:
        """The id of the event at exactly this position; None: there is none. Takes any number."""
        ...

    def subscribe(self, after: int | None, prefixes: Sequence[str] = ()) -> AsyncIterator[Page]:
        """Endless pages, strictly after `after`. An empty page moves the position or reports `caught_up`."""
        ...

    async def close(self) -> None:
        """Finish accepted calls, then close every connection."""
        ...


async def holds(store: Store, checkpoint: Checkpoint) -> bool:
    """Whether the store holds the event that the checkpoint names there; without an id, any event."""
    if not checkpoint.position:
        return True
    found = await store.id_at(checkpoint.position)
    return found is not None and found == (checkpoint.event_id or found)


class KeyRing(Protocol):
    """One key per complaint and generation, wrapped by a master key, in one table shared by all services."""

    async def ensure(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        """The keys of each; commits a first generation where there never was one. A complaint whose generations are
        all destroyed gets empty keys for ever.
        """
        ...

    async def load(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        """The living keys of each (empty `Keys` where there are none), cached for at most 60 s."""
        ...

    async def destroy(self, complaint: UUID) -> None:
        """Destroy every generation so far. Repeatable. What they sealed can never be read again."""
        ...

    async def destroyed(self) -> list[UUID]:
        """Every complaint with a destroyed generation. Reads the whole table."""
        ...


class TimeSource(Protocol):
    """Domain time, UTC. The test clock moves it forwards; waits and leases use real time."""

    def now(self) -> datetime:
        """An aware UTC instant."""
        ...
