"""What would another model or registry have made of this complaint? Its road again, beside the one it took."""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from statistics import median
from typing import Any, Final, NamedTuple
from uuid import uuid5

from router.history.outcomes import PlacementOutcome
from router.placement.choose import Referral, choose, question
from router.placement.context import PlacementContext
from router.placement.policy import day_of
from schemas.base.values import Basis
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.events.router import ComplaintRouted

DAY: Final = timedelta(days=1)
_BASIS: Final = Basis(registry_version=0, rules="replay")


class CounterfactualEnd(Enum):
    """Where the other road leads."""

    OWNER = "owner"
    ELSEWHERE = "elsewhere"
    """To a body of which history tells nothing."""
    DESK = "desk"
    """To a person, and nobody has placed it yet."""


class Counterfactual(NamedTuple):
    """The other road. `first`: None is the desk. `after`: from receipt until the owner would have had it."""

    first: str | None
    end: CounterfactualEnd
    returns: int
    desk: bool
    after: timedelta


class OutcomePair(NamedTuple):
    """Both roads of one complaint."""

    past: PlacementOutcome
    counterfactual: Counterfactual

    @property
    def comparable(self) -> bool:
        """Whose it was is known, and both roads lead there."""
        return self.past.proven and self.counterfactual.end is CounterfactualEnd.OWNER

    @property
    def saved(self) -> timedelta:
        """Time until the owner has it; negative: the other road is longer."""
        return self.past.arrived_after - self.counterfactual.after


def counterfactual(past: PlacementOutcome, known: PlacementContext, desk: timedelta) -> Counterfactual:
    """The other road. `desk`: how long the desk takes where this complaint never lay there."""
    state, first, after, returns = past.filed, None, timedelta(), 0
    owner = past.owner.agency if past.owner else None
    while True:
        chosen = choose(state, question(state, known.reader.read(state), known), known, day_of(state.received_at))
        body = None if isinstance(chosen, Referral) else chosen.body.agency
        first = body if not returns else first
        if body == owner and body is not None:
            return Counterfactual(first, CounterfactualEnd.OWNER, returns, False, after)
        given = past.returns.get(body or "")
        if body is None or returns >= known.policies.at(state.received_at).returns:
            # A person would have known what a person found out later.
            end = CounterfactualEnd.OWNER if owner else CounterfactualEnd.DESK
            return Counterfactual(first, end, returns, True, after + (desk if past.desk is None else past.desk))
        if given is None:
            return Counterfactual(first, CounterfactualEnd.ELSEWHERE, returns, False, after)
        returns, after = returns + 1, after + past.held[body]
        state = _on(state, ComplaintRouted(at=given.at, agency=body, cause="mandate", basis=_BASIS), given)


def _on(state: Complaint, *facts: Fact) -> Complaint:
    start = state.version + 1
    return fold(state, [RecordedFact(fact, uuid5(state.id, f"replay {n}"), n) for n, fact in enumerate(facts, start)])


def usual_desk_time(pasts: Sequence[PlacementOutcome]) -> timedelta:
    """The median time at the desk."""
    lain = [past.desk.total_seconds() for past in pasts if past.desk is not None]
    return timedelta(seconds=median(lain) if lain else 0)


def report(found: Sequence[OutcomePair], skipped: int) -> dict[str, Any]:
    """Owner changes, avoided returns, days saved. Only proven owners count for what is right, avoided or saved."""
    proven = [each for each in found if each.past.proven]
    changed = [each for each in found if each.counterfactual.first != each.past.first]
    both = [each for each in found if each.comparable]
    saved = [each.saved / DAY for each in both if each.saved]
    return {
        "complaints": len(found),
        "not_replayed": skipped,
        "owner_known": len(proven),
        "first_holder_changed": len(changed),
        "right_at_once": {"before": sum(map(_was_right, proven)), "after": sum(map(_is_right, proven))},
        "to_the_desk": {
            "before": sum(each.past.first is None for each in found),
            "after": sum(each.counterfactual.first is None for each in found),
        },
        "returns": {
            "before": sum(len(each.past.returns) for each in both),
            "after": sum(each.counterfactual.returns for each in both),
            "avoided": sum(len(each.past.returns) - each.counterfactual.returns for each in both),
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
    return each.past.first is not None and each.past.owner is not None and each.past.first == each.past.owner.agency


def _is_right(each: OutcomePair) -> bool:
    return (
        each.counterfactual.first is not None
        and each.past.owner is not None
        and each.counterfactual.first == each.past.owner.agency
    )


def _changes(changed: Sequence[OutcomePair]) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str], int] = {}
    for each in changed:
        key = each.past.first or "desk", each.counterfactual.first or "desk"
        counts[key] = counts.get(key, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"from": before, "to": after, "complaints": count} for (before, after), count in ranked[:20]]
