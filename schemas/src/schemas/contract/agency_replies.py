"""What an agency's own system writes to `agency.<id>.replies`: one type for each thing that an agency can do."""

from typing import Final

from pydantic import Field

from schemas.base.values import AgencyId, UnitId
from schemas.contract.base import BodyText, NoteText, Reply


class Acknowledged(Reply):
    """It is ours, we have begun."""

    unit: UnitId | None = None


class Returned(Reply):
    """Not our field, for this reason. A suggested unit of the same body is a return within the body."""

    reason: NoteText
    suggested_agency: AgencyId | None = None
    suggested_unit: UnitId | None = None


class Progress(Reply):
    """How far we are: shown to the reporter."""

    text: NoteText


class Clarification(Reply):
    """A question to the reporter; the citizen's clock stands still, at most twice."""

    question: NoteText


class Answered(Reply):
    """The answer of substance. Refused if the reporter has added something after `seen_version`."""

    text: BodyText
    seen_version: int = Field(ge=0)


REPLIES: Final[dict[str, type[Reply]]] = {
    "complaint.acknowledged": Acknowledged,
    "complaint.returned": Returned,
    "complaint.progress": Progress,
    "complaint.clarification": Clarification,
    "complaint.answered": Answered,
}
"""By `ce_type`."""
