"""May the agency do this now, and what follows? Facts from (state, by whom, what), or a refusal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

from agency_inbox.casework import (
    Acknowledge,
    ActingAgency,
    Clarify,
    Move,
    RecordProgress,
    Respond,
    Return,
    holds,
    was_notified,
)
from agency_inbox.settings import ANSWER_LETTERS
from schemas.base.limits import BODY, NOTE
from schemas.base.refusals import (
    AlreadyClosed,
    BindingPlacement,
    InvalidField,
    NotFound,
    NotTheHolder,
    PartsOpen,
    UnknownAgency,
    UnknownUnit,
    UnseenDetail,
    WrongStatus,
)
from schemas.complaint.fold import allows
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, Receipt
from schemas.events.agency_inbox import (
    ClarificationRequested,
    ComplaintAcknowledged,
    ComplaintDelivered,
    ComplaintReturned,
    ProgressRecorded,
    ResponseGiven,
)
from schemas.events.base import Fact
from schemas.events.router import Part
from schemas.registry.fold import Registry
from schemas.wording.names import agency as agency_name
from schemas.wording.names import held_by

OpenParts = Mapping[UUID, Complaint | None]
"""The mandatory parts of a whole that are not closed; None: its stream is not there yet."""
NOTHING_OPEN: Final[OpenParts] = {}


def move(state: Complaint, by: ActingAgency, asked: Move, open_parts: OpenParts = NOTHING_OPEN) -> list[Fact]:
    """What this move leads to. `open_parts`: the mandatory parts of a whole that are not closed.

    Raises:
        NotFound: the body was never told of this complaint.
        AlreadyClosed, NotTheHolder, WrongStatus: not now.
        InvalidField, BindingPlacement, UnknownAgency, UnknownUnit, UnseenDetail, PartsOpen: see each move.
    """
    match asked:
        case Acknowledge():
            return acknowledge(state, by, asked)
        case Return():
            return return_complaint(state, by, asked)
        case RecordProgress():
            return progress(state, by, asked)
        case Clarify():
            return clarify(state, by, asked)
        case Respond():
            return respond(state, by, asked, open_parts)
        case _:
            assert_never(asked)


def acknowledge(state: Complaint, by: ActingAgency, asked: Acknowledge) -> list[Fact]:
    """The body has begun (PermenPANRB 62/2018: within 5 working days). Raises `UnknownUnit` besides."""
    _must_hold(state, by, ComplaintAcknowledged)
    _known_unit(by.registry, by.agency, asked.unit)
    return [ComplaintAcknowledged(at=by.at, agency=by.agency, unit=asked.unit)]


def return_complaint(state: Complaint, by: ActingAgency, asked: Return) -> list[Fact]:
    """Back to the router, never to the citizen, with a reason (law 25/2009 article 44: the body that is not
    competent forwards, it does not refuse). Raises `BindingPlacement`: the arbiter's decision stands.
    """
    _must_hold(state, by, ComplaintReturned)
    if state.binding:
        raise BindingPlacement(agency=by.agency)
    reason = _text("reason", asked.reason, NOTE)
    suggested, unit = _suggestion(state, by, asked)
    scope = "unit" if unit is not None and suggested == by.agency else "agency"
    return [
        ComplaintReturned(
            at=by.at, agency=by.agency, scope=scope, reason=reason, suggested=suggested, suggested_unit=unit
        )
    ]  # fmt: skip


def progress(state: Complaint, by: ActingAgency, asked: RecordProgress) -> list[Fact]:
    """The body tells how far it is; nothing else changes."""
    _must_hold(state, by, ProgressRecorded)
    return [ProgressRecorded(at=by.at, agency=by.agency, text=_text("text", asked.text, NOTE))]


def clarify(state: Complaint, by: ActingAgency, asked: Clarify) -> list[Fact]:
    """The reporter is asked. The citizen's clock stands still, at most twice a holder (the fold counts)."""
    _must_hold(state, by, ClarificationRequested)
    return [ClarificationRequested(at=by.at, agency=by.agency, question=_text("question", asked.question, NOTE))]


