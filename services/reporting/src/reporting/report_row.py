"""One complaint as a row for counts and lists, without text or personal data."""

from datetime import datetime
from typing import NamedTuple

from schemas.complaint.state import Complaint


class ReportRow(NamedTuple):
    """The columns of the table `reports`."""

    complaint: str
    version: int
    public_number: str
    public: bool
    part: bool
    class_: str
    status: str
    reason: str | None
    agency: str | None
    unit: str | None
    holder: str
    sector: str | None
    region: str | None
    received_at: datetime
    stage_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    lead: str | None
    changed_at: datetime | None
    supervision: bool | None


def row_of(state: Complaint, changed_at: datetime | None = None) -> ReportRow:
    """The agency is the present holder; of a closed complaint, the last one. `changed_at`: its newest event's time."""
    routed, place = state.routed, state.place
    region = (routed.basis.region if routed else None) or (place.region if place else None)
    return ReportRow(
        complaint=str(state.id),
        version=state.version,
        public_number=state.public_number,
        public=state.is_public,
        part=state.whole is not None,
        class_=state.class_.value,
        status=state.status.value,
        reason=state.closed.value if state.closed else None,
        agency=state.agency or (routed.agency if routed and state.closed else None),
        unit=state.holder.unit,
        holder=str(state.holder),
        sector=state.sector,
        region=region,
        received_at=state.received_at,
        stage_at=state.stage.at,
        answered_at=state.answered_at,
        closed_at=state.closed_at,
        lead=str(state.lead) if state.lead else None,
        changed_at=changed_at,
        supervision=state.supervision,
    )
