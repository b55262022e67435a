"""Was each fact said in time, once, and with the date that rules and calendar give?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from audit.finding import AuditContext
from schemas.base.values import Clock
from schemas.complaint.fold import MISSED, REMINDED, RUNG
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, Mark
from schemas.deadlines.clocks import Due, clocks, date_context, dispute_until
from schemas.events import escalation as e
from schemas.events import intake as i

Dated = e.ReminderSent | e.DeadlineMissed | e.DueDateMoved
"""What names the date of a clock."""
BEHIND: Final = timedelta(minutes=1)
"""How long a process may still reckon with the calendar before a decree."""


def dates(state: Complaint, fact: object, basis: AuditContext) -> Iterator[tuple[str, str]]:
    """What the clocks have against this fact, added to that state: name and sentence of each fault."""
    match fact:
        case i.ResolutionDisputed() if state.status is Status.CLOSED:
            yield from _late(state, fact.at, basis)
        case e.ReminderSent():
            yield from _once(state, Mark(fact.clock, fact.started_version, REMINDED))
            yield from _another_date(state, fact, basis)
        case e.DeadlineMissed():
            yield from _once(state, Mark(fact.clock, fact.started_version, MISSED))
            yield from _missed(state, fact, basis)
        case e.DueDateMoved():
            yield from _another_date(state, fact, basis)
        case e.ComplaintEscalated() if fact.clock is not None and fact.started_version is not None:
            yield from _once(state, Mark(fact.clock, fact.started_version, RUNG + fact.rung, fact.repetition))
        case e.ComplaintLapsed():
            yield from _early(state, Clock.SILENCE if fact.cause == "silence" else Clock.COMPLETION, fact.at, basis)
        case _:
            return


def _once(state: Complaint, mark: Mark) -> Iterator[tuple[str, str]]:
    if mark in state.marks:
        yield "said-twice", f"the {mark.clock.value} clock had said this before (step {mark.step})"


def _missed(state: Complaint, fact: e.DeadlineMissed, basis: AuditContext) -> Iterator[tuple[str, str]]:
    right = _date(state, fact.clock, fact.at, basis)
    if right is not None and right.due_at == fact.due_at <= fact.at:
        return  # mostly: no second look at the calendar of a moment ago
    early = [*_early(state, fact.clock, fact.at, basis)]
    yield from early or _another_date(state, fact, basis)


def _early(state: Complaint, clock: Clock, at: datetime, basis: AuditContext) -> Iterator[tuple[str, str]]:
    found = [_date(state, clock, moment, basis) for moment in (at, at - BEHIND)]
    dates = [due.due_at for due in found if due is not None]
    if not dates:
        yield "too-early", f"the {clock.value} clock was not running"
    elif at < min(dates):
        yield "too-early", f"the {clock.value} clock ran until {min(dates).isoformat(timespec='minutes')}"


def _late(state: Complaint, at: datetime, basis: AuditContext) -> Iterator[tuple[str, str]]:
    until = dispute_until(state, basis.registry, basis.policies)
    if until is not None and at > until:
        yield "disputed-too-late", f"its closing could be disputed until {until.isoformat(timespec='minutes')}"


def _another_date(state: Complaint, fact: Dated, basis: AuditContext) -> Iterator[tuple[str, str]]:
    # By whose days off and zone a body that is gone since was reckoned with, cannot be told any more.
    body = basis.registry.agencies.get(state.agency or "")
    if state.agency is not None and (body is None or not body.alive):
        return
    right = None
    for moment in (fact.at, fact.at - BEHIND):
        due = _date(state, fact.clock, moment, basis)
        if due is not None and due.due_at == fact.due_at:
            return
        right = right or due
    if right is not None:
        told, by_rule = (at.isoformat(timespec="minutes") for at in (fact.due_at, right.due_at))
        yield (
            "wrong-date",
            f"it says that the {fact.clock.value} clock ran until {told}; by rule and calendar: {by_rule}",
        )


def _date(state: Complaint, clock: Clock, moment: datetime, basis: AuditContext) -> Due | None:
    now = date_context(state, basis.registry, basis.policies)
    then = now._replace(calendar=basis.registry.calendar_at(moment, now.region))
    return next((due for due in clocks(state, then) if due.clock is clock), None)
