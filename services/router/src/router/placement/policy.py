"""What router must do about a complaint now, for each status: the next facts, from state and placement context.

Pure. Which body a complaint goes to is chosen in `choose`; this file turns the choice into facts.
"""

from datetime import datetime

from router.placement.basis import binding_basis, past_basis, read_basis
from router.placement.choose import Placement, Question, Referral, by_binding_decision, choose, question_of
from router.placement.context import PlacementContext
from router.registry.mandates import AgencyUnit, living_unit
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


def next_facts(state: Complaint, context: PlacementContext, at: datetime, lead: Complaint | None = None) -> list[Fact]:
    """The next facts of this complaint's own stream. `lead`: the complaint that a joined one follows."""
    if not state.is_open:
        return []
    if state.status is Status.UNPLACED:
        return place(state, context, at)
    if state.status is Status.ARBITRATION:
        return bind(state, context, at)
    if state.status is Status.JOINED and lead is not None:
        return release(state, lead, at)
    return follow_merger(state, context, at)


def place(state: Complaint, context: PlacementContext, at: datetime) -> list[Fact]:
    """UNPLACED: to a body, to the desk, or to the arbiter after the last allowed return."""
    if (within := _return_within_agency(state, context.registry)) is not None:
        return [_routed(within, "suggestion", past_basis(state, context.registry), at)]
    if len(state.returned_by) >= context.policies.at(state.received_at).returns:
        return [ArbitrationOpened(at=at, reason="third_return", bodies=tuple(dict.fromkeys(state.returned_by)))]
    question = question_of(state, context, at)
    choice, basis = choose(question, context), read_basis(question, context)
    facts = _classified(state, question, basis, choice, at)
    if isinstance(choice, Referral):
        return [*facts, ComplaintReferred(at=at, reason=choice.reason, basis=basis, candidates=choice.candidates)]
    basis = basis.model_copy(update={"precedent": choice.precedent})
    return [*facts, _routed(choice.body, choice.cause, basis, at, choice.alternatives)]


def overdue(state: Complaint, context: PlacementContext, at: datetime) -> list[Fact]:
    """UNPLACED after the days for forwarding (SP4N-LAPOR!: three working days): to the desk."""
    clocks = running(state, context.registry, context.policies) if state.status is Status.UNPLACED else ()
    if any(due.clock is Clock.FORWARD and due.due_at <= at for due in clocks):
        return [ComplaintReferred(at=at, reason="overdue")]
    return []


def bind(state: Complaint, context: PlacementContext, at: datetime) -> list[Fact]:
    """ARBITRATION: to the body that the arbiter decided on, once it has."""
    body = by_binding_decision(state, context.registry)
    if state.decided is None or body is None:
        return []
    return [_routed(body, "binding", binding_basis(state, state.decided, context.registry), at, binding=True)]


def release(state: Complaint, lead: Complaint, at: datetime) -> list[Fact]:
    """JOINED: unjoined if the lead ended without an answer for it."""
    reason = release_reason(lead) if state.status is Status.JOINED and state.lead == lead.id else None
    return [ComplaintUnjoined(at=at, reason=reason)] if reason else []


def follow_merger(state: Complaint, context: PlacementContext, at: datetime) -> list[Fact]:
    """Any other status: the new holder, if the present one was merged or dissolved."""
    today = context.registry.holder(state.holder)
    if state.agency is None or today == state.holder:
        return []
    body = _after_merger(state, today, context, at)
    if body is None:
        return [ComplaintReferred(at=at, reason="agency_gone")]
    # A binding decision also binds the successor in law, and no other body.
    binding = state.binding and today.kind is HolderKind.AGENCY
    return [_routed(body, "merger", past_basis(state, context.registry), at, binding=binding)]


def open_part(whole: Complaint, part: Part, registry: Registry, at: datetime) -> list[Fact]:
    """The first facts of a part's stream. It goes to the body that the whole names; if that is gone, it is placed like
    any complaint. The reporter's earlier details go along, so that nobody is asked twice.
    """
    opened = PartOpened(
        at=at, whole=whole.id, mandatory=part.mandatory, task=part.task, received_at=whole.received_at,
        **{"class": whole.class_}, text=whole.text, title=whole.title, place=whole.place, occurred_on=whole.occurred_on,
        details=_newest_details(whole), stops=_past_stops(whole), rework_at=whole.rework.at if whole.rework else None,
        disputed=whole.disputes > 0, anonymous=whole.anonymous,
        secret=whole.secret, supervision=whole.supervision, sector=whole.sector, channel=whole.channel,
        language="en" if whole.language == "en" else "id", public_number=whole.public_number,
    )  # fmt: skip
    body = living_unit(registry, part.agency, part.unit)
    # The part may be of another sector than the whole: without a sector in its basis its own words are read.
    basis = past_basis(whole, registry).model_copy(update={"sector": None})
    return [opened, _routed(body, "part", basis, at)] if body else [opened]


def _return_within_agency(state: Complaint, registry: Registry) -> AgencyUnit | None:
    """A return from unit to unit stays with the agency: no rule is asked, and it is not counted as a return."""
    back = state.last_return
    if back is None or back.scope != "unit" or state.stage.at != back.at or state.routed is None:
        return None
    body = living_unit(registry, back.agency, back.suggested_unit)
    if body is None or body.agency in state.returned_by:
        return None
    return body._replace(unit=None) if body.unit == state.routed.unit else body


def _classified(
    state: Complaint, question: Question, basis: Basis, choice: Placement | Referral, at: datetime
) -> list[Fact]:
    reading = ComplaintClassified(
        at=at, **{"class": state.class_}, sector=question.sector, supervision=question.supervision,
        urgent=question.reading.urgent, basis=basis,
        alternatives=choice.alternatives if isinstance(choice, Placement) else choice.candidates,
    )  # fmt: skip
    before = state.classified
    return [] if before is not None and before.model_copy(update={"at": at}) == reading else [reading]


def _after_merger(state: Complaint, today: Holder, context: PlacementContext, at: datetime) -> AgencyUnit | None:
    """The successor; else the body competent now; else the nearest living parent; else a body that has a part."""
    registry = context.registry
    if today.kind is HolderKind.AGENCY and today.agency is not None:
        return living_unit(registry, today.agency, state.holder.unit)
    choice = choose(question_of(state, context, at), context)
    if isinstance(choice, Placement):
        return choice.body
    gone, seen = registry.agencies.get(state.agency or ""), set[str]()
    while gone is not None and gone.parent is not None and gone.id not in seen:
        seen.add(gone.id)
        if (parent := living_unit(registry, gone.parent, None)) is not None:
            return parent
        gone = registry.agencies.get(gone.parent)
    others = (living_unit(registry, part.agency, None) for part in state.parts)
    return next((other for other in others if other is not None), None)


def _newest_details(whole: Complaint) -> tuple[ToldBefore, ...]:
    """The newest details, as many as one message can carry."""
    characters, details = 0, list[ToldBefore]()
    for at, text in reversed(whole.details):
        characters += len(text)
        if characters > EARLIER_DETAILS:
            break
        details.append(ToldBefore(at=at, text=text))
    return tuple(reversed(details))


def _past_stops(whole: Complaint) -> tuple[AskedBefore, ...]:
    """A part is due with its whole (design: section 4): what stopped the whole's clock stops the part's."""
    return tuple(
        AskedBefore(
            started_at=stop.started_at, ended_at=stop.ended_at, holder=stop.holder.kind, agency=stop.holder.agency
        )
        for stop in whole.stops
        if stop.ended_at is not None
    )


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
