"""Audit rule: a whole is answered only after every mandatory part has ended (design: section 4).

Compared by the store's global positions, since the answer and the ends of the parts are in different streams.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

from audit.finding import Violation
from chassis.write.loaded import LoadedStream
from schemas.events.agency_inbox import ResponseGiven
from schemas.events.base import names
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import ComplaintWithdrawn
from schemas.events.router import ComplaintArchived, ComplaintSplit, Part

ENDS: Final = names(ResponseGiven, ComplaintWithdrawn, ComplaintLapsed, ComplaintArchived)
"""The events that end a part. None is undone, since a part cannot be disputed."""


def answered_early(whole: LoadedStream, parts: Mapping[UUID, LoadedStream]) -> Iterator[Violation]:
    """One violation for each mandatory part that was open when the whole was answered."""
    if not whole.state.parts:
        return
    named: list[Part] = []
    for one, event in zip(whole.facts(), whole.recorded, strict=True):
        if isinstance(one.fact, ComplaintSplit):
            named += one.fact.parts
        if isinstance(one.fact, ResponseGiven):
            open_parts = [part.id for part in named if part.mandatory and _ended(parts.get(part.id)) > event.position]
            for part in open_parts:
                what = f"it was answered before its part {part} had ended"
                yield Violation("answered-before-parts", whole.stream, one.version, what)


def _ended(part: LoadedStream | None) -> float:
    """The global position at which the part ended; infinite if it has not."""
    ends = (event.position for event in part.recorded if event.type in ENDS) if part is not None else iter(())
    return next(ends, float("inf"))
