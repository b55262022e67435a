"""A loaded complaint: its events, the folded state and the keys to its text."""

from collections.abc import Container, Sequence
from typing import NamedTuple
from uuid import UUID

from schemas.base.envelope import RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import complaint_stream
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.state import Complaint, new
from schemas.events.codec import decode


class LoadedStream(NamedTuple):
    """A complaint's stream. `recorded` also holds events that this process appended after the load, with the position
    of the whole append and the domain time of its cause; ids, versions and contents are the store's.
    """

    stream: str
    state: Complaint
    keys: Keys
    recorded: Sequence[RecordedEvent]

    @property
    def ids(self) -> frozenset[UUID]:
        """The event ids in the stream."""
        return frozenset(event.id for event in self.recorded)

    def facts(self, types: Container[str] | None = None) -> list[RecordedFact]:
        """Its facts, in order; only those of `types`, if given."""
        events = self.recorded if types is None else [event for event in self.recorded if event.type in types]
        return recorded_facts(events, self.keys)

    def until(self, version: int) -> "LoadedStream":
        """The stream as it was at that version."""
        start = LoadedStream(self.stream, new(self.state.id), self.keys, ())
        return start.extended(self.recorded[: version + 1])

    def extended(self, added: Sequence[RecordedEvent]) -> "LoadedStream":
        """The stream with these following events."""
        if not added:
            return self
        state = fold(self.state, recorded_facts(added, self.keys))
        return LoadedStream(self.stream, state, self.keys, [*self.recorded, *added])


def empty_stream(complaint: UUID, keys: Keys) -> LoadedStream:
    """The stream of a complaint that does not exist yet."""
    return LoadedStream(complaint_stream(complaint), new(complaint), keys, ())


def recorded_facts(events: Sequence[RecordedEvent], keys: Keys) -> list[RecordedFact]:
    """Events as facts with their ids and versions."""
    return [RecordedFact(decode(event, keys), event.id, event.version) for event in events]
