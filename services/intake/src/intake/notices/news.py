"""Which facts are news to the reporter, and what does a notice of each say? Pure: the shell sends it once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from schemas.base.values import Clock
from schemas.complaint.fold import RecordedFact
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import ClarificationRequested, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated, ComplaintLapsed, DueDateMoved
from schemas.events.intake import ComplaintFiled, ComplaintWithdrawn, ResolutionConfirmed, ResolutionDisputed
from schemas.events.router import (
    ArbitrationOpened,
    ComplaintArchived,
    ComplaintJoined,
    ComplaintRouted,
    ComplaintSplit,
    ComplaintUnjoined,
    ReporterAsked,
)

Kind = Literal[
    "received", "placed", "asked", "answered", "closed", "joined", "unjoined", "split", "contested", "raised", "moved",
    "disputed",
]  # fmt: skip

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
    ComplaintJoined: "joined",
    ComplaintUnjoined: "unjoined",
    ComplaintSplit: "split",
    ArbitrationOpened: "contested",
    ComplaintEscalated: "raised",
    DueDateMoved: "moved",
}
AUDIENCE_KINDS: Final[dict[type[Fact], Kind]] = {
    ComplaintRouted: "placed",
    ResponseGiven: "answered",
    ResolutionDisputed: "disputed",
    ResolutionConfirmed: "closed",
    ComplaintLapsed: "closed",
    ComplaintArchived: "closed",
    ComplaintWithdrawn: "closed",
    ComplaintJoined: "joined",
    ComplaintUnjoined: "unjoined",
}
"""What those are told whose own complaint follows this one, and the public who follow it."""
NEWS: Final = frozenset(fact.__name__ for fact in (*KINDS, *AUDIENCE_KINDS))


class NotifiableFact(NamedTuple):
    """One fact that the reporter is to be told of, as `kind`. `event_id` makes the notice one and the same."""

    kind: Kind
    event_id: UUID
    fact: Fact


def news_for_reporter(state: Complaint, told: Sequence[RecordedFact], since: datetime) -> list[NotifiableFact]:
    """What the reporter is told, oldest first, of what was said after `since`: what is long past is no news.

    Nobody is told anything once they asked to be forgotten, nor without having left word of themselves. Of a
    part only its questions are told: its answer goes into the one that the lead agency gives.
    """
    if state.erased:
        return []
    found = [NotifiableFact(KINDS[type(one.fact)], one.event_id, one.fact) for one in told if type(one.fact) in KINDS]
    higher = _climbs(found)
    return [one for one in found if one.fact.at > since and _is_told(state, one, higher)]


def news_for_audience(state: Complaint, told: Sequence[RecordedFact], since: datetime) -> list[NotifiableFact]:
    """What others than the reporter are told, oldest first. Nothing of what the public may not know of."""
    if state.erased or not state.is_public:
        return []
    found = [one for one in told if type(one.fact) in AUDIENCE_KINDS and one.fact.at > since]
    return [NotifiableFact(AUDIENCE_KINDS[type(one.fact)], one.event_id, one.fact) for one in found]


def _is_told(state: Complaint, one: NotifiableFact, higher: set[UUID]) -> bool:
    if one.kind == "raised":
        return one.event_id in higher and state.whole is None
    if isinstance(one.fact, DueDateMoved) and one.fact.clock in OFFICES:
        return False
    return state.whole is None or one.kind == "asked"


def _climbs(found: Sequence[NotifiableFact]) -> set[UUID]:
    # That it stands on a rung where it stood before, by another clock or once more, is no news.
    highest, higher = 0, set[UUID]()
    for one in found:
        if isinstance(one.fact, ComplaintEscalated) and one.fact.rung > highest:
            highest = one.fact.rung
            higher.add(one.event_id)
    return higher


OFFICES: Final = frozenset({Clock.PLACE, Clock.FORWARD, Clock.TRIAGE, Clock.ACKNOWLEDGE})
"""Dates that offices keep among themselves: that one was moved is on the timeline, and is no news."""
