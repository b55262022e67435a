"""What the passing of time asks of a complaint by now: every timer that is due, in order, each once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Final, NamedTuple
from uuid import UUID

from escalation import decide
from escalation.ladder import number, start_of
from escalation.settings import STEPS
from schemas.base.values import Holder
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.state import NIL, Complaint
from schemas.deadlines import NextAction, pending
from schemas.deadlines.policies import Policies
from schemas.events.base import Fact
from schemas.registry.calendars import NATIONAL, lies_in
from schemas.registry.fold import Registry

OWNED: Final = frozenset({"move", "remind", "miss", "escalate", "lapse"})
"""Of the actions in `schemas.deadlines`; the others are router's."""


class FiredTimer(NamedTuple):
    """One timer that goes off. `causation` is the fact its clock started from, `ordinal` the timer's number."""

    fact: Fact
    causation: UUID
    ordinal: int


def next_owned(state: Complaint, registry: Registry, policies: Policies) -> NextAction | None:
    """The next thing that escalation must do, if nothing else happens."""
    owned = (action for action in pending(state, registry, policies) if action.what in OWNED)
    return min(owned, key=_order, default=None)


def due(state: Complaint, registry: Registry, policies: Policies, now: datetime) -> list[FiredTimer]:
    """Every step due by `now`, in the order in which they fell due, as one append: a clock that jumped over weeks
    skips none. About `STEPS` at most; ask again for the rest.
    """
    taken: list[tuple[datetime, FiredTimer]] = []
    before = -1
    while before < len(taken) < STEPS:
        before = len(taken)
        for action in _ready(state, registry, policies, now):
            for step in _steps(state, registry, action, now):
                state = evolve(state, RecordedFact(step.fact, NIL, state.version + 1))
                taken.append((action.due_at, step))
    if len(taken) >= STEPS:
        taken = _before_the_rest(taken, _ready(state, registry, policies, now))
    return [step for _, step in sorted(taken, key=itemgetter(0))]


def _before_the_rest(
    taken: list[tuple[datetime, FiredTimer]], left: Sequence[NextAction]
) -> list[tuple[datetime, FiredTimer]]:
    # What one clock has left for the next append may have fallen due before the last of what another took.
    end = min((action.due_at for action in left), default=datetime.max.replace(tzinfo=UTC))
    return [one for one in taken if one[0] <= end]


def _ready(state: Complaint, registry: Registry, policies: Policies, now: datetime) -> list[NextAction]:
    # One step of each clock; what falls due after a lapse never comes to pass, and so the lapse is last.
    owned = [a for a in pending(state, registry, policies) if a.what in OWNED and a.due_at <= now]
    end = min((action.due_at for action in owned if action.what == "lapse"), default=now)
    others = [action for action in owned if action.what != "lapse" and action.due_at <= end]
    return sorted(others, key=_order) or [action for action in owned if action.what == "lapse"]


def _steps(state: Complaint, registry: Registry, action: NextAction, now: datetime) -> Sequence[FiredTimer]:
    causation = start_of(state, action).event_id
    return [FiredTimer(fact, causation, number(action)) for fact in _facts(state, registry, action, now)]


def _facts(state: Complaint, registry: Registry, action: NextAction, now: datetime) -> list[Fact]:
    match action.what:
        case "remind":
            return decide.remind(state, action, now)
        case "miss":
            return decide.miss(state, action, now)
        case "escalate":
            return decide.escalate(state, action, now)
        case "lapse":
            return decide.lapse(state, action, now)
        case _:  # move: the last of those that are OWNED
            return decide.move(state, action, now, _decree(registry, action.holder))


def _decree(registry: Registry, holder: Holder) -> str:
    # The newest that the holder's days off depend on: what another region decreed moved nothing here.
    body = registry.living(holder.agency) if holder.agency else None
    region = (body.region if body else None) or ""
    decrees = [
        each for each in registry.calendars.values() if each.calendar == NATIONAL or lies_in(region, each.calendar)
    ]
    newest = max(decrees, key=lambda decree: decree.at)
    return f"{newest.calendar}-{newest.year}"


def _order(action: NextAction) -> tuple[datetime, int]:
    # At the same instant a date is moved before it is missed, and missed before anyone climbs.
    return action.due_at, _FIRST.index(action.what)


_FIRST: Final = ("move", "remind", "miss", "escalate", "lapse")
