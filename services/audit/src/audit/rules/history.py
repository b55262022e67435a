"""Audit rules about a stream: versions dense from 0, each event once, by its owner, and allowed by the lifecycle."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from pydantic import ValidationError

from audit.finding import Violation
from schemas.base.envelope import RecordedEvent
from schemas.complaint.fold import RecordedFact, allows, evolve
from schemas.complaint.lifecycle import FIRST_EVENTS
from schemas.complaint.state import Complaint, new
from schemas.events import BY_NAME, writer_of
from schemas.events.codec import metadata_of


def stream_faults(stream: str, events: Sequence[RecordedEvent]) -> Iterator[Violation]:
    """The faults of the events of any stream: gaps, unknown types, repeated ids, wrong writers."""
    seen: set[UUID] = set()
    for expected, event in enumerate(events):
        if event.version != expected:
            yield Violation("stream-cut", stream, expected, f"version {expected} is missing: {event.version} follows")
            return
        if event.type not in BY_NAME:
            yield Violation(
                "not-allowed", stream, event.version, f"{event.type} is no event type that this version knows"
            )
            return
        if event.id in seen:
            yield Violation("id-twice", stream, event.version, f"event {event.id} is in the stream twice")
        seen.add(event.id)
        yield from _written(stream, event)


def _written(stream: str, event: RecordedEvent) -> Iterator[Violation]:
    try:
        writer = metadata_of(event).writer
    except ValidationError:
        yield Violation("unreadable", stream, event.version, f"the envelope of {event.type} cannot be read")
        return
    owner = writer_of(event.type)
    if writer != owner:
        yield Violation("foreign-writer", stream, event.version, f"{event.type} is {owner}'s, {writer} wrote it")


def lifecycle_faults(stream: str, complaint: UUID, history: Sequence[RecordedFact]) -> Iterator[Violation]:
    """Every event that the lifecycle did not allow (design: table of section 4)."""
    state = new(complaint)
    for recorded in history:
        yield from transition_faults(stream, state, recorded)
        state = evolve(state, recorded)


def transition_faults(stream: str, state: Complaint, recorded: RecordedFact) -> Iterator[Violation]:
    """The fault of this event, appended to that state, by the lifecycle."""
    kind, name = type(recorded.fact), type(recorded.fact).__name__
    if recorded.version == 0 and kind not in FIRST_EVENTS:
        yield Violation("not-born", stream, 0, f"the stream begins with {name}")
    elif recorded.version > 0 and kind in FIRST_EVENTS:
        yield Violation("born-twice", stream, recorded.version, f"{name} after the first event")
    elif recorded.version > 0 and not allows(state, kind):
        yield Violation("not-allowed", stream, recorded.version, f"{name} while it was {state.status.value}")
