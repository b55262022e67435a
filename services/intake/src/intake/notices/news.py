"""Which facts the reporter and the audience are notified of. Pure; `intake.notify` writes and sends the notices."""

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
from schemas.events.intake import (
    AttachmentChecked,
    ComplaintFiled,
    ComplaintWithdrawn,
    JoinDeclined,
    ResolutionConfirmed,
    ResolutionDisputed,
)
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
    "disputed", "file",
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
    AttachmentChecked: "file",
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
    JoinDeclined: "unjoined",
}
"""For the reporters of joined complaints and for public subscribers."""
NEWS: Final = frozenset(fact.__name__ for fact in (*KINDS, *AUDIENCE_KINDS))


class NotifiableFact(NamedTuple):
    """A fact to notify somebody of. The notice's id is derived from `event_id`."""

    kind: Kind
    event_id: UUID
    fact: Fact


def news_for_reporter(state: Complaint, history: Sequence[RecordedFact], since: datetime) -> list[NotifiableFact]:
    """The facts after `since` to notify the reporter of, oldest first; none after an erasure.

    Of a part only questions are included, since the lead agency's answer covers all parts.
    """
    if state.erased:
        return []
    found = [
        NotifiableFact(KINDS[type(one.fact)], one.event_id, one.fact) for one in history if type(one.fact) in KINDS
    ]
    higher = _climbs(found)
    return [one for one in found if one.fact.at > since and _is_included(state, one, higher)]


def news_for_audience(state: Complaint, history: Sequence[RecordedFact], since: datetime) -> list[NotifiableFact]:
    """The facts after `since` to notify the audience of, oldest first; none if the public may not know of
    the complaint.
    """
    if state.erased or not state.may_be_public:
        return []
    found = [one for one in history if type(one.fact) in AUDIENCE_KINDS and one.fact.at > since]
    return [NotifiableFact(AUDIENCE_KINDS[type(one.fact)], one.event_id, one.fact) for one in found]


def _is_included(state: Complaint, one: NotifiableFact, higher: set[UUID]) -> bool:
    if one.kind == "raised":
        return one.event_id in higher and state.whole is None
    if isinstance(one.fact, DueDateMoved) and one.fact.clock in OFFICE_CLOCKS:
        return False
    if isinstance(one.fact, AttachmentChecked) and one.fact.outcome not in NOT_SHOWN:
        return False
    return state.whole is None or one.kind == "asked"


def _climbs(found: Sequence[NotifiableFact]) -> set[UUID]:
    # A repeated escalation to a level already reached is left out.
    highest, higher = 0, set[UUID]()
    for one in found:
        if isinstance(one.fact, ComplaintEscalated) and one.fact.rung > highest:
            highest = one.fact.rung
            higher.add(one.event_id)
    return higher


NOT_SHOWN: Final = ("withheld", "infected")
"""The outcomes of a file's check that the reporter must know of: the holder does not see the file."""
OFFICE_CLOCKS: Final = frozenset({Clock.PLACE, Clock.FORWARD, Clock.TRIAGE, Clock.ACKNOWLEDGE})
"""Internal dates of offices. A moved one is shown on the timeline only."""
