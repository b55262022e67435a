"""Audit rules about time: each event in time, once, and with the date that rules and calendar give."""

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
"""The events that name the date of a clock."""
BEHIND: Final = timedelta(minutes=1)
"""How long a process may still use the calendar before a decree."""


def date_faults(state: Complaint, fact: object, context: AuditContext) -> Iterator[tuple[str, str]]:
    """The faults of this event, appended to that state, by its clocks: code and sentence of each."""
    match fact:
        case i.ResolutionDisputed() if state.status is Status.CLOSED:
            yield from _late(state, fact.at, context)
        case e.ReminderSent():
            yield from _once(state, Mark(fact.clock, fact.started_version, REMINDED))
            yield from _another_date(state, fact, context)
        case e.DeadlineMissed():
            yield from _once(state, Mark(fact.clock, fact.started_version, MISSED))
            yield from _missed(state, fact, context)
        case e.DueDateMoved():
            yield from _another_date(state, fact, context)
        case e.ComplaintEscalated() if fact.clock is not None and fact.started_version is not None:
            yield from _once(state, Mark(fact.clock, fact.started_version, RUNG + fact.rung, fact.repetition))
        case e.ComplaintLapsed():
            yield from _early(state, Clock.SILENCE if fact.cause == "silence" else Clock.COMPLETION, fact.at, context)
        case _:
            return


def _once(state: Complaint, mark: Mark) -> Iterator[tuple[str, str]]:
    if mark in state.marks:
        yield "said-twice", f"step {mark.step} of the {mark.clock.value} clock was recorded before"


def _missed(state: Complaint, fact: e.DeadlineMissed, context: AuditContext) -> Iterator[tuple[str, str]]:
    right = _date(state, fact.clock, fact.at, context)
    if right is not None and right.due_at == fact.due_at <= fact.at:
        return  # the usual case: the calendar before BEHIND is not needed
    early = [*_early(state, fact.clock, fact.at, context)]
    yield from early or _another_date(state, fact, context)


def _early(state: Complaint, clock: Clock, at: datetime, context: AuditContext) -> Iterator[tuple[str, str]]:
    found = [_date(state, clock, moment, context) for moment in (at, at - BEHIND)]
    dates = [due.due_at for due in found if due is not None]
    if not dates:
        yield "too-early", f"the {clock.value} clock was not running"
    elif at < min(dates):
        yield "too-early", f"the {clock.value} clock ran until {min(dates).isoformat(timespec='minutes')}"


def _late(state: Complaint, at: datetime, context: AuditContext) -> Iterator[tuple[str, str]]:
    until = dispute_until(state, context.registry, context.policies)
    if until is not None and at > until:
        yield "disputed-too-late", f"its closing could be disputed until {until.isoformat(timespec='minutes')}"


def _another_date(state: Complaint, fact: Dated, context: AuditContext) -> Iterator[tuple[str, str]]:
    # For an agency that no longer exists, the calendar and zone that were used are not known any more.
    agency = context.registry.agencies.get(state.agency or "")
    if state.agency is not None and (agency is None or not agency.alive):
        return
    right = None
    for moment in (fact.at, fact.at - BEHIND):
        due = _date(state, fact.clock, moment, context)
        if due is not None and due.due_at == fact.due_at:
            return
        right = right or due
    if right is not None:
        recorded, by_rule = (at.isoformat(timespec="minutes") for at in (fact.due_at, right.due_at))
        yield (
            "wrong-date",
            f"it says that the {fact.clock.value} clock ran until {recorded}; by rule and calendar: {by_rule}",
        )


def _date(state: Complaint, clock: Clock, moment: datetime, context: AuditContext) -> Due | None:
    now = date_context(state, context.registry, context.policies)
    then = now._replace(calendar=context.registry.calendar_at(moment, now.region))
    return next((due for due in clocks(state, then) if due.clock is clock), None)
