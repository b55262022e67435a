"""One complaint as a row that counts can be made of. No text, nothing personal."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from reporting.public_text import is_public
from schemas.complaint.state import Complaint


class ReportRow(NamedTuple):
    """What the counts, the public list and the open data need of one complaint."""

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


def row_of(state: Complaint) -> ReportRow:
    """The complaint now. Its agency is the present holder, or the last one when it is closed."""
    routed = state.routed
    place = state.place
    region = (routed.basis.region if routed else None) or (place.region if place else None)
    return ReportRow(
        complaint=str(state.id),
        version=state.version,
        public_number=state.public_number,
        public=is_public(state),
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
        lead=_text(state.lead),
    )


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
