"""Events that agency-inbox owns: what was delivered to the agency, and what it did."""

from typing import Final, Literal
from uuid import UUID

from pydantic import Field

from schemas.base.sealed import Sealed
from schemas.base.values import AgencyId, UnitId
from schemas.events.base import Fact


class ComplaintDelivered(Fact):
    """Delivered to the agency's topic. The receipt is valid only while the topic still has this `topic_id`."""

    agency: AgencyId
    cluster: str
    topic_id: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    message_id: UUID
    """`ce_id` of the message: the newest event that it reports."""
    repeat: int = Field(default=0, ge=0)
    """Of the message of an erasure, which is sent again: how many times before."""


class ComplaintAcknowledged(Fact):
    """The agency accepts the complaint and has begun to work on it."""

    agency: AgencyId
    unit: UnitId | None = None


class ComplaintReturned(Fact):
    """The agency, or a unit of it, returns the complaint as not its responsibility. The third return is arbitrated."""

    agency: AgencyId
    scope: Literal["agency", "unit"] = "agency"
    reason: Sealed[str]
    suggested: AgencyId | None = None
    suggested_unit: UnitId | None = None


class ProgressRecorded(Fact):
    """The agency reports progress."""

    agency: AgencyId
    text: Sealed[str]


class ClarificationRequested(Fact):
    """The agency asks the reporter. The citizen's clock stops, at most twice per holder."""

    agency: AgencyId
    question: Sealed[str]


class ResponseGiven(Fact):
    """The agency answers, and the reporter may confirm or dispute. The response to a part closes the part."""

    agency: AgencyId
    text: Sealed[str]


class OfficerNoteAdded(Fact):
    """An officer wrote a note for colleagues. Only the agency that wrote it and the arbiter read it. The fact NoteAdded
    of intake is another: what somebody wrote who did not prove to be the reporter.
    """

    agency: AgencyId
    text: Sealed[str]
    officer: UUID | None = None
    """Who wrote it, as `schemas.access.principal.officer_id` names people; None: the agency's own system."""


class CaseAssigned(Fact):
    """The agency gave the case to one of its officers, or with `officer` None to nobody."""

    agency: AgencyId
    officer: UUID | None = None


INTERNAL: Final = (OfficerNoteAdded, CaseAssigned)
"""What is for the agency alone: in no timeline but its own and the arbiter's, and in no message."""
