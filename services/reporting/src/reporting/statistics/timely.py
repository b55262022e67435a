"""Was a complaint answered in time? By its first answer and the citizen's clock (PermenPANRB 62/2018)."""

from datetime import datetime
from typing import Literal, NamedTuple

from schemas.base.values import Clock
from schemas.complaint.fold import MISSED
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines.clocks import DateContext, date_context, paused, settle_due
from schemas.deadlines.policies import Policies, with_decrees
from schemas.events.agency_inbox import ResponseGiven
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.registry.fold import Registry


class Timely(NamedTuple):
    """`due_at` is given while it waits: it becomes late then. It has none while a question stops the clock."""

    kind: Literal["on_time", "late", "waiting", ""]
    """Empty: no answer is owed, because it was joined, or closed without one."""
    due_at: datetime | None


def timeliness(
    state: Complaint, answer: ResponseGiven | None, at: datetime, registry: Registry, policies: Policies
) -> Timely:
    """`answer`: the first one, also if it was disputed later. `at`: when its newest event was written; the days off are
    those that were in force at the answer or then, so that a later decree changes nothing of what is past.
    """
    if state.status is Status.JOINED:
        return Timely("", None)
    if any(mark.clock is Clock.SETTLE and mark.step == MISSED for mark in state.marks):
        return Timely("late", None)
    if answer is not None:
        due_at = settle_due(state, context_at(answer.agency, answer.at, registry, policies)).due_at
        return Timely("on_time" if answer.at <= due_at else "late", None)
    if not state.is_open:
        return Timely("", None)
    if paused(state, registry, policies):
        return Timely("waiting", None)
    context = date_context(state, registry, policies)
    return Timely(
        "waiting", settle_due(state, context._replace(calendar=registry.calendar_at(at, context.region))).due_at
    )


def context_at(agency: str, at: datetime, registry: Registry, policies: Policies) -> DateContext:
    """What the dates of this agency depended on at `at`, also if it ended since."""
    found, policies = registry.agencies.get(agency), with_decrees(policies, registry)
    if found is None:
        return DateContext(registry.calendar_at(at), DEFAULT_ZONE, policies)
    return DateContext(registry.calendar_at(at, found.region), found.zone, policies, found.region)
