"""The counterfactual: where another model or registry would have sent a complaint, compared with what happened."""

from datetime import timedelta
from enum import Enum
from typing import Final, NamedTuple
from uuid import uuid5

from router.history.outcomes import PlacementOutcome
from router.placement.choose import Referral, choose, question_of
from router.placement.context import PlacementContext
from schemas.base.values import Basis
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.events.router import ComplaintRouted

_BASIS: Final = Basis(registry_version=0, rules="replay")


class CounterfactualEnd(Enum):
    """Where the counterfactual placement ends."""

    OWNER = "owner"
    ELSEWHERE = "elsewhere"
    """With a body of which history tells nothing."""
    DESK = "desk"
    """With the desk, which has not placed it yet."""


class Counterfactual(NamedTuple):
    """`first`: the first body, None for the desk. `after`: from receipt until the owner would have had it, the time at
    the desk included if the complaint was at the desk in history; `desk_unknown`: it never was, so it is not included.
    """

    first: str | None
    end: CounterfactualEnd
    returns: int
    desk: bool
    after: timedelta
    desk_unknown: bool = False


class OutcomePair(NamedTuple):
    """What happened to one complaint, and the counterfactual."""

    actual: PlacementOutcome
    counterfactual: Counterfactual

    @property
    def comparable(self) -> bool:
        """Whether the owner is known and the counterfactual ends there too."""
        return self.actual.proven and self.counterfactual.end is CounterfactualEnd.OWNER

    @property
    def saved(self) -> timedelta:
        """The time by which the owner would have had it earlier; negative: later. Without the time at the desk, where
        that is unknown.
        """
        return self.actual.arrived_after - self.counterfactual.after


def counterfactual(actual: PlacementOutcome, context: PlacementContext) -> Counterfactual:
    """The placement by this context."""
    state, first, after, returns = actual.filed, None, timedelta(), 0
    owner = actual.owner.agency if actual.owner else None
    while True:
        choice = choose(question_of(state, context, state.received_at), context)
        body = None if isinstance(choice, Referral) else choice.body.agency
        first = body if not returns else first
        if body == owner and body is not None:
            return Counterfactual(first, CounterfactualEnd.OWNER, returns, False, after)
        returned = actual.returns.get(body or "")
        if body is None or returns >= context.policies.at(state.received_at).returns:
            # The desk would have found the owner that a person found later.
            end = CounterfactualEnd.OWNER if owner else CounterfactualEnd.DESK
            known = actual.desk or timedelta()
            return Counterfactual(first, end, returns, True, after + known, actual.desk is None)
        if returned is None:
            return Counterfactual(first, CounterfactualEnd.ELSEWHERE, returns, False, after)
        returns, after = returns + 1, after + actual.held[body]
        state = _after(state, ComplaintRouted(at=returned.at, agency=body, cause="mandate", basis=_BASIS), returned)


def _after(state: Complaint, *facts: Fact) -> Complaint:
    start = state.version + 1
    return fold(state, [RecordedFact(fact, uuid5(state.id, f"replay {n}"), n) for n, fact in enumerate(facts, start)])
