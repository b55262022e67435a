"""The decisions of the triage desk and the arbiter: facts from state and request, or a refusal.

Each returns no facts when the complaint already is as asked.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from router.placement.basis import binding_basis, past_basis
from router.placement.precedents import matter_as_read
from router.registry.mandates import AgencyUnit
from router.settings import PARTS
from schemas.access.accused import names_accused
from schemas.access.reading import ever_held
from schemas.base import limits
from schemas.base.ids import part_id
from schemas.base.refusals import (
    AlreadyClosed,
    CannotJoin,
    CannotSplit,
    DataErased,
    InvalidField,
    NotFound,
    NotTheHolder,
    UnknownAgency,
    UnknownUnit,
    WrongStatus,
)
from schemas.base.values import Matter
from schemas.complaint.fold import allows
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint
from schemas.deadlines.policies import Policies
from schemas.events.base import Fact
from schemas.events.router import (
    ArbitrationDecided,
    ArbitrationOpened,
    ArchiveReason,
    ComplaintArchived,
    ComplaintJoined,
    ComplaintRestated,
    ComplaintRouted,
    ComplaintSplit,
    ComplaintUnjoined,
    Part,
    ReporterAsked,
    RoutedCause,
)
from schemas.registry.fold import Registry
from schemas.wording.names import held_by


class Share(NamedTuple):
    """A part that is asked for: the body, whether it is mandatory, and its task."""

    body: AgencyUnit
    mandatory: bool = True
    task: str | None = None


class DecisionContext(NamedTuple):
    """The registry and the policies that are decided by, and the time."""

    registry: Registry
    policies: Policies
    at: datetime


def place(state: Complaint, by: DecisionContext, body: AgencyUnit, note: str | None) -> list[Fact]:
    """Rule 2 of precedence: a person at the desk names the body (design: section 4).

    Raises:
        NotFound, AlreadyClosed, WrongStatus: the complaint is not in triage.
        UnknownAgency, UnknownUnit: no such body is alive.
        InvalidField: that body has returned it, or the last allowed return is used up: only the arbiter can place it.
    """
    if _is_already_routed(state, body, "desk"):
        return []
    _check_triage(state, ComplaintRouted)
    return [_routed_from_desk(state, by, "agency", body, "desk", note)]


def ask(state: Complaint, by: DecisionContext, question: str) -> list[Fact]:
    """The desk asks the reporter and waits at most 30 days (law 25/2009, article 44)."""
    if state.status is Status.AWAITING_REPORTER and state.question == question:
        return []
    _check_triage(state, ReporterAsked)
    return [ReporterAsked(at=by.at, question=_text("question", question, limits.NOTE))]


def restate(
    state: Complaint, by: DecisionContext, text: str, title: str | None, reason: str | None = None
) -> list[Fact]:
    """The desk's wording for the public. The text as sent never changes. `reason`: why, for the reporter."""
    if state.erased:
        raise DataErased
    if (state.restated_text, state.restated_title) == (text, title):
        return []
    _check_allowed(state, ComplaintRestated)
    short = _text("title", title, limits.TITLE) if title is not None else None
    return [ComplaintRestated(at=by.at, text=_text("text", text, limits.BODY), title=short, reason=reason)]


def join(state: Complaint, by: DecisionContext, lead: Complaint) -> list[Fact]:
    """Join the complaint to `lead`, an earlier open complaint about the same matter that follows none, so that no cycle
    can exist.

    Raises:
        NotFound, AlreadyClosed, WrongStatus, CannotJoin.
    """
    if state.status is Status.JOINED and state.lead == lead.id:
        return []
    if state.whole is not None:
        raise CannotJoin(why="whole_or_part")
    _check_allowed(state, ComplaintJoined)
    if why := apart(state, lead):
        raise CannotJoin(why=why)
    return [ComplaintJoined(at=by.at, lead=lead.id, by="desk")]


def unjoin(state: Complaint, by: DecisionContext) -> list[Fact]:
    """The complaint is another matter after all: it is placed on its own again."""
    _check_open(state)
    if state.status is not Status.JOINED:
        return []
    return [ComplaintUnjoined(at=by.at, reason="desk")]


