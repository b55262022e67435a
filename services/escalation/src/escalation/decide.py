"""Which facts follow when a timer fires: reminder, miss, escalation, lapse, moved date.

Pure: (state, due action, time) -> facts; none if the state has them already or no longer allows them.
"""

from datetime import datetime

from schemas.complaint.fold import MISSED, REMINDED, RUNG, allows
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, Mark
from schemas.deadlines import NextAction
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated, ComplaintLapsed, DeadlineMissed, DueDateMoved, ReminderSent


def remind(state: Complaint, action: NextAction, at: datetime) -> list[Fact]:
    """Remind the holder that the date is near: once for each clock, never after its miss."""
    if not allows(state, ReminderSent) or _fired(state, action, REMINDED) or _fired(state, action, MISSED):
        return []
    return [
        ReminderSent(
            at=at,
            clock=action.clock,
            started_version=action.started_version,
            due_at=action.clock_due_at,
            agency=action.holder.agency,
        )
    ]


def miss(state: Complaint, action: NextAction, at: datetime) -> list[Fact]:
    """Record a missed date, for good (law 25/2009 article 44: the period is the citizen's right)."""
    if not allows(state, DeadlineMissed) or _fired(state, action, MISSED):
        return []
    return [
        DeadlineMissed(
            at=at,
            clock=action.clock,
            started_version=action.started_version,
            due_at=action.clock_due_at,
            agency=action.holder.agency,
        )
    ]


def escalate(state: Complaint, action: NextAction, at: datetime) -> list[Fact]:
    """Raise the escalation level. The holder stays responsible; a higher office is asked to look."""
    if not allows(state, ComplaintEscalated):
        return []
    if action.cause in ("second_dispute", "direct"):
        # No period must run out before the Ombudsman looks (law 25/2009 article 46(2)).
        return [] if state.rung >= action.rung else [ComplaintEscalated(at=at, rung=action.rung, cause=action.cause)]
    if _fired(state, action, RUNG + action.rung, action.repetition):
        return []
    clock, started = action.clock, action.started_version
    fact = ComplaintEscalated(
        at=at, rung=action.rung, clock=clock, started_version=started, repetition=action.repetition
    )
    return [fact]


def lapse(state: Complaint, action: NextAction, at: datetime) -> list[Fact]:
    """Close by time: after an answer that was not disputed, or a file that was not completed in 30 days (law 25/2009
    article 44(5)).
    """
    if not allows(state, ComplaintLapsed):
        return []
    silent = state.status is Status.ANSWERED
    if silent is not (action.cause == "silence"):
        return []
    return [ComplaintLapsed(at=at, cause="silence" if silent else "incomplete")]


def move(state: Complaint, action: NextAction, at: datetime, calendar: str) -> list[Fact]:
    """Record that a decree on days off moved an open date. A recorded miss stands."""
    before_at = action.before_at
    if before_at is None or not allows(state, DueDateMoved) or _fired(state, action, MISSED):
        return []
    last_moved_at = state.moved.get((action.clock, action.started_version))
    if last_moved_at is not None and last_moved_at >= action.due_at:
        return []
    return [
        DueDateMoved(
            at=at,
            clock=action.clock,
            started_version=action.started_version,
            due_before_at=before_at,
            due_at=action.clock_due_at,
            calendar=calendar,
            agency=action.holder.agency,
            decreed_at=action.due_at,
        )
    ]


def _fired(state: Complaint, action: NextAction, step: int, repetition: int = 0) -> bool:
    return Mark(action.clock, action.started_version, step, repetition) in state.marks
