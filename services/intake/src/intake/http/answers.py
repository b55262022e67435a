"""What the reporter's routes answer, for the OpenAPI document and the clients made from it."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from chassis.http.answers import AttachmentShown, DueExplained, Moment, PlaceShown
from intake.data_requests import RequestKind
from intake.notices.choices import Group
from schemas.base.values import ComplaintClass, HolderKind
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.wording.masks import Kind


class HolderShown(BaseModel):
    """Who must act next."""

    kind: HolderKind
    agency: str | None
    unit: str | None


class ContactNotice(BaseModel):
    """Which contacts of the reporter cannot be used, and what follows from it."""

    unusable: list[Literal["email", "phone"]]
    message: str


class HiddenFromPublic(BaseModel):
    """Which kinds of numbers and addresses in the reporter's words others do not see. The holder reads the original."""

    kinds: list[Kind]
    message: str


class Receipt(BaseModel):
    """The answer to a filing. The tracking code gives access: whoever has it is the reporter."""

    id: str
    tracking_code: str
    public_number: str
    status: Status
    status_text: str
    holder: HolderShown
    holder_name: str
    due_at: datetime | None
    links: dict[str, str]
    delayed: bool | None = None
    notice: str | None = None
    contact: ContactNotice | None = None
    hidden_from_public: HiddenFromPublic | None = None


class TrackedPart(BaseModel):
    """Another agency's part of the complaint, and the due dates of its question."""

    holder_name: str
    status: Status
    status_text: str
    mandatory: bool
    question: str | None
    due: list[DueExplained]


class ReportLink(BaseModel):
    """Where the public report is."""

    report: str


class LeadShown(BaseModel):
    """The public complaint that this one was joined to."""

    public_number: str
    received_at: datetime
    sector: str | None
    sector_name: str | None
    status: Status
    status_text: str
    links: ReportLink


class NoticesShown(BaseModel):
    """Which groups of facts are told by which contact, in which language. `contacts`: those that can be used."""

    language: Literal["id", "en"]
    email: list[Group]
    phone: list[Group]
    contacts: list[Literal["email", "phone"]]


class TrackingPage(Receipt):
    """The present state of a complaint, for its reporter."""

    notices: NoticesShown | None
    """None: there is no contact that can be used."""

    class_: ComplaintClass = Field(alias="class")
    received_at: datetime
    title: str | None
    text: str
    anonymous: bool
    secret: bool
    erased: bool
    closed_reason: CloseReason | None
    place: PlaceShown | None
    occurred_on: date | None
    question: str | None
    response: str | None
    answered_at: datetime | None
    rating: int | None
    dispute_until: datetime | None
    parts: list[TrackedPart]
    disputes: int
    rung: int
    lead_public_number: str | None
    lead: LeadShown | None
    attachments: list[AttachmentShown]
    due: list[DueExplained]
    timeline: list[Moment]


class Explanation(BaseModel):
    """How each due date was calculated."""

    due: list[DueExplained]


class NotRead(BaseModel):
    """The message of this key was not read yet."""

    status: str


class FollowChanged(BaseModel):
    """The report that is followed, or no longer."""

    public_number: str


class FollowAsked(FollowChanged):
    """A code was sent to the address."""

    message: str


class CodeAsked(BaseModel):
    """The code is sent if number and contact belong together; the answer does not say whether."""

    public_number: str
    message: str


class PersonShown(BaseModel):
    """The reporter, as far as they said; `unusable`: contacts that cannot be written to."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    unusable: list[Literal["email", "phone"]] | None = None


class ContactReading(BaseModel):
    """A body read the reporter's name and contacts. Earlier versions asked for no reason."""

    at: datetime
    body: str
    body_name: str
    reason: str | None


class Recipient(BaseModel):
    """A body that was given the complaint or a part of it, and when first."""

    at: datetime
    body: str
    body_name: str


class FileCopied(AttachmentShown):
    """A file, and where to get it."""

    link: str


class DataCopy(BaseModel):
    """Everything that is held about the reporter of one complaint."""

    made_at: datetime
    complaint: TrackingPage
    contact: PersonShown | None
    contact_readings: list[ContactReading]
    recipients: list[Recipient]
    files: list[FileCopied]


class ErasureDecided(BaseModel):
    """What was decided on a request for erasure."""

    complaint: str
    decision: Literal["erase", "keep"]


class OpenRequestShown(BaseModel):
    """A reporter's request about their own data that is not done. `body`: who decides on an erasure."""

    complaint: str
    kind: RequestKind
    asked_at: datetime
    due_at: datetime | None
    body: str | None
    overdue: bool


class OpenRequests(BaseModel):
    """`most`: the number of items that one answer holds at most."""

    most: int
    items: list[OpenRequestShown]
