"""What must router do about a complaint now? The next facts, from the state and what is known; nothing, mostly."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from router.placement.choose import Placement, Question, Referral, choose, question
from router.placement.context import PlacementContext
from router.placement.precedents import binding_basis
from router.registry.mandates import AgencyUnit
from schemas.base.limits import EARLIER_DETAILS
from schemas.base.values import Basis, Candidate, Clock, Holder, HolderKind
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines import release_reason, running
from schemas.events.base import Fact
from schemas.events.router import (
    ArbitrationOpened,
    AskedBefore,
    ComplaintClassified,
    ComplaintReferred,
    ComplaintRouted,
    ComplaintUnjoined,
    Part,
    PartOpened,
    RoutedCause,
    ToldBefore,
)
from schemas.registry.fold import Registry

CAPITAL = ZoneInfo("Asia/Jakarta")
"""Mandates begin and end on the capital's days."""


def next_facts(state: Complaint, known: PlacementContext, at: datetime) -> list[Fact]:
    """What follows for this complaint alone (parts and leads have functions of their own)."""
    if not state.is_open:
        return []
    if state.status is Status.UNPLACED:
        return place(state, known, at)
    if state.status is Status.ARBITRATION:
        return bind(state, known, at)
    return follow_merger(state, known, at)


def asks_to_be_read(state: Complaint) -> bool:
    """Whether the next facts follow from its words."""
    return state.is_open and state.status is Status.UNPLACED


def place(state: Complaint, known: PlacementContext, at: datetime) -> list[Fact]:
    """Place what is unplaced: with a body, with the desk, or with the arbiter after the last return allowed."""
    if (within := _unit_return(state, known.registry, at)) is not None:
        return within
    if len(state.returned_by) >= known.policies.at(state.received_at).returns:
        return [ArbitrationOpened(at=at, reason="third_return", bodies=tuple(dict.fromkeys(state.returned_by)))]
    asked = question(state, known.reader.read(state), known)
    chosen = choose(state, asked, known, day_of(at))
    basis = _basis(asked, known)
    facts = _reading(state, asked, basis, chosen, at)
    if isinstance(chosen, Referral):
        return [*facts, ComplaintReferred(at=at, reason=chosen.reason, basis=basis, candidates=chosen.candidates)]
    basis = basis.model_copy(update={"precedent": chosen.precedent})
    return [*facts, _routed(chosen.body, chosen.cause, basis, at, chosen.alternatives)]


def overdue(state: Complaint, known: PlacementContext, at: datetime) -> list[Fact]:
    """To the desk, when the days for forwarding are over (SP4N-LAPOR!: three working days)."""
    clocks = running(state, known.registry, known.policies) if state.status is Status.UNPLACED else ()
    if any(due.clock is Clock.FORWARD and due.due_at <= at for due in clocks):
        return [ComplaintReferred(at=at, reason="overdue")]
    return []


def bind(state: Complaint, known: PlacementContext, at: datetime) -> list[Fact]:
    """Route what the arbiter has decided; if the body is gone since, its successor is bound."""
    if state.decided is None:
        return []
    body = _living(known.registry, state.decided.agency, state.decided.unit)
    basis = binding_basis(past_basis(state, known.registry), state.decided, state)
    return [_routed(body, "binding", basis, at, binding=True)] if body else []


def follow_merger(state: Complaint, known: PlacementContext, at: datetime) -> list[Fact]:
    """Say in the stream who holds it since a merger or dissolution, in any status."""
    today = known.registry.holder(state.holder)
    if state.agency is None or today == state.holder:
        return []
    body = _heir(state, today, known, at)
    if body is None:
        return [ComplaintReferred(at=at, reason="agency_gone")]
    # The arbiter bound that body, and with it whoever succeeds it in law; nobody else.
    bound = state.binding and today.kind is HolderKind.AGENCY
    return [_routed(body, "merger", past_basis(state, known.registry), at, binding=bound)]


def release(state: Complaint, lead: Complaint, at: datetime) -> list[Fact]:
    """Let a follower go whose lead will bring it no answer."""
    reason = release_reason(lead) if state.status is Status.JOINED and state.lead == lead.id else None
    return [ComplaintUnjoined(at=at, reason=reason)] if reason else []


def open_part(whole: Complaint, part: Part, registry: Registry, at: datetime) -> list[Fact]:
    """Begin a part's stream. It goes to the body that the whole names; if that is gone, it is placed like any other.
    What the reporter added before is told to that body too: nobody is asked twice.
    """
    opened = PartOpened(
        at=at, whole=whole.id, mandatory=part.mandatory, task=part.task, received_at=whole.received_at,
        **{"class": whole.class_}, text=whole.text, title=whole.title, place=whole.place, occurred_on=whole.occurred_on,
        details=_told_before(whole), stops=_asked_before(whole), rework_at=whole.rework.at if whole.rework else None,
        disputed=whole.disputes > 0, anonymous=whole.anonymous,
        secret=whole.secret, supervision=whole.supervision, sector=whole.sector, channel=whole.channel,
        language="en" if whole.language == "en" else "id", public_number=whole.public_number,
    )  # fmt: skip
    body = _living(registry, part.agency, part.unit)
    # The sector of the whole is not the part's: a basis without one leaves reading to the part's own words.
    basis = past_basis(whole, registry).model_copy(update={"sector": None})
    return [opened, _routed(body, "part", basis, at)] if body else [opened]


