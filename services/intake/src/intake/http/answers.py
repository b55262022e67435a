"""What the reporter's routes answer, for the OpenAPI document and the clients made from it."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from schemas.base.values import ComplaintClass, HolderKind
from schemas.complaint.lifecycle import CloseReason, Status


class HolderShown(BaseModel):
    """Who must act next."""

    kind: HolderKind
    agency: str | None
    unit: str | None


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


class Moment(BaseModel):
    """One event, in a sentence."""

    at: datetime
    type: str
    version: int
    sentence: str


class AttachmentShown(BaseModel):
    """A file that the reporter added."""

    id: str
    media_type: str
    size_bytes: int
    name: str | None


class TrackingPage(Receipt):
    """The present state of a complaint, for its reporter."""

    class_: ComplaintClass = Field(alias="class")
    received_at: datetime
    title: str | None
    text: str
    anonymous: bool
    secret: bool
    erased: bool
    closed_reason: CloseReason | None
    place: dict[str, Any] | None
    occurred_on: date | None
    question: str | None
    response: str | None
    answered_at: datetime | None
    rating: int | None
    dispute_until: datetime | None
    parts: list[dict[str, Any]]
    disputes: int
    rung: int
    lead_public_number: str | None
    attachments: list[AttachmentShown]
    due: list[dict[str, Any]]
    timeline: list[Moment]


class Explanation(BaseModel):
    """How each due date was calculated."""

    due: list[dict[str, Any]]


class NotRead(BaseModel):
    """The message of this key was not read yet."""

    status: str
