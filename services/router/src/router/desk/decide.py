"""May the desk or the arbiter do this now, and what follows? Facts from (state, what is asked), or a refusal.

Asked twice, each says nothing the second time.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from router.placement.policy import past_basis
from router.placement.precedents import binding_basis, matter_as_read
from router.registry.mandates import AgencyUnit
from router.settings import PARTS
from schemas.base import limits
from schemas.base.ids import part_id
from schemas.base.refusals import (
    AlreadyClosed,
    CannotJoin,
    CannotSplit,
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
    """One body's share of a whole, as asked for."""

    body: AgencyUnit
    mandatory: bool = True
    task: str | None = None


class DecisionContext(NamedTuple):
    """With what knowledge, and when."""

    registry: Registry
    at: datetime


def place(state: Complaint, by: DecisionContext, body: AgencyUnit, note: str | None) -> list[Fact]:
    """A person at the desk says whose it is.

    Raises:
        NotFound, AlreadyClosed, WrongStatus: it does not lie at the desk.
        UnknownAgency, UnknownUnit: not there.
        InvalidField: that body has returned it; only the arbiter can send it there again.
    """
    if _is_routed(state, body, "desk"):
        return []
    _at_the_desk(state, ComplaintRouted)
    _exists(by.registry, body)
    if body.agency in state.returned_by:
        raise InvalidField(field="agency", why="this body has returned the complaint; only the arbiter can bind it")
    return [_routed(state, by, body, "desk", note=_optional("note", note))]


def ask(state: Complaint, by: DecisionContext, question: str) -> list[Fact]:
    """The desk asks the reporter, and waits 30 days at most (law 25/2009, article 44)."""
    if state.status is Status.AWAITING_REPORTER and state.question == question:
        return []
    _at_the_desk(state, ReporterAsked)
    return [ReporterAsked(at=by.at, question=_text("question", question, limits.NOTE))]


def restate(state: Complaint, by: DecisionContext, text: str, title: str | None) -> list[Fact]:
    """The desk's wording for the public; the text as sent never changes."""
    if (state.restated_text, state.restated_title) == (text, title):
        return []
    _allowed(state, ComplaintRestated)
    short = _text("title", title, limits.TITLE) if title is not None else None
    return [ComplaintRestated(at=by.at, text=_text("text", text, limits.BODY), title=short)]


def join(state: Complaint, by: DecisionContext, lead: Complaint) -> list[Fact]:
    """The same matter as an earlier complaint, `lead`: an open one that follows nobody, so that no circle can close.

    Raises:
        NotFound, AlreadyClosed, WrongStatus, CannotJoin.
    """
    if state.status is Status.JOINED and state.lead == lead.id:
        return []
    if state.whole is not None:
        raise CannotJoin(why="whole_or_part")
    _allowed(state, ComplaintJoined)
    if why := apart(state, lead):
        raise CannotJoin(why=why)
    return [ComplaintJoined(at=by.at, lead=lead.id, by="desk")]


def unjoin(state: Complaint, by: DecisionContext) -> list[Fact]:
    """It is another matter after all, and is placed on its own again."""
    _must_be(state)
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
    """Several bodies are needed. From the desk `lead` names who leads; from an agency the present holder does. Whose
    part is `ended` can be called in again: after a dispute nothing else gives it work.

    Raises:
        NotFound, AlreadyClosed, WrongStatus, UnknownAgency, UnknownUnit, CannotSplit, InvalidField.
    """
    parts = _parts(state, shares, split_id)
    if {part.id for part in parts} <= {part.id for part in state.parts}:
        return []
    _must_be(state)
    if state.whole is not None:
        raise CannotSplit(why="part")
    facts: list[Fact] = []
    if state.status is Status.TRIAGE:
        facts.append(_leading(state, by, lead))
    else:
        _allowed(state, ComplaintSplit)
        lead = AgencyUnit(state.holder.agency or "", state.holder.unit)
    if why := _indivisible(state, parts, lead, ended):
        raise CannotSplit(why=why)
    for part in parts:
        _exists(by.registry, AgencyUnit(part.agency, part.unit))
    return [*facts, ComplaintSplit(at=by.at, parts=parts)]


def split_by_agency(
    state: Complaint,
    by: DecisionContext,
    agency: str,
    shares: list[Share],
    split_id: UUID,
    ended: Collection[UUID] = (),
) -> list[Fact]:
    """The holder calls in others and leads. Raises NotTheHolder besides; NotFound if it was never told of it."""
    _must_be(state)
    if agency not in state.news and by.registry.holder(state.holder).agency != agency:
        raise NotFound
    if state.agency is None or by.registry.holder(state.holder).agency != agency:
        raise NotTheHolder(**held_by(by.registry.holder(state.holder), by.registry))
    return split(state, by, shares, split_id, None, ended)


def open_arbitration(state: Complaint, by: DecisionContext) -> list[Fact]:
    """The desk asks the Ombudsman to decide."""
    if state.status is Status.ARBITRATION:
        return []
    _at_the_desk(state, ArbitrationOpened)
    return [ArbitrationOpened(at=by.at, reason="desk", bodies=tuple(dict.fromkeys(state.returned_by)))]


