"""What an agency's system writes to `agency.<id>.replies`: one type for each action of an agency."""

from typing import Final

from schemas.contract.base import AnswerText, NoteText, Reply
from schemas.contract.written import AgencyGiven, UnitGiven, Version


class Acknowledged(Reply):
    """The agency accepts the complaint and has begun."""

    unit: UnitGiven | None = None


class Returned(Reply):
    """The agency is not responsible. A suggested unit of the same agency is a return within the agency."""

    reason: NoteText
    suggested_agency: AgencyGiven | None = None
    suggested_unit: UnitGiven | None = None


class Progress(Reply):
    """A progress report, shown to the reporter."""

    text: NoteText


class Clarification(Reply):
    """A question to the reporter; the citizen's clock stops, at most twice."""

    question: NoteText


class Answered(Reply):
    """The answer. Refused if the reporter added a detail after `seen_version`."""

    text: AnswerText
    seen_version: Version


REPLIES: Final[dict[str, type[Reply]]] = {
    "complaint.acknowledged": Acknowledged,
    "complaint.returned": Returned,
    "complaint.progress": Progress,
    "complaint.clarification": Clarification,
    "complaint.answered": Answered,
}
"""By `ce_type`."""
