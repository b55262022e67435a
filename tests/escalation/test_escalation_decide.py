"""A timer that was planned on an older state than it goes off on: what has been said, or is over, is not said."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from escalation import decide
from escalation.policy import due
from schemas.base.values import Level
from schemas.complaint.fold import RecordedFact, evolve, fold
from schemas.complaint.state import NIL, Complaint
from schemas.deadlines import NextAction, pending
from schemas.events.base import Fact
from schemas.events.escalation import DeadlineMissed
from schemas.events.intake import ComplaintWithdrawn, OmbudsmanRequested
from schemas.events.registry import AgencyRegistered, CalendarDecreed, Holiday
from schemas.reference.load import policies
from schemas.registry.fold import Registry, fold_registry
from support.given import NOON, answered, asked, filed, given, routed

CITY = AgencyRegistered(at=NOON, agency="city", name="Kota", kind="city", level=Level.REGENCY)
DECREE = CalendarDecreed(
    at=NOON + timedelta(days=1), calendar="national", year=2026, source="SKB",
    days=(Holiday(on=datetime(2026, 4, 16, tzinfo=UTC).date(), name="Cuti", kind="joint_leave"),),
)  # fmt: skip
REGISTRY = fold_registry(Registry(), [RecordedFact(CITY, NIL, 0)])
DECREED = fold_registry(REGISTRY, [RecordedFact(DECREE, NIL, 1)])
AT = NOON + timedelta(days=200)
HELD = (filed(), routed())


class Planned(NamedTuple):
    """A timer, the state on which it was planned, and what it says when it goes off."""

    what: str
    state: Complaint
    registry: Registry = REGISTRY

    @property
    def action(self) -> NextAction:
        found = [each for each in pending(self.state, self.registry, policies()) if each.what == self.what]
        return min(found, key=lambda each: each.due_at)

    def says(self, state: Complaint) -> list[Fact]:
        decisions: dict[str, Callable[..., list[Fact]]] = {
            "remind": decide.remind, "miss": decide.miss, "escalate": decide.escalate, "lapse": decide.lapse,
        }  # fmt: skip
        if self.what == "move":
            return decide.move(state, self.action, AT, "national-2026")
        return decisions[self.what](state, self.action, AT)


def after(state: Complaint, *facts: Fact) -> Complaint:
    return fold(state, [RecordedFact(fact, NIL, state.version + n) for n, fact in enumerate(facts, start=1)])


def passed(days: float) -> Complaint:
    return after(
        given(*HELD), *(step.fact for step in due(given(*HELD), REGISTRY, policies(), NOON + timedelta(days=days)))
    )


def missed() -> Complaint:
    state = passed(6)
    for step in due(state, REGISTRY, policies(), NOON + timedelta(days=8)):
        state = evolve(state, RecordedFact(step.fact, NIL, state.version + 1))
        if isinstance(step.fact, DeadlineMissed):
            break
    return state


TIMERS = {
    "reminder": Planned("remind", given(*HELD)),
    "miss": Planned("miss", passed(6)),
    "rung": Planned("escalate", missed()),
    "the reporter's own road": Planned("escalate", given(*HELD, OmbudsmanRequested(at=NOON, reason="lama sekali"))),
    "silence": Planned("lapse", given(*HELD, answered())),
    "a file never completed": Planned("lapse", given(*HELD, asked())),
    "decree": Planned("move", given(*HELD), DECREED),
}


@pytest.mark.parametrize("timer", TIMERS)
def test_a_timer_says_one_thing_and_going_off_again_nothing(timer: str) -> None:
    planned = TIMERS[timer]
    [fact] = planned.says(planned.state)
    assert planned.says(after(planned.state, fact)) == []


@pytest.mark.parametrize("timer", TIMERS)
def test_a_timer_that_was_planned_before_the_reporter_took_it_back_says_nothing(timer: str) -> None:
    planned = TIMERS[timer]
    assert planned.says(after(planned.state, ComplaintWithdrawn(at=AT))) == []


@pytest.mark.parametrize("timer", ["reminder", "decree"])
def test_nobody_is_reminded_of_a_date_and_no_date_is_moved_once_it_was_missed(timer: str) -> None:
    planned = TIMERS[timer]
    action = planned.action
    miss = DeadlineMissed(
        at=AT, clock=action.clock, started_version=action.started_version, due_at=action.clock_due_at, agency="city"
    )
    assert planned.says(after(planned.state, miss)) == []


def test_a_file_that_was_awaited_does_not_lapse_once_it_is_answered_without() -> None:
    planned = TIMERS["a file never completed"]
    assert planned.says(after(planned.state, answered())) == []
