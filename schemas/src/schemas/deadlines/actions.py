"""What must be done next about a complaint, by when and by whom, if nobody does anything else.

No `now` is needed: marks in the state say which timers have gone off, and the earliest that has not is next.
Who asks compares its date with the time it was given.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from schemas.base.values import ROUTER, Clock, Holder, HolderKind
from schemas.complaint.fold import MISSED, REMINDED, RUNG
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint, Since
from schemas.deadlines.clocks import DateContext, Due, clocks, date_context
from schemas.deadlines.policies import Policies, Policy
from schemas.registry.calendars import add_working_days, subtract_working_days, within_hours
from schemas.registry.fold import Registry

What = Literal["place", "refer", "reroute", "release", "move", "remind", "miss", "escalate", "lapse"]
"""place, refer, reroute (its agency is gone) and release (its lead is gone) are router's; move (a decree changed
the date), remind, miss, escalate and lapse are escalation's."""
Cause = Literal["silence", "incomplete", "deadline", "second_dispute", "direct"]
Release = Literal["lead_withdrawn", "lead_archived", "lead_secret"]
TWICE: Final = 2
"""Disputes after which the Ombudsman looks."""
OMBUDSMAN: Final = 3
"""The rung to which a second dispute goes at once, and a reporter who asks for it."""


class NextAction(NamedTuple):
    """One thing to be done.

    `due_at` is when it falls due, `clock_due_at` the date of the clock it is about, `holder` who holds the complaint
    today. `cause` where `what` is lapse or escalate; `before_at`, the date as it was, where it is move.
    """

    what: What
    clock: Clock
    started_version: int
    due_at: datetime
    clock_due_at: datetime
    holder: Holder
    rung: int = 0
    repetition: int = 0
    cause: Cause | None = None
    before_at: datetime | None = None


def next_action(
    state: Complaint, registry: Registry, policies: Policies, lead: Complaint | None = None
) -> NextAction | None:
    """The earliest of `pending`. None: closed, or joined to a lead that does not release it (or is not given).

    Every open complaint that is not joined has one, for ever: the last rung repeats.
    """
    return min(pending(state, registry, policies, lead), key=_when, default=None)


def pending(
    state: Complaint, registry: Registry, policies: Policies, lead: Complaint | None = None
) -> list[NextAction]:
    """For each running clock its next step, and what a merger, a lead, a decree or a second dispute asks; no order."""
    if not state.is_open:
        return []
    holder = registry.holder(state.holder)
    if state.status is Status.JOINED:
        return [*_release(state, policies, lead)]
    context = date_context(state, registry, policies)
    running = clocks(state, context)
    found = [step for due in running for step in _steps(state, due, context, holder)]
    found += _reroute(state, registry, policies, holder)
    found += _second_dispute(state, holder) or _requested(state, holder)
    if registry.in_force:
        found += _moves(state, running, registry, context, holder)
    return found


def release_reason(lead: Complaint) -> Release | None:
    """Why this lead lets its followers go, if it does: it will bring them no answer."""
    if lead.secret or lead.supervision:
        return "lead_secret"
    match lead.closed:
        # An uncompleted file counts as withdrawn (law 25/2009 article 44(5)).
        case CloseReason.WITHDRAWN | CloseReason.ERASED | CloseReason.INCOMPLETE:
            return "lead_withdrawn"
        case CloseReason.ARCHIVED:
            return "lead_archived"
        case _:
            return None


def _when(action: NextAction) -> datetime:
    return action.due_at


def _steps(state: Complaint, due: Due, context: DateContext, holder: Holder) -> Iterator[NextAction]:
    plain = NextAction("place", due.clock, due.started_version, due.due_at, due.due_at, holder)
    match due.clock:
        case Clock.PLACE:
            yield plain
        case Clock.FORWARD:
            yield plain._replace(what="refer")
        case Clock.COMPLETION:
            yield plain._replace(what="lapse", cause="incomplete")
        case Clock.SILENCE:
            yield plain._replace(what="lapse", cause="silence")
        case _:
            yield from _timers(state, due, context, plain)


def _timers(state: Complaint, due: Due, context: DateContext, plain: NextAction) -> Iterator[NextAction]:
    # Reminder, miss, then the rungs one by one; marks of this very clock say what has been.
    policy = context.policies.at(due.started_at)
    gone = {m.step: m for m in state.marks if m.clock is due.clock and m.started_version == due.started_version}
    if MISSED in gone:
        if due.climbs:
            yield _rung(state, due, context, policy, plain)
        return
    remind_at = _remind_at(due, policy, context)
    # Who got it after that date was told of it then.
    if due.climbs and REMINDED not in gone and remind_at > state.stage.at:
        yield plain._replace(what="remind", due_at=remind_at)
    else:
        yield plain._replace(what="miss")


