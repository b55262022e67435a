"""A stream as of a moment: its events before the first one that is later by domain time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic_core import from_json

from chassis.write.loaded import LoadedStream, empty_stream
from schemas.base.envelope import RecordedEvent
from schemas.base.sealed import BrokenSeal
from schemas.complaint.fold import RecordedFact
from schemas.events.codec import MalformedEvent, UnknownEvent, decode
from schemas.registry.fold import Registry, fold_registry

UNREADABLE: Final = (MalformedEvent, UnknownEvent, BrokenSeal, ValueError)


def stream_as_of(loaded: LoadedStream, until: datetime | None) -> LoadedStream:
    """The complaint as of `until`; as it is now for None. One that cannot be folded has no state (version -1)."""
    recorded = events_until(loaded.recorded, until)
    if len(recorded) == len(loaded.recorded):
        return loaded
    empty = empty_stream(loaded.state.id, loaded.keys)
    try:
        return empty.extended(recorded)
    except UNREADABLE:
        return empty._replace(recorded=recorded)


def registry_as_of(recorded: Sequence[RecordedEvent], until: datetime | None) -> Registry:
    """The registry as of `until`: without later mergers, mandates and decrees."""
    history = (RecordedFact(decode(event), event.id, event.version) for event in events_until(recorded, until))
    return fold_registry(Registry(), list(history))


def events_until(recorded: Sequence[RecordedEvent], until: datetime | None) -> Sequence[RecordedEvent]:
    """The events before the first that is later than `until`. The events after that one build on it."""
    if until is None:
        return recorded
    for number, event in enumerate(recorded):
        if _is_later(event, until):
            return recorded[:number]
    return recorded


def _is_later(event: RecordedEvent, until: datetime) -> bool:
    try:
        return datetime.fromisoformat(from_json(event.data)["at"]) > until
    except (ValueError, TypeError, KeyError):
        return False  # an unreadable event is reported as unreadable
