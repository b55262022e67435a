"""What the public routes answer, for the OpenAPI document and the clients made from it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http.answers import FromRows, Page
from schemas.base.values import ComplaintClass
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.position import Precision


class JoinedCount(BaseModel):
    """Complaints that were joined, by the status of the one that they follow."""

    to_open_lead: int
    to_closed_lead: int


class PartCount(BaseModel):
    """Parts of complaints."""

    open: int
    closed: int


class Counted(FromRows):
    """Figures, and which events they count: all up to `position`."""


class Books(Counted):
    """Every complaint filed, counted once: open by holder, joined, or closed by reason. What agencies hold and the
    public may not see (secret, of supervision grade) is open under `not_public`.
    """

    filed: int
    open: dict[str, int]
    joined: JoinedCount
    closed: dict[str, int]
    parts: PartCount
    balanced: bool


class Count(BaseModel):
    """How many complaints have this key, status and reason."""

    key: str | None
    status: Status
    reason: CloseReason | None
    count: int


class Counts(Counted):
    """Numbers of complaints by one property. Those that are not public have no agency, region or sector here."""

    by: str
    counts: list[Count]


class PositionShown(BaseModel):
    """The published position in WGS 84 degrees; if rounded, the centre of the cell."""

    lat: float
    lon: float
    precision: Precision


class PublicReport(BaseModel):
    """A public report."""

    public_number: str
    class_: ComplaintClass = Field(alias="class")
    status: Status
    status_text: str
    closed_reason: CloseReason | None
    agency: str | None
    agency_name: str | None
    sector: str | None
    region: str | None
    received_at: datetime
    closed_at: datetime | None
    supports: int
    title: str | None
    text: str | None
    position: PositionShown | None


class PublicReports(Page, FromRows):
    """Public reports, newest first. `newer`, `older`: the cursors of the pages beside; null: there is none."""

    reports: list[PublicReport]
    newer: str | None
    older: str | None


class SolvedReports(BaseModel):
    """Public reports that their reporters confirmed as solved, those closed last first."""

    reports: list[PublicReport]


class PublicMoment(BaseModel):
    """One event, in a sentence for the public."""

    at: datetime
    type: str
    sentence: str


class PublicPhoto(BaseModel):
    """A photo that the holder or the desk lets the public see, without hidden data."""

    attachment: UUID
    link: str


class PublicReportPage(PublicReport):
    """A public report with its timeline."""

    lead_public_number: str | None
    photos: list[PublicPhoto]
    timeline: list[PublicMoment]


class ContentReportTaken(BaseModel):
    """The desk gets it; what happens next, in a sentence."""

    public_number: str
    message: str


class Supported(BaseModel):
    """How many clients support the report."""

    public_number: str
    supports: int