def split(
    state: Complaint,
    by: DecisionContext,
    shares: list[Share],
    split_id: UUID,
    lead: AgencyUnit | None,
    ended: Collection[UUID] = (),
) -> list[Fact]:
    """Split the complaint into parts for several bodies. From the desk `lead` names the body that leads; from an agency
    the present holder leads. A body whose part is in `ended` can get another: after a dispute nothing else gives it
    work.

    Raises:
        NotFound, AlreadyClosed, WrongStatus, UnknownAgency, UnknownUnit, CannotSplit, InvalidField.
    """
    parts = _parts(state, shares, split_id)
    if {part.id for part in parts} <= {part.id for part in state.parts}:
        return []
    _check_open(state)
    if state.whole is not None:
        raise CannotSplit(why="part")
    facts: list[Fact] = []
    if state.status is Status.TRIAGE:
        if lead is None:
            raise InvalidField(field="lead", why="from the desk a split names the body that leads")
        facts.append(_routed_from_desk(state, by, "lead", lead, "split"))
    else:
        _check_allowed(state, ComplaintSplit)
        lead = AgencyUnit(state.holder.agency or "", state.holder.unit)
    if why := _why_indivisible(state, parts, lead, ended):
        raise CannotSplit(why=why)
    for part in parts:
        _check_body(by.registry, AgencyUnit(part.agency, part.unit))
        _check_not_accused(state, by.registry, "parts", part.agency)
    return [*facts, ComplaintSplit(at=by.at, parts=parts)]


def split_by_agency(
    state: Complaint,
    by: DecisionContext,
    agency: str,
    shares: list[Share],
    split_id: UUID,
    ended: Collection[UUID] = (),
) -> list[Fact]:
    """Split by the holder, which leads. Raises as `split`; NotTheHolder; NotFound if it never held the complaint."""
    # First, so that no other agency learns how a complaint ended.
    if not ever_held(agency, state, by.registry):
        raise NotFound(complaint=str(state.id))
    _check_open(state)
    if state.agency is None or by.registry.holder(state.holder).agency != agency:
        raise NotTheHolder(**held_by(by.registry.holder(state.holder), by.registry))
    return split(state, by, shares, split_id, None, ended)


def open_arbitration(state: Complaint, by: DecisionContext) -> list[Fact]:
    """The desk asks the Ombudsman to decide."""
    if state.status is Status.ARBITRATION:
        return []
    _check_triage(state, ArbitrationOpened)
    return [ArbitrationOpened(at=by.at, reason="desk", bodies=tuple(dict.fromkeys(state.returned_by)))]


def archive(state: Complaint, by: DecisionContext, reason: ArchiveReason, note: str) -> list[Fact]:
    """Close it without an agency, for a stated reason that the reporter can dispute."""
    if state.closed is CloseReason.ARCHIVED:
        return []
    _check_triage(state, ComplaintArchived)
    return [ComplaintArchived(at=by.at, reason=reason, note=_text("note", note, limits.NOTE))]


def arbitrate(
    state: Complaint,
    by: DecisionContext,
    body: AgencyUnit,
    reason: str,
    matter_of: Callable[[Complaint], Matter | None] = matter_as_read,
) -> list[Fact]:
    """Rule 1 of precedence: the Ombudsman names the body, which may have returned it and cannot return it again.
    `matter_of`: what the decision is a precedent for.

    Raises:
        NotFound, AlreadyClosed, WrongStatus: the complaint is not in arbitration.
        UnknownAgency, UnknownUnit: no such body is alive.
        InvalidField: the reason is wrong, and as `matter_of` raises.
    """
    if state.binding and _is_already_routed(state, body, "binding"):
        return []
    _check_status(state, ArbitrationDecided, allowed=state.status is Status.ARBITRATION)
    _check_body(by.registry, body)
    _check_not_accused(state, by.registry, "agency", body.agency)
    text, matter = _text("reason", reason, limits.NOTE), matter_of(state)
    decided = ArbitrationDecided(
        at=by.at, agency=body.agency, unit=body.unit, reason=text, matter=matter, alone=matter is None
    )
    basis = binding_basis(state, decided, by.registry)
    routed = ComplaintRouted(at=by.at, agency=body.agency, unit=body.unit, cause="binding", binding=True, basis=basis)
    return [decided, routed]


def _check_triage(state: Complaint, fact: type[Fact]) -> None:
    _check_status(state, fact, allowed=state.status is Status.TRIAGE)


