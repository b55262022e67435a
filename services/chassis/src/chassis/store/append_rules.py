"""The rules for appends, shared by all stores: which appends are accepted, and as which events. Pure."""

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
    """The end of a stream, and which of the appended ids it already holds."""

    version: int = NO_STREAM
    position: int = 0
    held: set[UUID] = field(default_factory=set)


def refuse_too_large(appends: Sequence[Append]) -> None:
    """Raises EventTooLarge for the first event over the limit, before anything is written."""
    for append in appends:
        for event in append.events:
            if (size := len(event.data) + len(event.metadata)) > MOST_EVENT_BYTES:
                raise EventTooLarge(f"{append.stream}: {event.type} of {size} bytes, at most {MOST_EVENT_BYTES}")


def decide_appends(
    appends: Sequence[Append], ends: Mapping[str, StreamEnd], position: int, recorded_at: datetime
) -> tuple[list[Result], list[RecordedEvent]]:
    """One result per append, in order, and the events to write after `position`. `ends` must hold every stream of
    `appends` and is updated, so that a later append to the same stream sees the earlier one.
    """
    results: list[Result] = []
    written: list[RecordedEvent] = []
    for append in appends:
        end = ends[append.stream]
        refused = result_without_write(append, end)
        if refused is None:
            events = _recorded(append, end, position + len(written), recorded_at)
            written += events
            end.version, end.position = events[-1].version, events[-1].position
            end.held.update(event.id for event in events)
        results.append(refused or Appended(end.version, end.position, written=True))
    return results, written


def result_without_write(append: Append, end: StreamEnd) -> Result | None:
    """The result if nothing is to be written; None if the events are to be written."""
    ids = {event.id for event in append.events}
    held = ids & end.held
    if ids and held == ids:
        return Appended(end.version, end.position, written=False)
    if len(ids) < len(append.events):
        return IdClash(append.stream, frozenset(_repeated(append.events)))
    if end.version != append.expected_version:
        # Another writer may have written some of these ids meanwhile: after a new load they are not appended again.
        return Conflict(append.stream, append.expected_version, end.version)
    if held:
        return IdClash(append.stream, frozenset(held))
    return None if ids else Appended(end.version, end.position, written=False)


def _repeated(events: Sequence[NewEvent]) -> set[UUID]:
    ids = [event.id for event in events]
    return {one for one in ids if ids.count(one) > 1}


def _recorded(append: Append, end: StreamEnd, position: int, recorded_at: datetime) -> list[RecordedEvent]:
    return [
        RecordedEvent(
            event.id,
            event.type,
            event.data,
            event.metadata,
            append.stream,
            end.version + index,
            position + index,
            recorded_at,
        )
        for index, event in enumerate(append.events, start=1)
    ]
