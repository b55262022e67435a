"""Open data: one line per public complaint, without personal or secret data."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from schemas.base.values import Clock, ComplaintClass, RegionCode
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


class ReturnTold(OutboundModel):
    """A return of an agency: when, by which one, and who got it next: an agency, `desk`, `arbiter`, or `router` while
    nobody has it.
    """

    at: AwareDatetime
    by: str
    to: str


class ComplaintSummary(OutboundModel):
    """The present state of a public complaint. The line of the highest version of a public number is valid, and of
    equal ones the newest.

    `region`: regency of its newest placement, else as the reporter gave it. `agency`: who holds it now, after mergers;
    `last_agency`: who holds it, or held it last, by the id of that time. `placed_at`, `begun_at`, `answered_at`: when
    an agency first held it, first acknowledged or answered it, first answered it. `ended_at`: when it was closed or
    joined to another. `settle_due_at`: by when an answer is or was owed (PermenPANRB 62/2018), stops added; none while
    a question stops the clock. `missed`: the clocks whose miss is recorded. `stopped_days`: days in which it waited for
    its reporter.
    """

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
    holder: str | None = None
    last_agency: str | None = None
    received_at: AwareDatetime | None = None
    placed_at: AwareDatetime | None = None
    begun_at: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    settle_due_at: AwareDatetime | None = None
    missed: tuple[Clock, ...] = ()
    stopped_days: float = 0
    returned: tuple[ReturnTold, ...] = ()


class SummaryRetracted(OutboundModel):
    """The report of that number is no longer public: delete the lines that you kept of it."""

    public_number: str
    version: int


Line = ComplaintSummary | SummaryRetracted


def retraction(state: Complaint, history: Iterable[RecordedFact]) -> SummaryRetracted | None:
    """The retraction for a report that was public until it was found to be of supervision grade, hidden or erased.

    None if it is public now or never was. `history`: all its events.
    """
    if is_told(state) or state.secret or state.whole is not None:
        return None
    before = new(state.id)
    for recorded in history:
        before = evolve(before, recorded)
        if before.is_public:
            return SummaryRetracted(public_number=state.public_number, version=state.version)
    return None


def is_told(state: Complaint) -> bool:
    """Whether open data holds a line of it: the public may see it, and its text was not erased."""
    return state.is_public and not state.erased


def summary(state: Complaint, registry: Registry, due_at: datetime | None) -> ComplaintSummary | None:
    """The line of this complaint; None if it is not public. A part has none: its whole has."""
    if not is_told(state):
        return None
    placed = state.routed.basis.region if state.routed else None
    region = placed or (state.place.region if state.place else None)
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
