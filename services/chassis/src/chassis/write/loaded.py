"""A loaded complaint: its events, the folded state and the keys to its text."""

from collections.abc import Container, Sequence
from typing import NamedTuple
from uuid import UUID

from schemas.base.envelope import RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import complaint_stream
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.state import Complaint, new
from schemas.events.codec import UnknownEvent, decode


class LoadedStream(NamedTuple):
    """A complaint's stream. `recorded` also holds events that this process appended after the load, with the position
    of the whole append and the domain time of its cause; ids, versions and contents are the store's.
    """

    stream: str
    state: Complaint
    keys: Keys
    recorded: Sequence[RecordedEvent]
    unknown: tuple[str, ...] = ()
    """Its facts that only a newer version knows, by type. `state` is without them, but at their version."""

    @property
    def ids(self) -> frozenset[UUID]:
        """The event ids in the stream."""
        return frozenset(event.id for event in self.recorded)

    def facts(self, types: Container[str] | None = None) -> list[RecordedFact]:
        """Its facts that this version knows, in order; only those of `types`, if given."""
        events = self.recorded if types is None else [event for event in self.recorded if event.type in types]
        return known_facts(events, self.keys)[0] if self.unknown else recorded_facts(events, self.keys)

    def require_known(self) -> None:
        """Raises UnknownEvent: it holds a fact of a newer version, and nothing may be decided on it."""
        if self.unknown:
            raise UnknownEvent(self.unknown[0])

    def until(self, version: int) -> "LoadedStream":
        """The stream as it was at that version."""
        start = LoadedStream(self.stream, new(self.state.id), self.keys, ())
        return start.extended(self.recorded[: version + 1])

    def extended(self, added: Sequence[RecordedEvent]) -> "LoadedStream":
        """The stream with these following events."""
        if not added:
            return self
        unknown: tuple[str, ...] = ()
        try:
            facts = recorded_facts(added, self.keys)
        except UnknownEvent:
            facts, unknown = known_facts(added, self.keys)
        state = fold(self.state, facts)
        if unknown:
            state = state._replace(version=added[-1].version)
        return LoadedStream(self.stream, state, self.keys, [*self.recorded, *added], (*self.unknown, *unknown))


def empty_stream(complaint: UUID, keys: Keys) -> LoadedStream:
    """The stream of a complaint that does not exist yet."""
    return LoadedStream(complaint_stream(complaint), new(complaint), keys, ())


def known_facts(events: Sequence[RecordedEvent], keys: Keys) -> tuple[list[RecordedFact], tuple[str, ...]]:
    """As `recorded_facts` without those of a newer version, and what these are."""
    facts, unknown = list[RecordedFact](), list[str]()
    for event in events:
        try:
            facts.append(RecordedFact(decode(event, keys), event.id, event.version))
        except UnknownEvent as error:
            unknown.append(str(error))
    return facts, tuple(unknown)


def recorded_facts(events: Sequence[RecordedEvent], keys: Keys) -> list[RecordedFact]:
    """Events as facts with their ids and versions."""
    return [RecordedFact(decode(event, keys), event.id, event.version) for event in events]
