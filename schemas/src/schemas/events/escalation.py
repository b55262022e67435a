"""Facts that escalation owns: what the passing of time did. Climbing moves attention, never responsibility."""

from typing import Literal

from pydantic import AwareDatetime, Field

from schemas.base.values import AgencyId, Clock
from schemas.events.base import Fact


class ReminderSent(Fact):
    """The holder was told that a date is near."""

    clock: Clock
    started_version: int
    due_at: AwareDatetime
    agency: AgencyId | None = None


class DeadlineMissed(Fact):
    """A date has passed unmet. It stands for ever, also if a decree moves the calendar afterwards."""

    clock: Clock
    started_version: int
    due_at: AwareDatetime
    agency: AgencyId | None = None


class ComplaintEscalated(Fact):
    """Someone higher looks at it: 1 unit head, 2 supervising body, 3 Ombudsman, 4 the public list of the ignored."""

    rung: int = Field(ge=1, le=4)
    cause: Literal["deadline", "second_dispute", "direct"] = "deadline"
    clock: Clock | None = None
    started_version: int | None = None
    repetition: int = Field(default=0, ge=0)
    """How often rung 4 was repeated."""


class ComplaintLapsed(Fact):
    """Closed by time: silence after the answer, or a file not completed. Silence is not consent."""

    cause: Literal["silence", "incomplete"]


class DueDateMoved(Fact):
    """A decree on holidays moved an open date."""

    clock: Clock
    started_version: int
    due_before_at: AwareDatetime
    due_at: AwareDatetime
    calendar: str
    agency: AgencyId | None = None
    """The holder, in whose zone the date was reckoned."""
    decreed_at: AwareDatetime | None = None
    """The newest decree that this date rests on: one that was published while this was being said is told by itself."""