def _check_allowed(state: Complaint, fact: type[Fact]) -> None:
    _check_status(state, fact, allowed=allows(state, fact))


def _check_status(state: Complaint, fact: type[Fact], *, allowed: bool) -> None:
    _check_open(state)
    if not allowed:
        raise WrongStatus(status=state.status.value, action=fact.__name__)


def _check_open(state: Complaint) -> None:
    if state.version < 0:
        raise NotFound(complaint=str(state.id))
    if state.closed is not None:
        raise AlreadyClosed(reason=state.closed.value)


def _check_body(registry: Registry, named: AgencyUnit) -> None:
    body = registry.agencies.get(named.agency)
    if body is None or not body.alive:
        raise UnknownAgency(agency=named.agency)
    if named.unit is not None and named.unit not in body.units:
        raise UnknownUnit(agency=named.agency, unit=named.unit)


def _check_not_accused(state: Complaint, registry: Registry, field: str, agency: str) -> None:
    # Government Regulation 12/2017: suspected misconduct is examined by another agency than the accused one.
    if names_accused(agency, state, registry):
        raise InvalidField(field=field, why="the complaint accuses this body, so another one must examine it")


def _is_already_routed(state: Complaint, body: AgencyUnit, cause: RoutedCause) -> bool:
    now = state.routed if state.agency is not None else None
    return now is not None and (now.agency, now.unit, now.cause) == (*body, cause)


def _routed_from_desk(
    state: Complaint, by: DecisionContext, field: str, body: AgencyUnit, cause: RoutedCause, note: str | None = None
) -> ComplaintRouted:
    _check_body(by.registry, body)
    _check_not_accused(state, by.registry, field, body.agency)
    if body.agency in state.returned_by:
        raise InvalidField(field=field, why="this body has returned the complaint; only the arbiter can bind it")
    if by.policies.returns_used_up(state):
        raise InvalidField(field=field, why="it was returned as often as is allowed; only the arbiter can place it")
    basis, text = past_basis(state, by.registry), _optional("note", note)
    return ComplaintRouted(at=by.at, agency=body.agency, unit=body.unit, cause=cause, basis=basis, note=text)


def apart(state: Complaint, lead: Complaint) -> str | None:
    """Why these two cannot be joined, as a code that `schemas.wording` explains; None: they can."""
    both = (state, lead)
    checks = {
        "no_such_lead": lead.id == state.id or lead.version < 0,
        "lead_closed": not lead.is_open,
        "lead_follows": lead.status is Status.JOINED,
        "lead_later": (lead.received_at, lead.id) >= (state.received_at, state.id),
        "declined": lead.id in state.not_same_as,
        # A join shows its text to another reporter, or to the accused body.
        "protected": any(each.is_protected for each in both),
        "whole_or_part": any(each.whole is not None or each.parts for each in both),
    }
    return next((why for why, holds in checks.items() if holds), None)


def _parts(state: Complaint, shares: list[Share], split_id: UUID) -> tuple[Part, ...]:
    if not shares:
        raise InvalidField(field="parts", why="name at least one body")
    return tuple(
        Part(
            id=part_id(state.id, split_id, ordinal),
            agency=share.body.agency,
            unit=share.body.unit,
            mandatory=share.mandatory,
            task=_optional("task", share.task),
        )
        for ordinal, share in enumerate(shares)
    )


def _why_indivisible(
    state: Complaint, parts: tuple[Part, ...], lead: AgencyUnit | None, ended: Collection[UUID]
) -> str | None:
    if len(state.parts) + len(parts) > PARTS:
        return "too_many"
    # Checks only the requested parts: a merger may have made the lead of a whole the body of an earlier part.
    called = [AgencyUnit(part.agency, part.unit) for part in parts]
    at_work = {lead, *(AgencyUnit(part.agency, part.unit) for part in state.parts if part.id not in ended)}
    return "same_body_twice" if len(set(called)) < len(called) or at_work & set(called) else None


def _text(field: str, text: str, characters: int) -> str:
    if not text.strip():
        raise InvalidField(field=field, why="must not be empty")
    if len(text) > characters:
        raise InvalidField(field=field, why=f"must not be longer than {characters} characters")
    return text


def _optional(field: str, text: str | None) -> str | None:
    return _text(field, text, limits.NOTE) if text is not None else None
