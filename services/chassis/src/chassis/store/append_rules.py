"""May this append be written, and as what? The store's rules, pure: every store of ours asks here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.base.errors import Conflict, EventTooLarge, IdClash
from chassis.base.ports import Append, Appended
from schemas.base.envelope import NO_STREAM, NewEvent, RecordedEvent

MOST_EVENT_BYTES: Final = 256 * 1024
"""Data and metadata of one event together."""

Result = Appended | Conflict | IdClash


@dataclass(slots=True)
class StreamEnd:
    """Where a stream ends, and which of the ids asked about it already holds."""

    version: int = NO_STREAM
    position: int = 0
    held: set[UUID] = field(default_factory=set)


def refuse_too_large(appends: Sequence[Append]) -> None:
    """Raise `EventTooLarge` for the first event over the limit; nothing of the call is written then."""
    for append in appends:
        for event in append.events:
            if (size := len(event.data) + len(event.metadata)) > MOST_EVENT_BYTES:
                raise EventTooLarge(f"{append.stream}: {event.type} of {size} bytes, at most {MOST_EVENT_BYTES}")


def decide_appends(
    appends: Sequence[Append], tips: Mapping[str, StreamEnd], position: int, recorded_at: datetime
) -> tuple[list[Result], list[RecordedEvent]]:
    """One result per append, in order, and the events to write after `position`. `tips` must hold every stream asked
    for, and is moved on: a later append to the same stream meets the earlier one.
    """
    results: list[Result] = []
    written: list[RecordedEvent] = []
    for append in appends:
        tip = tips[append.stream]
        refused = result_without_write(append, tip)
        if refused is None:
            events = _recorded(append, tip, position + len(written), recorded_at)
            written += events
            tip.version, tip.position = events[-1].version, events[-1].position
            tip.held.update(event.id for event in events)
        results.append(refused or Appended(tip.version, tip.position, written=True))
    return results, written


def result_without_write(append: Append, tip: StreamEnd) -> Result | None:
    """What can be said without writing; None if the events are to be written."""
    ids = {event.id for event in append.events}
    held = ids & tip.held
    if ids and held == ids:
        return Appended(tip.version, tip.position, written=False)
    if len(ids) < len(append.events):
        return IdClash(append.stream, frozenset(_repeated(append.events)))
    if tip.version != append.expected_version:
        # Some of them may have been written by somebody else meanwhile: who looks again will not ask for these.
        return Conflict(append.stream, append.expected_version, tip.version)
    if held:
        return IdClash(append.stream, frozenset(held))
    return None if ids else Appended(tip.version, tip.position, written=False)


def _repeated(events: Sequence[NewEvent]) -> set[UUID]:
    ids = [event.id for event in events]
    return {one for one in ids if ids.count(one) > 1}


def _recorded(append: Append, tip: StreamEnd, position: int, recorded_at: datetime) -> list[RecordedEvent]:
    return [
        RecordedEvent(
            event.id,
            event.type,
            event.data,
            event.metadata,
            append.stream,
            tip.version + index,
            position + index,
            recorded_at,
        )
        for index, event in enumerate(append.events, start=1)
    ]
