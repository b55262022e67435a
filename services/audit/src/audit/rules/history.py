"""Is a stream's history sound? Dense from 0, each event once, by its owner, and each allowed where it stands."""

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


def history(stream: str, events: Sequence[RecordedEvent]) -> Iterator[Violation]:
    """What is wrong with the events as such, of any stream of ours."""
    seen: set[UUID] = set()
    for expected, event in enumerate(events):
        if event.version != expected:
            yield Violation("stream-cut", stream, expected, f"version {expected} is missing: {event.version} follows")
            return
        if event.type not in BY_NAME:
            yield Violation("not-allowed", stream, event.version, f"{event.type} is no fact of ours")
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


def life(stream: str, complaint: UUID, told: Sequence[RecordedFact]) -> Iterator[Violation]:
    """What the lifecycle did not allow when it was added (design: table of section 4)."""
    state = new(complaint)
    for one in told:
        yield from allowed(stream, state, one)
        state = evolve(state, one)


def allowed(stream: str, state: Complaint, told: RecordedFact) -> Iterator[Violation]:
    """What the lifecycle has against this fact, added to that state."""
    kind, name = type(told.fact), type(told.fact).__name__
    if told.version == 0 and kind not in FIRST_EVENTS:
        yield Violation("not-born", stream, 0, f"the stream begins with {name}")
    elif told.version > 0 and kind in FIRST_EVENTS:
        yield Violation("born-twice", stream, told.version, f"{name} in the middle of a life")
    elif told.version > 0 and not allows(state, kind):
        yield Violation("not-allowed", stream, told.version, f"{name} while it was {state.status.value}")
