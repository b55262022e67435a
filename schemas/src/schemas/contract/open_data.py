"""Open data: one line per public complaint, without personal or secret data."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from schemas.base.values import ComplaintClass, RegionCode
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint, new
from schemas.contract.base import OutboundModel
from schemas.registry.calendars import DEFAULT_ZONE, zone_of
from schemas.registry.fold import Registry

SUMMARY: Final = "complaint.summary"
RETRACTED: Final = "complaint.summary-retracted"
REGENCY_CODE_LENGTH: Final = 5
"""Length of a regency's code. A finer place could identify a person."""


class ComplaintSummary(OutboundModel):
    """The present state of a public complaint. The newest line of a public number is valid."""

    public_number: str
    version: int
    class_: Annotated[ComplaintClass, Field(alias="class")]
    status: Status
    closed: CloseReason | None = None
    sector: str | None = None
    region: RegionCode | None = None
    agency: str | None = None
    received_on: date
    answered_on: date | None = None
    closed_on: date | None = None
    due_at: AwareDatetime | None = None
    returns: int = 0
    disputes: int = 0
    rung: int = 0


class SummaryRetracted(OutboundModel):
    """The report of that number is no longer public: delete the lines that you kept of it."""

    public_number: str
    version: int


Line = ComplaintSummary | SummaryRetracted


def retraction(state: Complaint, history: Iterable[RecordedFact]) -> SummaryRetracted | None:
    """The retraction for a report that was public until it was found to be of supervision grade, or was hidden.

    None if it is public now or never was. `history`: all its events.
    """
    if state.is_public or state.secret or state.whole is not None or not (state.supervision or state.hidden):
        return None
    before = new(state.id)
    for recorded in history:
        before = evolve(before, recorded)
        if before.is_public:
            return SummaryRetracted(public_number=state.public_number, version=state.version)
    return None


def summary(state: Complaint, registry: Registry, due_at: datetime | None) -> ComplaintSummary | None:
    """The line of this complaint; None if it is not public. A part has none: its whole has."""
    if not state.is_public:
        return None
    region = state.place.region if state.place else None
    return ComplaintSummary(
        public_number=state.public_number,
        version=state.version,
        class_=state.class_,
        status=state.status,
        closed=state.closed,
        sector=state.sector,
        region=region[:REGENCY_CODE_LENGTH] if region else None,
        agency=registry.holder(state.holder).agency,
        received_on=_day(state.received_at),
        answered_on=_day(state.answered_at) if state.answered_at else None,
        closed_on=_day(state.closed_at) if state.closed_at else None,
        due_at=due_at,
        returns=len(state.returned_by),
        disputes=state.disputes,
        rung=state.rung,
    )


def _day(at: datetime) -> date:
    return at.astimezone(zone_of(DEFAULT_ZONE)).date()
