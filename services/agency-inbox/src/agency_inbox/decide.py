"""What an agency may do with a complaint: each command stands above the function that decides it.

Pure: (state, acting agency, command) -> facts, or a Refusal that says why not.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, assert_never
from uuid import UUID

from agency_inbox.access import holds
from agency_inbox.parts import NOTHING_OPEN, OpenParts, holder_names
from schemas.access.principal import Principal, Role, officer_id, system_of
from schemas.access.reading import ever_held, may_act, owner_of
from schemas.base.limits import ANSWER_LEAST, BODY, NOTE
from schemas.base.refusals import (
    AlreadyClosed,
    BindingPlacement,
    InvalidField,
    NotAllowed,
    NotFound,
    NotTheHolder,
    PartsOpen,
    UnknownAgency,
    UnknownUnit,
    UnseenDetail,
    WrongStatus,
)
from schemas.complaint.fold import allows
from schemas.complaint.state import Complaint, Receipt
from schemas.events.agency_inbox import (
    CaseAssigned,
    ClarificationRequested,
    ComplaintAcknowledged,
    ComplaintDelivered,
    ComplaintReturned,
    OfficerNoteAdded,
    ProgressRecorded,
    ResponseGiven,
)
from schemas.events.base import Fact
from schemas.registry.fold import Registry
from schemas.wording.names import held_by

ASSIGNERS: Final = "officers of the whole agency"


class ActingAgency(NamedTuple):
    """The agency that sends a command, with the registry that holds for it and the domain time (UTC). `acting`: who
    acts for it; None: its own system.
    """

    agency: str
    registry: Registry
    at: datetime
    acting: Principal | None = None

    @property
    def who(self) -> Principal:
        """Who acts for it."""
        return self.acting or system_of(self.agency)

    @property
    def officer(self) -> UUID | None:
        """The id of the person who acts; None: a system does."""
        grants = self.who.in_role(Role.OFFICER, Role.UNIT_HEAD)
        return officer_id(self.who) if any(grant.body == self.agency for grant in grants) else None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The agency accepts the complaint. `unit`: the part of the agency that works on it."""

    unit: str | None = None


def acknowledge(state: Complaint, by: ActingAgency, command: Acknowledge) -> list[Fact]:
    """PermenPANRB 62/2018: due within 5 working days.

    Raises:
        UnknownUnit: the agency has no such unit; and as `move` says.
    """
    _must_hold(state, by, ComplaintAcknowledged)
    _must_have_unit(by.registry, by.agency, command.unit)
    units = by.who.units(by.agency)
    if units is not None and command.unit is not None and command.unit not in units:
        raise NotAllowed(who=ASSIGNERS)
    return [ComplaintAcknowledged(at=by.at, agency=by.agency, unit=command.unit)]


@dataclass(frozen=True, slots=True)
class Return:
    """The agency is not competent. With a suggested unit of its own, the complaint stays in the agency."""

    reason: str
    suggested: str | None = None
    suggested_unit: str | None = None


