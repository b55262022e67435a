"""Which timers of a complaint are due, in the order of their due dates, each once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Final, NamedTuple
from uuid import UUID

from escalation import decide
from escalation.ladder import number, start_of
from escalation.settings import TIMERS_PER_APPEND
from schemas.base.values import Holder
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.state import NIL, Complaint
from schemas.deadlines import NextAction, pending
from schemas.deadlines.policies import Policies
from schemas.events.base import Fact
from schemas.registry.calendars import NATIONAL, lies_in
from schemas.registry.fold import Registry

OWNED: Final = frozenset({"move", "remind", "miss", "escalate", "lapse"})
"""The actions of `schemas.deadlines` that escalation carries out; router carries out the others."""


class FiredTimer(NamedTuple):
    """A fact that follows from a timer. `causation`: the fact that started its clock; `ordinal`: the timer's number."""

    fact: Fact
    causation: UUID
    ordinal: int


def next_owned(state: Complaint, registry: Registry, policies: Policies) -> NextAction | None:
    """The next action that escalation must carry out if nothing else happens."""
    owned = (action for action in pending(state, registry, policies) if action.what in OWNED)
    return min(owned, key=_order, default=None)


def due(state: Complaint, registry: Registry, policies: Policies, now: datetime) -> list[FiredTimer]:
    """Every timer due by `now`, oldest first, for one append. A clock that jumped over weeks skips none. Returns about
    `TIMERS_PER_APPEND` at most; call again for the rest.
    """
    taken: list[tuple[datetime, FiredTimer]] = []
    before = -1
    while before < len(taken) < TIMERS_PER_APPEND:
        before = len(taken)
        for action in _ready(state, registry, policies, now):
            for timer in _timers(state, registry, action, now):
                state = evolve(state, RecordedFact(timer.fact, NIL, state.version + 1))
                taken.append((action.due_at, timer))
    if len(taken) >= TIMERS_PER_APPEND:
        taken = _before(taken, _ready(state, registry, policies, now))
    return [timer for _, timer in sorted(taken, key=itemgetter(0))]


def _before(taken: list[tuple[datetime, FiredTimer]], left: Sequence[NextAction]) -> list[tuple[datetime, FiredTimer]]:
    # Drops what falls due after a timer that is left for the next append, to keep the order across appends.
    end = min((action.due_at for action in left), default=datetime.max.replace(tzinfo=UTC))
    return [one for one in taken if one[0] <= end]


def _ready(state: Complaint, registry: Registry, policies: Policies, now: datetime) -> list[NextAction]:
    # One timer of each clock. A lapse closes the complaint, so it comes last and drops what falls due after it.
    owned = [a for a in pending(state, registry, policies) if a.what in OWNED and a.due_at <= now]
    end = min((action.due_at for action in owned if action.what == "lapse"), default=now)
    others = [action for action in owned if action.what != "lapse" and action.due_at <= end]
    return sorted(others, key=_order) or [action for action in owned if action.what == "lapse"]


def _timers(state: Complaint, registry: Registry, action: NextAction, now: datetime) -> Sequence[FiredTimer]:
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
        case _:  # "move" is the only one left of OWNED
            return decide.move(state, action, now, _decree(registry, action.holder))


def _decree(registry: Registry, holder: Holder) -> str:
    # The newest decree that applies to the holder: the nation's, or one of its own region.
    body = registry.living(holder.agency) if holder.agency else None
    region = (body.region if body else None) or ""
    decrees = [
        each for each in registry.calendars.values() if each.calendar == NATIONAL or lies_in(region, each.calendar)
    ]
    newest = max(decrees, key=lambda decree: decree.at)
    return f"{newest.calendar}-{newest.year}"


def _order(action: NextAction) -> tuple[datetime, int]:
    # At the same instant a date is moved before it is missed, and missed before the level rises.
    return action.due_at, _ORDER.index(action.what)


_ORDER: Final = ("move", "remind", "miss", "escalate", "lapse")
