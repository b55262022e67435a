"""Request bodies of an agency's moves and the command that each stands for; Kafka replies have the same fields."""

from typing import assert_never
from uuid import UUID

from agency_inbox.decide import Acknowledge, AddNote, Assign, Clarify, Move, RecordProgress, Respond, Return
from schemas import contract
from schemas.base.values import AgencyId, UnitId
from schemas.contract.base import AnswerText, NoteText, RequestModel
from schemas.contract.written import Version


class AcknowledgementBody(RequestModel):
    """Accept the complaint; `unit` is the part of the agency that works on it."""

    unit: UnitId | None = None


class ReturnBody(RequestModel):
    """Why the agency is not competent, and which agency or unit may be."""

    reason: NoteText
    suggested_agency: AgencyId | None = None
    suggested_unit: UnitId | None = None


class ProgressBody(RequestModel):
    """A progress note."""

    text: NoteText


class ClarificationBody(RequestModel):
    """A question to the reporter."""

    question: NoteText


class ResponseBody(RequestModel):
    """The answer, and the version of the complaint that its writer had read."""

    text: AnswerText
    seen_version: Version


class NoteBody(RequestModel):
    """A note for colleagues: only the agency and the arbiter read it."""

    text: NoteText


class AssignmentBody(RequestModel):
    """Which officer works on the case, by the id in `/officers`; null: nobody."""

    officer: UUID | None


HttpBody = (
    AcknowledgementBody | ReturnBody | ProgressBody | ClarificationBody | ResponseBody | NoteBody | AssignmentBody
)
KafkaReply = contract.Acknowledged | contract.Returned | contract.Progress | contract.Clarification | contract.Answered


def command_of(body: HttpBody | KafkaReply) -> Move:
    """The command that this body or reply asks for."""
    match body:
        case AcknowledgementBody() | contract.Acknowledged():
            return Acknowledge(body.unit)
        case ReturnBody() | contract.Returned():
            return Return(body.reason, body.suggested_agency, body.suggested_unit)
        case ProgressBody() | contract.Progress():
            return RecordProgress(body.text)
        case ClarificationBody() | contract.Clarification():
            return Clarify(body.question)
        case ResponseBody() | contract.Answered():
            return Respond(body.text, body.seen_version)
        case NoteBody():
            return AddNote(body.text)
        case AssignmentBody():
            return Assign(body.officer)
        case _:
            assert_never(body)
