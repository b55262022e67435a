"""May this timer go off now, and which facts follow? Decided on the whole state: doing it twice adds nothing."""

from datetime import datetime

from schemas.complaint.fold import MISSED, REMINDED, RUNG, allows
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, Mark
from schemas.deadlines import NextAction
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated, ComplaintLapsed, DeadlineMissed, DueDateMoved, ReminderSent


def remind(state: Complaint, action: NextAction, at: datetime) -> list[Fact]:
    """The holder is told that the date is near: once a clock, and never after its miss."""
    if not allows(state, ReminderSent) or _gone(state, action, REMINDED) or _gone(state, action, MISSED):
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
    """The date has passed unmet, which stands for ever (law 25/2009 article 44: the period is the citizen's right)."""
    if not allows(state, DeadlineMissed) or _gone(state, action, MISSED):
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
    """Someone higher looks at it. The holder stays the holder: climbing moves attention, never responsibility."""
    if not allows(state, ComplaintEscalated):
        return []
    if action.cause in ("second_dispute", "direct"):
        # Twice unsettled, or asked for: no period need run out before the Ombudsman looks (law 25/2009 article 46(2)).
        return [] if state.rung >= action.rung else [ComplaintEscalated(at=at, rung=action.rung, cause=action.cause)]
    if _gone(state, action, RUNG + action.rung, action.repetition):
        return []
    clock, started = action.clock, action.started_version
    fact = ComplaintEscalated(
        at=at, rung=action.rung, clock=clock, started_version=started, repetition=action.repetition
    )
    return [fact]


def lapse(state: Complaint, action: NextAction, at: datetime) -> list[Fact]:
    """Closed by time: after an answer that nobody contradicted, or a file that was not completed in 30 days
    (law 25/2009 article 44(5)). Never without the one or the other.
    """
    if not allows(state, ComplaintLapsed):
        return []
    silent = state.status is Status.ANSWERED
    if silent is not (action.cause == "silence"):
        return []
    return [ComplaintLapsed(at=at, cause="silence" if silent else "incomplete")]


def move(state: Complaint, action: NextAction, at: datetime, calendar: str) -> list[Fact]:
    """A decree on days off gave an open date another day; a recorded miss stands."""
    before_at = action.before_at
    if before_at is None or not allows(state, DueDateMoved) or _gone(state, action, MISSED):
        return []
    told_at = state.moved.get((action.clock, action.started_version))
    if told_at is not None and told_at >= action.due_at:
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


def _gone(state: Complaint, action: NextAction, step: int, repetition: int = 0) -> bool:
    return Mark(action.clock, action.started_version, step, repetition) in state.marks
