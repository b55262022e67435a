"""Did a whole wait for its parts? Its one public answer comes after every mandatory part has ended (design: section 4).

Read off the store's own order, since the answer stands in another stream than the parts' endings.
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
"""The facts that end a part; none of them is taken back, since nobody disputes a part."""


def answered_early(whole: LoadedStream, parts: Mapping[UUID, LoadedStream]) -> Iterator[Violation]:
    """Every answer that was given while a mandatory part was open."""
    if not whole.state.parts:
        return
    named: list[Part] = []
    for one, event in zip(whole.facts(), whole.recorded, strict=True):
        if isinstance(one.fact, ComplaintSplit):
            named += one.fact.parts
        if isinstance(one.fact, ResponseGiven):
            late = [part.id for part in named if part.mandatory and _ended(parts.get(part.id)) > event.position]
            for part in late:
                what = f"it was answered before its part {part} had ended"
                yield Violation("answered-before-parts", whole.stream, one.version, what)


def _ended(part: LoadedStream | None) -> float:
    """The store's position at which it ended; infinite if it has not."""
    ends = (event.position for event in part.recorded if event.type in ENDS) if part is not None else iter(())
    return next(ends, float("inf"))
