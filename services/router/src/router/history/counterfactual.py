"""The counterfactual: where another model or registry would have sent a complaint, compared with what happened."""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from statistics import median
from typing import Any, Final, NamedTuple
from uuid import uuid5

from router.history.outcomes import PlacementOutcome
from router.placement.choose import Referral, choose, question_of
from router.placement.context import PlacementContext
from schemas.base.values import Basis
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.events.router import ComplaintRouted

DAY: Final = timedelta(days=1)
_BASIS: Final = Basis(registry_version=0, rules="replay")


class CounterfactualEnd(Enum):
    """Where the counterfactual placement ends."""

    OWNER = "owner"
    ELSEWHERE = "elsewhere"
    """With a body of which history tells nothing."""
    DESK = "desk"
    """With the desk, which has not placed it yet."""


class Counterfactual(NamedTuple):
    """`first`: the first body, None for the desk. `after`: from receipt until the owner would have had it."""

    first: str | None
    end: CounterfactualEnd
    returns: int
    desk: bool
    after: timedelta


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
        """The time by which the owner would have had it earlier; negative: later."""
        return self.actual.arrived_after - self.counterfactual.after


def counterfactual(actual: PlacementOutcome, context: PlacementContext, desk: timedelta) -> Counterfactual:
    """The placement by this context. `desk`: the time at the desk of a complaint that never was there."""
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
            return Counterfactual(first, end, returns, True, after + (desk if actual.desk is None else actual.desk))
        if returned is None:
            return Counterfactual(first, CounterfactualEnd.ELSEWHERE, returns, False, after)
        returns, after = returns + 1, after + actual.held[body]
        state = _after(state, ComplaintRouted(at=returned.at, agency=body, cause="mandate", basis=_BASIS), returned)


def _after(state: Complaint, *facts: Fact) -> Complaint:
    start = state.version + 1
    return fold(state, [RecordedFact(fact, uuid5(state.id, f"replay {n}"), n) for n, fact in enumerate(facts, start)])


def usual_desk_time(outcomes: Sequence[PlacementOutcome]) -> timedelta:
    """The median time at the desk."""
    stays = [each.desk.total_seconds() for each in outcomes if each.desk is not None]
    return timedelta(seconds=median(stays) if stays else 0)


def report(found: Sequence[OutcomePair], skipped: int) -> dict[str, Any]:
    """Owner changes, avoided returns and days saved. Only proven owners count as right, avoided or saved."""
    proven = [each for each in found if each.actual.proven]
    changed = [each for each in found if each.counterfactual.first != each.actual.first]
    both = [each for each in found if each.comparable]
    saved = [each.saved / DAY for each in both if each.saved]
    return {
        "complaints": len(found),
        "not_replayed": skipped,
        "owner_known": len(proven),
        "first_holder_changed": len(changed),
        "right_at_once": {"before": sum(map(_was_right, proven)), "after": sum(map(_is_right, proven))},
        "to_the_desk": {
            "before": sum(each.actual.first is None for each in found),
            "after": sum(each.counterfactual.first is None for each in found),
        },
        "returns": {
            "before": sum(len(each.actual.returns) for each in both),
            "after": sum(each.counterfactual.returns for each in both),
            "avoided": sum(len(each.actual.returns) - each.counterfactual.returns for each in both),
        },
        "now_wrong": sum(_was_right(each) and not _is_right(each) for each in proven),
        "unknown": sum(each.counterfactual.end is CounterfactualEnd.ELSEWHERE for each in found),
        "days_saved": {
            "total": round(sum(saved), 1),
            "complaints": len(saved),
            "median": round(median(saved), 1) if saved else 0.0,
        },
        "changes": _changes(changed),
    }


def _was_right(each: OutcomePair) -> bool:
    return _is_owner(each.actual.first, each)


def _is_right(each: OutcomePair) -> bool:
    return _is_owner(each.counterfactual.first, each)


def _is_owner(first: str | None, each: OutcomePair) -> bool:
    return first is not None and each.actual.owner is not None and first == each.actual.owner.agency


def _changes(changed: Sequence[OutcomePair]) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str], int] = {}
    for each in changed:
        key = each.actual.first or "desk", each.counterfactual.first or "desk"
        counts[key] = counts.get(key, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"from": before, "to": after, "complaints": count} for (before, after), count in ranked[:20]]
