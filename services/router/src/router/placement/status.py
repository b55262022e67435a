"""The status row of a complaint, folded from the unsealed parts of its events, for lists and for the watchdog.

It needs no key. Decisions never rest on it: they read the stream.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from schemas.complaint.lifecycle import Status
from schemas.events.agency_inbox import ComplaintReturned, ResponseGiven
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import (
    ComplaintWithdrawn,
    DetailAdded,
    JoinDeclined,
    OmbudsmanRequested,
    ResolutionConfirmed,
    ResolutionDisputed,
)
from schemas.events.router import (
    ArbitrationOpened,
    ComplaintArchived,
    ComplaintClassified,
    ComplaintJoined,
    ComplaintReferred,
    ComplaintRouted,
    ComplaintUnjoined,
    PartOpened,
    ReporterAsked,
)

UNPLACED: Final = Status.UNPLACED.value
TRIAGE: Final = Status.TRIAGE.value
ARBITRATION: Final = Status.ARBITRATION.value
ASKED: Final = Status.AWAITING_REPORTER.value
"""By the desk; an agency's question changes nothing here."""
WITH_AGENCY: Final = Status.ROUTED.value
"""In any status in which an agency holds it."""
JOINED: Final = Status.JOINED.value
CLOSED: Final = Status.CLOSED.value
ENDED_FOR_FOLLOWERS: Final = ("withdrawn", "archived", "incomplete")


class StatusRow(NamedTuple):
    """`place`: its status or how it ended (see the constants). `since`: position in the store of the event that put it
    there. `held_by`: the agency that holds it, or would again after a dispute. `protected`: of supervision grade, so no
    complaint may follow it.
    """

    complaint: str
    place: str = UNPLACED
    since: int = 0
    held_by: str | None = None
    lead: str | None = None
    part: bool = False
    protected: bool = False


def status_after(before: StatusRow, type_: str, data: Mapping[str, Any], position: int) -> StatusRow:
    """The row after one more event. `position`: the event's position in the store."""
    if type_ == ComplaintClassified.__name__:
        return before._replace(protected=bool(data.get("supervision")))
    if type_ == PartOpened.__name__:
        return before._replace(part=True, since=position)
    if type_ == ComplaintRouted.__name__:
        return before._replace(place=WITH_AGENCY, held_by=data["agency"], since=position)
    place = _place(before, type_, data)
    if place is None:
        return before
    moved = before._replace(place=place, since=position)
    if place in (UNPLACED, TRIAGE, ARBITRATION):
        return moved._replace(held_by=None, lead=None)
    return moved._replace(lead=data["lead"], held_by=None) if place == JOINED else moved


PLACE_AFTER_EVENT: Final[Mapping[str, str]] = {
    ComplaintReferred.__name__: TRIAGE,
    ReporterAsked.__name__: ASKED,
    ArbitrationOpened.__name__: ARBITRATION,
    ComplaintReturned.__name__: UNPLACED,
    ComplaintUnjoined.__name__: UNPLACED,
    JoinDeclined.__name__: UNPLACED,
    ComplaintJoined.__name__: JOINED,
    ComplaintArchived.__name__: "archived",
    ComplaintWithdrawn.__name__: "withdrawn",
    ResolutionConfirmed.__name__: CLOSED,
}


def _place(before: StatusRow, type_: str, data: Mapping[str, Any]) -> str | None:
    match type_:
        case DetailAdded.__name__:
            return TRIAGE if before.place == ASKED else None
        case ResponseGiven.__name__:
            return CLOSED if before.part else None
        case ComplaintLapsed.__name__:
            return "incomplete" if data["cause"] == "incomplete" else CLOSED
        case ResolutionDisputed.__name__:
            return _after_dispute(before)
        case OmbudsmanRequested.__name__:
            return UNPLACED if before.place == JOINED else None
        case _:
            return PLACE_AFTER_EVENT.get(type_)


def _after_dispute(before: StatusRow) -> str:
    if before.place in ENDED_FOR_FOLLOWERS:
        return TRIAGE
    return UNPLACED if before.place == JOINED else WITH_AGENCY
