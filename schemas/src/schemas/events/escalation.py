"""Events that escalation owns: the effects of time. An escalation draws attention and never moves responsibility."""

from typing import Literal

from pydantic import AwareDatetime, Field

from schemas.base.values import AgencyId, Clock
from schemas.events.base import Fact


class ReminderSent(Fact):
    """The holder was reminded that a date is near."""

    clock: Clock
    started_version: int
    due_at: AwareDatetime
    agency: AgencyId | None = None


class DeadlineMissed(Fact):
    """A date was missed. This is final, also if a decree changes the calendar afterwards."""

    clock: Clock
    started_version: int
    due_at: AwareDatetime
    agency: AgencyId | None = None


class ComplaintEscalated(Fact):
    """Raised to a rung: 1 unit head, 2 supervising body, 3 Ombudsman, 4 the public list of ignored reports."""

    rung: int = Field(ge=1, le=4)
    cause: Literal["deadline", "second_dispute", "direct"] = "deadline"
    clock: Clock | None = None
    started_version: int | None = None
    repetition: int = Field(default=0, ge=0)
    """Number of repetitions of rung 4."""


class ComplaintLapsed(Fact):
    """Closed by time: silence after the answer, or a file that was not completed. Silence is not consent."""

    cause: Literal["silence", "incomplete"]


class DueDateMoved(Fact):
    """A decree on days off moved an open date."""

    clock: Clock
    started_version: int
    due_before_at: AwareDatetime
    due_at: AwareDatetime
    calendar: str
    agency: AgencyId | None = None
    """The holder, in whose time zone the date was calculated."""
    decreed_at: AwareDatetime | None = None
    """The newest decree behind this date. A decree published in the meantime gets an event of its own."""
