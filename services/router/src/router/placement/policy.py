"""What router must do about a complaint now, for each status: the next facts, from state and placement context.

Pure. Which body a complaint goes to is chosen in `choose`; this file turns the choice into facts.
"""

from datetime import datetime

from router.placement.basis import binding_basis, past_basis, read_basis
from router.placement.choose import Placement, Question, Referral, by_binding_decision, choose, question_of
from router.placement.context import PlacementContext
from router.registry.mandates import AgencyUnit, living_unit
from schemas.base.limits import EARLIER_DETAILS
from schemas.base.values import Basis, Candidate, Clock
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines import release_reason, running
from schemas.events.base import Fact
from schemas.events.router import (
    ArbitrationOpened,
    ArbitrationReason,
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
    if context.policies.returns_used_up(state):
        return [_to_the_arbiter(state, "third_return", at)]
    question = question_of(state, context, at)
    choice, basis = choose(question, context), read_basis(question, context)
    facts = _classified(state, question, basis, choice, at)
    if isinstance(choice, Referral):
        return [*facts, ComplaintReferred(at=at, reason=choice.reason, basis=basis, candidates=choice.candidates)]
    basis = basis.model_copy(update={"precedent": choice.precedent})
    return [*facts, _routed(choice.body, choice.cause, basis, at, choice.alternatives)]


def overdue(state: Complaint, context: PlacementContext, at: datetime) -> list[Fact]:
    """UNPLACED after the days for forwarding (SP4N-LAPOR!: three working days): to the desk; to the arbiter after the
    last allowed return.
    """
    clocks = running(state, context.registry, context.policies) if state.status is Status.UNPLACED else ()
    if not any(due.clock is Clock.FORWARD and due.due_at <= at for due in clocks):
        return []
    if context.policies.returns_used_up(state):
        return [_to_the_arbiter(state, "third_return", at)]
    return [ComplaintReferred(at=at, reason="overdue")]


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
    """Any other status: the new holder, if the present one was merged or dissolved.

    Who takes over obeys what placing obeys (design: section 4): a body that returned the complaint gets it by a binding
    decision alone, and after the last allowed return nobody gets it without one. Otherwise the arbiter decides.
    """
    today = context.registry.holder(state.holder)
    if state.agency is None or today == state.holder:
        return []
    basis = past_basis(state, context.registry)
    successor = living_unit(context.registry, state.agency, state.holder.unit)
    if successor is not None and state.binding:
        # A binding decision also binds the successor in law, and no other body.
        return [_routed(successor, "merger", basis, at, binding=True)]
    if context.policies.returns_used_up(state):
        return [_to_the_arbiter(state, "agency_gone", at)]
    heirs = [successor] if successor is not None else _stand_ins(state, context, at)
    free = next((heir for heir in heirs if heir.agency not in state.returned_by), None)
    if free is not None:
        return [_routed(free, "merger", basis, at)]
    if heirs:
        return [_to_the_arbiter(state, "agency_gone", at)]
    return [ComplaintReferred(at=at, reason="agency_gone")]


def open_part(whole: Complaint, part: Part, registry: Registry, at: datetime) -> list[Fact]:
    """The first facts of a part's stream. It goes to the body that the whole names; if that is gone, it is placed like
    any complaint. The reporter's earlier details go along, so that nobody is asked twice.
    """
    opened = PartOpened(
        at=at, whole=whole.id, mandatory=part.mandatory, task=part.task, received_at=whole.received_at,
        **{"class": whole.class_}, text=whole.text, title=whole.title, place=whole.place, occurred_on=whole.occurred_on,
        details=_newest_details(whole), stops=_past_stops(whole), rework_at=whole.rework.at if whole.rework else None,
        disputed=whole.disputes > 0, anonymous=whole.anonymous,
        secret=whole.secret, supervision=whole.supervision, accused=whole.accused, sector=whole.sector,
        channel=whole.channel, language="en" if whole.language == "en" else "id", public_number=whole.public_number,
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
        accused=choice.accused, urgent=question.reading.urgent, basis=basis,
        alternatives=choice.alternatives if isinstance(choice, Placement) else choice.candidates,
    )  # fmt: skip
    before = state.classified
    return [] if before is not None and before.model_copy(update={"at": at}) == reading else [reading]


def _stand_ins(state: Complaint, context: PlacementContext, at: datetime) -> list[AgencyUnit]:
    """Who may take over from a body that is gone without a successor, the first choice first: the body competent now,
    its living parents from the nearest one on, the bodies that have a part.
    """
    registry = context.registry
    choice = choose(question_of(state, context, at), context)
    competent = [choice.body] if isinstance(choice, Placement) else []
    others = [part.agency for part in state.parts]
    living = (living_unit(registry, agency, None) for agency in (*_parents(state.agency or "", registry), *others))
    return [*competent, *(body for body in living if body is not None)]


def _parents(agency: str, registry: Registry) -> list[str]:
    """The bodies over this one, the nearest first."""
    seen, found = [agency], registry.agencies.get(agency)
    while found is not None and found.parent is not None and found.parent not in seen:
        seen.append(found.parent)
        found = registry.agencies.get(found.parent)
    return seen[1:]


def _to_the_arbiter(state: Complaint, reason: ArbitrationReason, at: datetime) -> ArbitrationOpened:
    return ArbitrationOpened(at=at, reason=reason, bodies=tuple(dict.fromkeys(state.returned_by)))


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
