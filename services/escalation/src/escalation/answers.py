"""What the ladder's route answers, for the OpenAPI document and the clients made from it."""

from datetime import datetime

from pydantic import BaseModel, Field

from chassis.http.answers import CountedPage, FromRows
from schemas.base.values import Clock, ComplaintClass
from schemas.complaint.lifecycle import Status


class LadderEntry(BaseModel):
    """A late complaint. The public list (rung 4) leaves out what only offices see, and of a protected complaint shows
    the agency and the times alone.
    """

    agency: str | None
    agency_name: str | None
    received_at: datetime
    due_at: datetime | None
    climbed_at: datetime
    rung: int | None = None
    public_number: str | None = None
    part: bool | None = None
    status: Status | None = None
    class_: ComplaintClass | None = Field(default=None, alias="class")
    sector: str | None = None
    cause: str | None = None
    clock: Clock | None = None
    repetition: int | None = None
    complaint: str | None = None
    unit: str | None = None
    holder: str | None = None
    guarded: bool | None = None
    looked_at_by: str | None = None
    looked_at_by_name: str | None = None


class LadderPage(CountedPage, FromRows):
    """Late complaints on a rung or above, those escalated longest ago first. `next`: where the next page begins; null:
    there is none.
    """

    rung: int
    next: str | None
    items: list[LadderEntry]


class MovedDateShown(BaseModel):
    """A date before and after. `public_number` is null for a secret complaint and one of supervision grade."""

    public_number: str | None
    due_before_at: datetime
    due_at: datetime


class MovedHead(BaseModel):
    """Whose date, and of which kind. `agency` is null where the desk or the arbiter keeps it."""

    agency: str | None
    agency_name: str
    clock: Clock
    clock_name: str


class MovedGroup(MovedHead):
    """How many dates of one kind move at one agency. `first`, `last`: those of the earliest and the latest new date."""

    moved: int
    earlier: int
    later: int
    first: MovedDateShown
    last: MovedDateShown


class MovedItem(MovedHead, MovedDateShown):
    """One date that moves."""


class DecreePreview(BaseModel):
    """The dates that move if the decree is made at `at`. Until `done` nothing of them is known, and `examined` of
    `open` complaints were tried. `behind`: newer events of the store that were not considered.
    """

    done: bool
    at: datetime
    behind: int
    open: int
    examined: int
    moved: int
    complaints: int
    groups: list[MovedGroup]
    items: list[MovedItem]
    next: str | None
