"""What was known at an instant? Of each stream what came before its first later fact, by domain time."""

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


def known(loaded: LoadedStream, until: datetime | None) -> LoadedStream:
    """The complaint as it stood at `until`; as it is, if that is None. One that cannot be folded has no state."""
    recorded = early(loaded.recorded, until)
    if len(recorded) == len(loaded.recorded):
        return loaded
    nothing = empty_stream(loaded.state.id, loaded.keys)
    try:
        return nothing.extended(recorded)
    except UNREADABLE:
        return nothing._replace(recorded=recorded)


def registry_known(recorded: Sequence[RecordedEvent], until: datetime | None) -> Registry:
    """The registry as it stood then: of later mergers, mandates and decrees nobody knew."""
    history = (RecordedFact(decode(event), event.id, event.version) for event in early(recorded, until))
    return fold_registry(Registry(), list(history))


def early(recorded: Sequence[RecordedEvent], until: datetime | None) -> Sequence[RecordedEvent]:
    """A stream's facts before the first that is later than `until`. What follows on that one rests on it."""
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
        return False  # what cannot be read is no later fact: it is told as unreadable
