"""Facts that agency-inbox owns: what reached the agency, and what it did."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from schemas.base.sealed import Sealed
from schemas.base.values import AgencyId, UnitId
from schemas.events.base import Fact


class ComplaintDelivered(Fact):
    """The agency's topic holds it: a receipt, live only while the topic is still the one of that `topic_id`."""

    agency: AgencyId
    cluster: str
    topic_id: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    message_id: UUID
    """`ce_id` of the message: the newest event that it told."""


class ComplaintAcknowledged(Fact):
    """The agency says: it is ours, we have begun."""

    agency: AgencyId
    unit: UnitId | None = None


class ComplaintReturned(Fact):
    """The agency, or a unit within it, says "not our field", with a reason: never the end, at most three times."""

    agency: AgencyId
    scope: Literal["agency", "unit"] = "agency"
    reason: Sealed[str]
    suggested: AgencyId | None = None
    suggested_unit: UnitId | None = None


class ProgressRecorded(Fact):
    """The agency tells how far it is."""

    agency: AgencyId
    text: Sealed[str]


class ClarificationRequested(Fact):
    """The agency asks the reporter something: the citizen's clock stands still, at most twice a holder."""

    agency: AgencyId
    question: Sealed[str]


class ResponseGiven(Fact):
    """The agency answers with substance: now the reporter has the word. A part's own response closes the part."""

    agency: AgencyId
    text: Sealed[str]
