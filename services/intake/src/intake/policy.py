"""Which facts are news to the reporter, and what does a notice of each say? Pure: the shell sends it once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from schemas.complaint import Complaint
from schemas.events.agency_inbox import ClarificationRequested, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import ComplaintFiled, ComplaintWithdrawn, ResolutionConfirmed
from schemas.events.router import ComplaintArchived, ComplaintRouted, ReporterAsked
from schemas.evolve import Told

Kind = Literal["received", "placed", "asked", "answered", "closed"]

KINDS: Final[dict[type[Fact], Kind]] = {
    ComplaintFiled: "received",
    ComplaintRouted: "placed",
    ReporterAsked: "asked",
    ClarificationRequested: "asked",
    ResponseGiven: "answered",
    ResolutionConfirmed: "closed",
    ComplaintLapsed: "closed",
    ComplaintArchived: "closed",
    ComplaintWithdrawn: "closed",
}
NEWS: Final = frozenset(fact.__name__ for fact in KINDS)


class News(NamedTuple):
    """One fact that the reporter is to be told of, as `kind`. `event_id` makes the notice one and the same."""

    kind: Kind
    event_id: UUID
    fact: Fact


def news(state: Complaint, told: Sequence[Told], since: datetime) -> list[News]:
    """What the reporter is told, oldest first, of what was said after `since`: what is long past is no news.

    Nobody is told anything once they asked to be forgotten, nor without having left word of themselves. Of a
    part only its questions are told: its answer goes into the one that the lead agency gives.
    """
    if state.erased:
        return []
    found = [News(KINDS[type(one.fact)], one.event_id, one.fact) for one in told if type(one.fact) in KINDS]
    return [one for one in found if one.fact.at > since and _is_told(state, one)]


def _is_told(state: Complaint, one: News) -> bool:
    return state.whole is None or one.kind == "asked"