def _remind_at(due: Due, policy: Policy, context: DateContext) -> datetime:
    # In the working hours of the holder's zone: a reminder at midnight is read by nobody.
    at = subtract_working_days(due.due_at, policy.reminder_wd, due.zone, context.calendar)
    return min(within_hours(at, policy.reminder_hours, due.zone), due.due_at)


def _rung(state: Complaint, due: Due, context: DateContext, policy: Policy, plain: NextAction) -> NextAction:
    climbed = {
        (mark.step - RUNG, mark.repetition)
        for mark in state.marks
        if mark.step >= RUNG and mark.clock is due.clock and mark.started_version == due.started_version
    }
    ladder = policy.ladder[ladder_of(due.clock)]
    number, after, repetition = ladder[-1].number, ladder[-1].after_wd, 0
    for rung in ladder:
        if (rung.number, 0) not in climbed:
            number, after = rung
            break
    else:
        repetition = 1 + max(times for step, times in climbed if step == number)
    wait = after + repetition * policy.repeat_wd
    at = add_working_days(due.due_at, wait, due.zone, context.calendar) if wait else due.due_at
    return plain._replace(what="escalate", due_at=at, rung=number, repetition=repetition, cause="deadline")


def ladder_of(clock: Clock) -> HolderKind:
    """Whose ladder is climbed when this clock has run out."""
    return _LADDER.get(clock, HolderKind.AGENCY)


_LADDER: Final = {Clock.TRIAGE: HolderKind.DESK, Clock.ARBITRATION: HolderKind.ARBITER}


def _reroute(state: Complaint, registry: Registry, policies: Policies, holder: Holder) -> Iterator[NextAction]:
    # From the merger on the successor is the holder; router says so in the stream, with the same haste as a placing.
    if holder is state.holder or state.holder.agency is None:
        return
    body = registry.agencies.get(state.holder.agency)
    ended_at = (body.ended_at if body else None) or state.stage.at
    due_at = ended_at + _haste(policies, ended_at)
    yield NextAction("reroute", Clock.PLACE, state.stage.version, due_at, due_at, holder)


def _release(state: Complaint, policies: Policies, lead: Complaint | None) -> Iterator[NextAction]:
    if lead is None or release_reason(lead) is None:
        return
    since = max(state.stage.at, lead.closed_at or lead.stage.at)
    due_at = since + _haste(policies, since)
    yield NextAction("release", Clock.PLACE, state.stage.version, due_at, due_at, ROUTER)


def _haste(policies: Policies, moment: datetime) -> timedelta:
    return timedelta(seconds=policies.at(moment).rules[Clock.PLACE].amount)


def _second_dispute(state: Complaint, holder: Holder) -> list[NextAction]:
    if state.disputes < TWICE or state.rung >= OMBUDSMAN:
        return []
    return [_to_ombudsman(state.rework or state.stage, holder, "second_dispute")]


def _requested(state: Complaint, holder: Holder) -> list[NextAction]:
    # A direct door and not only a last step: the reporter need not have waited for anybody (law 25/2009 article 46(2)).
    if state.ombudsman is None or state.rung >= OMBUDSMAN:
        return []
    return [_to_ombudsman(state.ombudsman, holder, "direct")]


def _to_ombudsman(since: Since, holder: Holder, cause: Cause) -> NextAction:
    return NextAction("escalate", Clock.REWORK, since.version, since.at, since.at, holder, OMBUDSMAN, cause=cause)


def _moves(
    state: Complaint, running: list[Due], registry: Registry, context: DateContext, holder: Holder
) -> Iterator[NextAction]:
    # A decree since the clock's start (or since the last move) that changes its date is to be told; a miss stands.
    decreed_at = registry.in_force[-1][0]
    for due in running:
        told_at = state.moved.get((due.clock, due.started_version), due.since_at)
        missed = any(m.step == MISSED and m[:2] == (due.clock, due.started_version) for m in state.marks)
        if decreed_at <= told_at or missed:
            continue
        before = clocks(state, context._replace(calendar=registry.calendar_at(told_at, context.region)))
        before_at = next((old.due_at for old in before if old.clock is due.clock), due.due_at)
        if before_at != due.due_at:
            yield NextAction(
                "move", due.clock, due.started_version, decreed_at, due.due_at, holder, before_at=before_at
            )