def return_complaint(state: Complaint, by: ActingAgency, command: Return) -> list[Fact]:
    """Back to the router, never to the reporter (law 25/2009 article 44: an agency that is not competent forwards).

    Raises:
        BindingPlacement: the arbiter placed it here.
        InvalidField: no reason, or the suggestion is the present holder.
        UnknownAgency, UnknownUnit: the suggestion does not exist; and as `move` says.
    """
    _must_hold(state, by, ComplaintReturned)
    if state.binding:
        raise BindingPlacement(agency=by.agency)
    reason = _text("reason", command.reason, NOTE)
    suggested, unit = _suggestion(state, by, command)
    scope = "unit" if unit is not None and suggested == by.agency else "agency"
    return [
        ComplaintReturned(
            at=by.at, agency=by.agency, scope=scope, reason=reason, suggested=suggested, suggested_unit=unit
        )
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordProgress:
    """A progress note."""

    text: str


def progress(state: Complaint, by: ActingAgency, command: RecordProgress) -> list[Fact]:
    """Recorded on the timeline; status and clocks stay."""
    _must_hold(state, by, ProgressRecorded)
    return [ProgressRecorded(at=by.at, agency=by.agency, text=_text("text", command.text, NOTE))]


@dataclass(frozen=True, slots=True)
class Clarify:
    """A question to the reporter."""

    question: str


def clarify(state: Complaint, by: ActingAgency, command: Clarify) -> list[Fact]:
    """Stops the settle clock, for at most two questions of each holder (the fold counts them)."""
    _must_hold(state, by, ClarificationRequested)
    return [ClarificationRequested(at=by.at, agency=by.agency, question=_text("question", command.question, NOTE))]


@dataclass(frozen=True, slots=True)
class Respond:
    """The answer. `seen_version`: the newest version of the complaint that its writer had read."""

    text: str
    seen_version: int


def respond(state: Complaint, by: ActingAgency, command: Respond, open_parts: OpenParts = NOTHING_OPEN) -> list[Fact]:
    """The public answer; the answer to a part closes the part.

    Raises:
        UnseenDetail: the reporter added something after `seen_version`.
        PartsOpen: mandatory parts of the whole are not closed.
        InvalidField: the text is too short, or `seen_version` lies ahead; and as `move` says.
    """
    _must_hold(state, by, ResponseGiven)
    text = _text("text", command.text, BODY, ANSWER_LEAST)
    if command.seen_version > state.version:
        raise InvalidField(field="seen_version", why=f"the complaint is at version {state.version}")
    if command.seen_version < state.detail_version:
        raise UnseenDetail(version=state.detail_version)
    if open_parts:
        raise PartsOpen(parts=[str(part) for part in open_parts], bodies=holder_names(state, open_parts, by.registry))
    return [ResponseGiven(at=by.at, agency=by.agency, text=text)]


@dataclass(frozen=True, slots=True)
class AddNote:
    """A note for colleagues."""

    text: str


def add_note(state: Complaint, by: ActingAgency, command: AddNote) -> list[Fact]:
    """In any status in which the agency holds the complaint; status, clocks and the answer's `seen_version` stay."""
    _must_hold(state, by, OfficerNoteAdded)
    text = _text("text", command.text, NOTE)
    return [OfficerNoteAdded(at=by.at, agency=by.agency, text=text, officer=by.officer)]


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the case to an officer, or to nobody. `known`: the officer has worked with the agency's cases before."""

    officer: UUID | None
    known: bool = False


def assign(state: Complaint, by: ActingAgency, command: Assign) -> list[Fact]:
    """In any status in which the agency holds the complaint. Nothing if the officer has it already.

    Raises:
        InvalidField: the agency has no such officer; and as `move` says.
    """
    _must_hold(state, by, CaseAssigned)
    if command.officer is not None and not command.known and command.officer != by.officer:
        raise InvalidField(field="officer", why="this is no officer of the agency who has worked with its cases here")
    if command.officer == state.officer:
        return []
    return [CaseAssigned(at=by.at, agency=by.agency, officer=command.officer)]


Move = Acknowledge | Return | RecordProgress | Clarify | Respond | AddNote | Assign


def move(state: Complaint, by: ActingAgency, command: Move, open_parts: OpenParts = NOTHING_OPEN) -> list[Fact]:
    """Decide any of the commands. `open_parts`: the mandatory parts of a whole that are not closed.

    Raises:
        NotFound: the agency never held this complaint, or has ended.
        AlreadyClosed, NotTheHolder, WrongStatus: not possible now; other refusals as each function says.
    """
    match command:
        case Acknowledge():
            return acknowledge(state, by, command)
        case Return():
            return return_complaint(state, by, command)
        case RecordProgress():
            return progress(state, by, command)
        case Clarify():
            return clarify(state, by, command)
        case Respond():
            return respond(state, by, command, open_parts)
        case AddNote():
            return add_note(state, by, command)
        case Assign():
            return assign(state, by, command)
        case _:
            assert_never(command)


def deliver(state: Complaint, agency: str, receipt: Receipt, at: datetime, repeated: int | None = None) -> list[Fact]:
    """Record that the agency's topic holds the message. Nothing if the topic's newest message already has a receipt:
    a late receipt of an older message must not replace it. `repeated`: the offset of the message that this one repeats.
    """
    news, last = state.news.get(agency), state.receipts.get(agency)
    newest = news.event_id if news is not None else receipt.message_id
    known = last is not None and last.topic_id == receipt.topic_id and last.message_id in (newest, receipt.message_id)
    if known and (last is None or last.offset != repeated):
        return []
    return [ComplaintDelivered(**{**receipt._asdict(), "at": at, "agency": agency})]


def _must_hold(state: Complaint, by: ActingAgency, fact: type[Fact]) -> None:
    # Only the present holder, and only in the statuses of the lifecycle's table (design: section 4).
    known = holds(state, by.registry, by.agency) or ever_held(by.agency, state, by.registry)
    if state.version < 0 or not known or not may_act(by.who, by.agency, state, by.registry):
        raise NotFound(complaint=str(state.id))
    if state.closed is not None and _held_it_last(state, by):
        raise AlreadyClosed(reason=state.closed.value)
    # Whoever held it before is not told how it ended.
    if not holds(state, by.registry, by.agency):
        raise NotTheHolder(**held_by(by.registry.holder(state.holder), by.registry))
    if not allows(state, fact):
        raise WrongStatus(status=state.status.value, action=fact.__name__)


def _held_it_last(state: Complaint, by: ActingAgency) -> bool:
    owner = owner_of(state)
    return owner is not None and by.registry.holder(owner).agency == by.agency


def _suggestion(state: Complaint, by: ActingAgency, command: Return) -> tuple[str | None, str | None]:
    # The suggested agency and unit; a unit alone belongs to the acting agency.
    if command.suggested_unit is None and command.suggested is None:
        return None, None
    body = by.registry.living(command.suggested or by.agency)
    if body is None:
        raise UnknownAgency(agency=command.suggested)
    _must_have_unit(by.registry, body.id, command.suggested_unit)
    if body.id == by.agency and command.suggested_unit in (None, by.registry.holder(state.holder).unit):
        raise InvalidField(field="suggested_agency", why="this is the body, and the unit, that has it now")
    return body.id, command.suggested_unit


def _must_have_unit(registry: Registry, agency: str, unit: str | None) -> None:
    body = registry.living(agency)
    if unit is not None and (body is None or unit not in body.units):
        raise UnknownUnit(agency=agency, unit=unit)


def _text(field: str, text: str, most: int, least: int = 1) -> str:
    stripped = text.strip()
    if not least <= len(stripped) <= most:
        raise InvalidField(field=field, why=f"must have {least} to {most} characters")
    return stripped