def archive(state: Complaint, by: DecisionContext, reason: ArchiveReason, note: str) -> list[Fact]:
    """End it without an agency, for a stated reason that the reporter can dispute."""
    if state.closed is CloseReason.ARCHIVED:
        return []
    _at_the_desk(state, ComplaintArchived)
    return [ComplaintArchived(at=by.at, reason=reason, note=_text("note", note, limits.NOTE))]


def arbitrate(
    state: Complaint,
    by: DecisionContext,
    body: AgencyUnit,
    reason: str,
    binds: Callable[[Complaint], Matter | None] = matter_as_read,
) -> list[Fact]:
    """The Ombudsman decides whose it is: also a body that has returned it, and it cannot be returned again. `binds`:
    for what like it is a precedent.

    Raises:
        NotFound, AlreadyClosed, WrongStatus: it was not put to the arbiter.
        UnknownAgency, UnknownUnit, InvalidField: who is named, the reason, and what `binds` raises.
    """
    if state.binding and _is_routed(state, body, "binding"):
        return []
    _must_be(state)
    if state.status is not Status.ARBITRATION:
        raise WrongStatus(status=state.status.value, action=ArbitrationDecided.__name__)
    _exists(by.registry, body)
    text, matter = _text("reason", reason, limits.NOTE), binds(state)
    decided = ArbitrationDecided(
        at=by.at, agency=body.agency, unit=body.unit, reason=text, matter=matter, alone=matter is None
    )
    routed = _routed(state, by, body, "binding")
    return [decided, routed.model_copy(update={"basis": binding_basis(routed.basis, decided, state)})]


def _at_the_desk(state: Complaint, fact: type[Fact]) -> None:
    _must_be(state)
    if state.status is not Status.TRIAGE:
        raise WrongStatus(status=state.status.value, action=fact.__name__)


def _allowed(state: Complaint, fact: type[Fact]) -> None:
    _must_be(state)
    if not allows(state, fact):
        raise WrongStatus(status=state.status.value, action=fact.__name__)


def _must_be(state: Complaint) -> None:
    if state.version < 0:
        raise NotFound
    if state.closed is not None:
        raise AlreadyClosed(reason=state.closed.value)


def _exists(registry: Registry, named: AgencyUnit) -> None:
    body = registry.agencies.get(named.agency)
    if body is None or not body.alive:
        raise UnknownAgency(agency=named.agency)
    if named.unit is not None and named.unit not in body.units:
        raise UnknownUnit(agency=named.agency, unit=named.unit)


def _is_routed(state: Complaint, body: AgencyUnit, cause: RoutedCause) -> bool:
    now = state.routed if state.agency is not None else None
    return now is not None and (now.agency, now.unit, now.cause) == (*body, cause)


def _routed(
    state: Complaint, by: DecisionContext, body: AgencyUnit, cause: RoutedCause, note: str | None = None
) -> ComplaintRouted:
    basis = past_basis(state, by.registry)
    return ComplaintRouted(
        at=by.at, agency=body.agency, unit=body.unit, cause=cause, binding=cause == "binding", basis=basis, note=note
    )


def apart(state: Complaint, lead: Complaint) -> str | None:
    """Why these two cannot be one matter, in a word that `sentences` explains."""
    both = (state, lead)
    checks = {
        "no_such_lead": lead.id == state.id or lead.version < 0,
        "lead_closed": not lead.is_open,
        "lead_follows": lead.status is Status.JOINED,
        "lead_later": (lead.received_at, lead.id) >= (state.received_at, state.id),
        # Their texts would reach another reporter, or the body that is accused.
        "protected": any(each.secret or each.supervision for each in both),
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


def _leading(state: Complaint, by: DecisionContext, lead: AgencyUnit | None) -> ComplaintRouted:
    if lead is None:
        raise InvalidField(field="lead", why="from the desk a split names the body that leads")
    _exists(by.registry, lead)
    if lead.agency in state.returned_by:
        raise InvalidField(field="lead", why="this body has returned the complaint; only the arbiter can bind it")
    return _routed(state, by, lead, "split")


def _indivisible(
    state: Complaint, parts: tuple[Part, ...], lead: AgencyUnit | None, ended: Collection[UUID]
) -> str | None:
    if len(state.parts) + len(parts) > PARTS:
        return "too_many"
    # Only what is asked for now is looked at: a merger may have made the lead of a whole the body of a part.
    called = [AgencyUnit(part.agency, part.unit) for part in parts]
    at_work = {lead, *(AgencyUnit(part.agency, part.unit) for part in state.parts if part.id not in ended)}
    return "same_body_twice" if len(set(called)) < len(called) or at_work & set(called) else None


def _text(field: str, text: str, letters: int) -> str:
    if not text.strip():
        raise InvalidField(field=field, why="must not be empty")
    if len(text) > letters:
        raise InvalidField(field=field, why=f"must not be longer than {letters} characters")
    return text


def _optional(field: str, text: str | None) -> str | None:
    return _text(field, text, limits.NOTE) if text is not None else None