def _told_before(whole: Complaint) -> tuple[ToldBefore, ...]:
    # The newest, as many as one message can carry.
    letters, kept = 0, list[ToldBefore]()
    for at, text in reversed(whole.details):
        letters += len(text)
        if letters > EARLIER_DETAILS:
            break
        kept.append(ToldBefore(at=at, text=text))
    return tuple(reversed(kept))


def _asked_before(whole: Complaint) -> tuple[AskedBefore, ...]:
    # A part is due with its whole (design: section 4): what stopped that clock stopped the part's.
    return tuple(
        AskedBefore(
            started_at=stop.started_at, ended_at=stop.ended_at, holder=stop.holder.kind, agency=stop.holder.agency
        )
        for stop in whole.stops
        if stop.ended_at is not None
    )


def past_basis(state: Complaint, registry: Registry) -> Basis:
    """The newest reading, for a placing that read nothing itself, at today's registry."""
    known = state.classified.basis if state.classified else Basis(registry_version=0, rules="none")
    return known.model_copy(update={"registry_version": max(registry.version, 0), "precedent": None})


def day_of(at: datetime) -> date:
    """The day on which mandates are looked up."""
    return at.astimezone(CAPITAL).date()


def _unit_return(state: Complaint, registry: Registry, at: datetime) -> list[Fact] | None:
    # From unit to unit within one body: no rule is asked, and it does not count among the three.
    back = state.last_return
    if back is None or back.scope != "unit" or state.stage.at != back.at or state.routed is None:
        return None
    body = registry.living(back.agency)
    if body is None or body.id in state.returned_by:
        return None
    asked = back.suggested_unit if back.suggested_unit in body.units else None
    basis = past_basis(state, registry)
    return [_routed(AgencyUnit(body.id, asked if asked != state.routed.unit else None), "suggestion", basis, at)]


def _reading(state: Complaint, asked: Question, basis: Basis, chosen: Placement | Referral, at: datetime) -> list[Fact]:
    alternatives = chosen.alternatives if isinstance(chosen, Placement) else chosen.candidates
    reading = ComplaintClassified(
        at=at, **{"class": state.class_}, sector=asked.read.words.sector, supervision=asked.supervision,
        urgent=asked.read.urgent, basis=basis, alternatives=alternatives,
    )  # fmt: skip
    before = state.classified
    return [] if before is not None and before.model_copy(update={"at": at}) == reading else [reading]


def _basis(asked: Question, known: PlacementContext) -> Basis:
    words, where = asked.read.words, asked.read.where
    return Basis(
        registry_version=max(known.registry.version, 0), rules=known.reader.rules.version, sector=words.sector,
        level=asked.level, region=where.region,
        region_name=known.reader.place_name(where.region), region_from=where.found_by, words=words.words,
        model=asked.read.prediction.model if asked.read.prediction else None, score=round(words.score, 3),
        region_score=round(where.score, 3) if where.region is not None else None, place_words=where.words,
    )  # fmt: skip


def _routed(
    body: AgencyUnit,
    cause: RoutedCause,
    basis: Basis,
    at: datetime,
    alternatives: tuple[Candidate, ...] = (),
    *,
    binding: bool = False,
) -> ComplaintRouted:
    return ComplaintRouted(
        at=at, agency=body.agency, unit=body.unit, cause=cause, binding=binding, basis=basis, alternatives=alternatives
    )


def _living(registry: Registry, agency: str, unit: str | None) -> AgencyUnit | None:
    body = registry.living(agency)
    return AgencyUnit(body.id, unit if unit in body.units else None) if body is not None else None


def _heir(state: Complaint, today: Holder, known: PlacementContext, at: datetime) -> AgencyUnit | None:
    """The successor; else whoever is competent now; else the body over the one that is gone; else one with a part."""
    if today.kind is HolderKind.AGENCY and today.agency is not None:
        return _living(known.registry, today.agency, state.holder.unit)
    asked = question(state, known.reader.read(state), known)
    chosen = choose(state, asked, known, day_of(at))
    if isinstance(chosen, Placement):
        return chosen.body
    gone, seen = known.registry.agencies.get(state.agency or ""), set[str]()
    while gone is not None and gone.parent is not None and gone.id not in seen:
        seen.add(gone.id)
        if (parent := known.registry.living(gone.parent)) is not None:
            return AgencyUnit(parent.id)
        gone = known.registry.agencies.get(gone.parent)
    others = (known.registry.living(part.agency) for part in state.parts)
    return next((AgencyUnit(other.id) for other in others if other is not None), None)
