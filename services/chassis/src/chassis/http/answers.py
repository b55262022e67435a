"""Parts of answers that several services give, for the OpenAPI document and the clients made from it.

Nothing is built from these models: an answer is a plain dictionary, and a test holds it to its model.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from schemas.base.values import Clock, ComplaintClass, Level
from schemas.complaint.attachments import FileState
from schemas.complaint.lifecycle import Status
from schemas.deadlines.policies import Sureness, Unit


class Moment(BaseModel):
    """One event, in a sentence."""

    at: datetime
    type: str
    version: int
    sentence: str


class AttachmentShown(BaseModel):
    """A file that the reporter added. `state`: whether it can be opened, and as what."""

    id: str
    media_type: str
    size_bytes: int
    name: str | None
    state: FileState


class AddedAttachment(AttachmentShown):
    """A file for the complaint's holder: media type, size and name are those of what the holder opens."""

    at: datetime


class DueRule(BaseModel):
    """The rule behind a due date: `amount` of working days (`wd`), calendar days (`d`) or seconds (`s`)."""

    name: str
    amount: int
    unit: Unit
    starts: str
    source: str
    sureness: Sureness
    policy: str
    policy_in_force_since: datetime


class DayOff(BaseModel):
    """A day that was not counted, and why."""

    on: date
    why: str


class ClockStop(BaseModel):
    """A time in which a clock stood still."""

    from_: datetime = Field(alias="from")
    until: datetime | None


class DueExplained(BaseModel):
    """A due date and how it was calculated."""

    clock: Clock
    name: str
    state: Literal["running", "over", "standing_still", "open"]
    started_at: datetime
    due_at: datetime
    missed: bool
    zone: str
    rule: DueRule
    not_counted: list[DayOff]
    stops: list[ClockStop]
    stop_days: int
    calendars: list[str]
    explanation: str


class PlaceShown(BaseModel):
    """Where it happened. `region` is a Kemendagri code; coordinates are WGS 84 degrees. What is unknown is left out."""

    region: str | None = None
    lat: float | None = None
    lon: float | None = None
    address: str | None = None


class DetailShown(BaseModel):
    """What the reporter added later."""

    at: datetime
    text: str


class ComplaintState(BaseModel):
    """Which complaint it is, its status, its holder (such as `agency:pln`) and its version."""

    id: str
    public_number: str
    status: Status
    status_text: str
    holder: str
    unit: str | None
    version: int
    due_at: datetime | None


class Reported(BaseModel):
    """What was reported; never who reported it."""

    class_: ComplaintClass = Field(alias="class")
    sector: str | None
    received_at: datetime
    title: str | None
    text: str
    restated_title: str | None
    restated_text: str | None
    details: list[DetailShown]
    place: PlaceShown | None
    occurred_on: date | None
    anonymous: bool
    secret: bool
    supervision: bool


class BindingDecision(BaseModel):
    """A decision of the Ombudsman: which agency, when and why. Without id and number if its complaint is protected."""

    complaint: str | None
    public_number: str | None
    agency: str
    unit: str | None
    agency_name: str
    decided_at: datetime
    reason: str


class MatterShown(BaseModel):
    """The later complaints that a decision covers; without a region the whole nation."""

    sector: str
    level: Level
    region: str | None
    region_name: str | None


class Behind(BaseModel):
    """How far rows are behind the store: for how long its oldest event that is not in them has been stored, and how
    many there are (null: this store's positions do not tell). Both are 0 if all are in them.
    """

    seconds: float
    events: int | None


class FromRows(BaseModel):
    """Made from the rows of a read model, which hold all events up to `position` of the store."""

    position: str
    behind: Behind


class Page(BaseModel):
    """One page, from 0."""

    page: int
    page_size: int


class CountedPage(Page):
    """One page of `total` entries."""

    total: int
