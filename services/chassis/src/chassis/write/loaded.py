"""A complaint as one process read it: its events, what they fold to, and the keys to its text."""

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
    """A complaint as the store held it. `recorded`: what this process appended itself since stands there with the
    position of the whole append and the domain time of its cause; ids, versions and contents are the store's.
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
        """Its facts, in order; only those of some types, where the others need not be read."""
        some = self.recorded if types is None else [event for event in self.recorded if event.type in types]
        return recorded_facts(some, self.keys)

    def extended(self, added: Sequence[RecordedEvent]) -> "LoadedStream":
        """The same with the events that follow on it."""
        if not added:
            return self
        state = fold(self.state, recorded_facts(added, self.keys))
        return LoadedStream(self.stream, state, self.keys, [*self.recorded, *added])


def empty_stream(complaint: UUID, keys: Keys) -> LoadedStream:
    """Before anything happened."""
    return LoadedStream(complaint_stream(complaint), new(complaint), keys, ())


def recorded_facts(events: Sequence[RecordedEvent], keys: Keys) -> list[RecordedFact]:
    """Events as facts with their places."""
    return [RecordedFact(decode(event, keys), event.id, event.version) for event in events]
