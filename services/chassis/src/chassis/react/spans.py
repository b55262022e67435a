"""Spans of a reaction: each continues the trace of the fact that led to it, also after a restart or from a sweep."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from chassis.tracing import spans
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from schemas.base.envelope import traceparent_of
from schemas.events.base import Fact

NOTHING: Final = nullcontext()


def reacting(
    service: str, due: Sequence[tuple[LoadedStream, Sequence[Fact], Cause]], began_ns: int | None
) -> AbstractContextManager[object]:
    """A span for each complaint that gets facts now. `began_ns`: see `spans.began`; None: no spans are made."""
    if began_ns is None:
        return NOTHING
    parts = [spans.Part(each.stream, f"react {service}", _led(each, cause)) for each, _, cause in due]
    return spans.batch(f"react {service}", "consumer", parts, began_ns=began_ns)


def _led(loaded: LoadedStream, cause: Cause) -> str | None:
    """The traceparent of the fact that the cause names; else of the newest fact that has one."""
    named = [event for event in loaded.recorded if event.id == cause.causation_id]
    for event in (*named, *reversed(loaded.recorded)):
        if (found := traceparent_of(event.metadata)) is not None:
            return found
    return None