def respond(state: Complaint, by: ActingAgency, asked: Respond, open_parts: OpenParts = NOTHING_OPEN) -> list[Fact]:
    """The one public answer; a part's closes the part.

    Raises `UnseenDetail`: the reporter said more than the writer had read; `PartsOpen`: the whole waits for its
    mandatory parts; `InvalidField`: no answer of substance.
    """
    _must_hold(state, by, ResponseGiven)
    text = _text("text", asked.text, BODY, ANSWER_LETTERS)
    if asked.seen_version > state.version:
        raise InvalidField(field="seen_version", why=f"the complaint is at version {state.version}")
    if asked.seen_version < state.detail_version:
        raise UnseenDetail(version=state.detail_version)
    if open_parts:
        raise PartsOpen(parts=[str(part) for part in open_parts], bodies=_named_for(state, by, open_parts))
    return [ResponseGiven(at=by.at, agency=by.agency, text=text)]


def deliver(state: Complaint, agency: str, receipt: Receipt, at: datetime) -> list[Fact]:
    """The body's topic holds it. Nothing if that topic's newest news is already receipted there: a late receipt of an
    older message must not hide the newer one.
    """
    news, known = state.news.get(agency), state.receipts.get(agency)
    newest = news.event_id if news is not None else receipt.message_id
    same_topic = known is not None and known.topic_id == receipt.topic_id
    if known is not None and same_topic and known.message_id in (newest, receipt.message_id):
        return []
    return [ComplaintDelivered(at=at, agency=agency, **_place(receipt))]


def open_parts(state: Complaint, parts: Mapping[UUID, Complaint]) -> OpenParts:
    """The mandatory parts that are not closed; one whose stream is not there yet counts as open."""
    return {part.id: parts.get(part.id) for part in state.parts if part.mandatory and _is_open(parts.get(part.id))}


def _named_for(state: Complaint, by: ActingAgency, parts: OpenParts) -> list[str]:
    """Who has them now, in words: parts bear the whole's public number, so a number would name none of them. One that
    was returned is named after the body that it was given to.
    """
    return [_with(part, parts[part.id], by.registry) for part in state.parts if part.id in parts]


def _with(named: Part, part: Complaint | None, registry: Registry) -> str:
    holder = registry.holder(part.holder) if part is not None else None
    if holder is None or holder.agency is None:
        return agency_name(named.agency, named.unit, registry)
    return agency_name(holder.agency, holder.unit, registry)


def _is_open(part: Complaint | None) -> bool:
    return part is None or part.status is not Status.CLOSED


def _place(receipt: Receipt) -> dict[str, object]:
    return {
        "cluster": receipt.cluster,
        "topic_id": receipt.topic_id,
        "partition": receipt.partition,
        "offset": receipt.offset,
        "message_id": receipt.message_id,
    }


def _must_hold(state: Complaint, by: ActingAgency, fact: type[Fact]) -> None:
    """Only the present holder, and only in the statuses of the table (design: section 4)."""
    if state.version < 0 or not (holds(state, by.registry, by.agency) or was_notified(state, by.registry, by.agency)):
        raise NotFound(complaint=str(state.id))
    if state.closed is not None:
        raise AlreadyClosed(reason=state.closed.value)
    if not holds(state, by.registry, by.agency):
        raise NotTheHolder(**held_by(by.registry.holder(state.holder), by.registry))
    if not allows(state, fact):
        raise WrongStatus(status=state.status.value, action=fact.__name__)


def _suggestion(state: Complaint, by: ActingAgency, asked: Return) -> tuple[str | None, str | None]:
    """The body and unit that are suggested; a unit alone is one of the same body."""
    if asked.suggested_unit is None and asked.suggested is None:
        return None, None
    body = by.registry.living(asked.suggested or by.agency)
    if body is None:
        raise UnknownAgency(agency=asked.suggested)
    _known_unit(by.registry, body.id, asked.suggested_unit)
    if body.id == by.agency and asked.suggested_unit in (None, by.registry.holder(state.holder).unit):
        raise InvalidField(field="suggested_agency", why="this is the body, and the unit, that has it now")
    return body.id, asked.suggested_unit


def _known_unit(registry: Registry, agency: str, unit: str | None) -> None:
    body = registry.living(agency)
    if unit is not None and (body is None or unit not in body.units):
        raise UnknownUnit(agency=agency, unit=unit)


def _text(field: str, text: str, most: int, least: int = 1) -> str:
    said = text.strip()
    if not least <= len(said) <= most:
        raise InvalidField(field=field, why=f"must have {least} to {most} letters")
    return said
