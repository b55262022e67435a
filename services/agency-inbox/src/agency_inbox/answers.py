"""What the agency's routes answer, for the OpenAPI document and the clients made from it."""

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field

from chassis.http.answers import (
    AddedAttachment,
    BindingDecision,
    ComplaintState,
    DueExplained,
    FromRows,
    Moment,
    Page,
    Reported,
)
from schemas.base.values import ComplaintClass
from schemas.complaint.lifecycle import CloseReason, Status


class InboxSummary(ComplaintState):
    """The complaint after a command: status, holder and next due date."""

    closed_reason: CloseReason | None
    detail_version: int | None


class InboxRow(InboxSummary):
    """A complaint in the inbox."""

    class_: ComplaintClass = Field(alias="class")
    sector: str | None
    region: str | None
    assigned_at: datetime
    overdue: bool
    new: bool
    awaiting: bool
    officer: str | None
    title: str | None
    excerpt: str


class InboxPage(FromRows):
    """The agency's complaints, the most urgent first. `next`: leads on, as `after`; null: this is the last page."""

    page_size: int
    total: int
    next: str | None
    complaints: list[InboxRow]


class DueCounts(BaseModel):
    """Open complaints by when they are due."""

    overdue: int
    today: int
    week: int


class InboxCounts(FromRows):
    """The number of complaints for each filter; `none`: those that have no such value."""

    open: int
    closed: int
    due: DueCounts
    status: dict[str, int]
    unit: dict[str, int]
    sector: dict[str, int]
    region: dict[str, int]
    officer: dict[str, int]


class InboxSearch(BaseModel):
    """What was found, and whether all open complaints were looked at."""

    looked_at: int
    complete: bool
    complaints: list[InboxRow]


class KnownOfficer(BaseModel):
    """An officer by the id in assignments and notes."""

    id: str
    name: str


class Officers(BaseModel):
    """The officers of the agency. `me`: who asks."""

    me: str
    officers: list[KnownOfficer]


class AnswerTemplate(BaseModel):
    """Words for an answer. `version`: the one to name when it is changed or deleted."""

    id: str
    version: int
    name: str
    text: str


class AnswerTemplates(BaseModel):
    """The agency's templates by name. `fields`: what may stand between braces."""

    templates: list[AnswerTemplate]
    fields: list[str]


class SavedView(BaseModel):
    """Filters of the inbox under a name."""

    name: str
    filters: dict[str, str]


class SavedViews(BaseModel):
    """The caller's own views by name."""

    views: list[SavedView]


class Deleted(BaseModel):
    """It is there no longer."""

    deleted: bool


class OfficerNote(BaseModel):
    """What an officer wrote for colleagues."""

    at: datetime
    agency: str
    agency_name: str
    officer: str | None
    text: str


class InboxPart(BaseModel):
    """A part of the complaint; its status and answer, once its stream exists."""

    id: str
    agency: str
    unit: str | None
    mandatory: bool
    task: str | None
    status: Status | None
    status_text: str | None
    holder: str | None
    holder_name: str | None
    response: str | None


class InboxCasefile(InboxSummary, Reported):
    """Everything that the agency may read of a complaint."""

    erased: bool
    question: str | None
    response: str | None
    answered_at: datetime | None
    disputes: int
    attachments: list[AddedAttachment]
    parts: list[InboxPart]
    whole: str | None
    task: str | None
    officer: str | None
    dues: list[DueExplained]
    timeline: list[Moment]
    precedent: BindingDecision | None
    notes: list[OfficerNote]


class RefusedReply(BaseModel):
    """A refused message of the agency's topic, and why."""

    topic: str
    partition: int
    offset: int
    sent_at: datetime
    message_id: str | None
    type: str | None
    code: str
    reason: str


class RefusedReplies(Page):
    """Refused replies, newest first."""

    refused: list[RefusedReply]


MOVED: Final[dict[int | str, dict[str, Any]]] = {200: {"model": InboxSummary}}
