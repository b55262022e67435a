"""What must be done next about a complaint, by when and by whom, if nobody does anything else.

No `now` is needed: marks in the state say which timers have gone off, and the earliest that has not is next. The
caller compares its date with the present time.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from schemas.base.values import ROUTER, Clock, Holder, HolderKind
from schemas.complaint.fold import MISSED, REMINDED, RUNG
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint, Mark, Since
from schemas.deadlines.clocks import DateContext, Due, clocks, date_context
from schemas.deadlines.policies import Policies, Policy
from schemas.registry.calendars import add_working_days, subtract_working_days, within_hours
from schemas.registry.fold import Registry

What = Literal["place", "refer", "reroute", "release", "move", "remind", "miss", "escalate", "lapse"]
"""Router does place, refer, reroute (the agency is gone) and release (the lead is gone). Escalation does move (a
decree changed the date), remind, miss, escalate and lapse."""
Cause = Literal["silence", "incomplete", "deadline", "second_dispute", "direct"]
Release = Literal["lead_withdrawn", "lead_archived", "lead_secret"]
DISPUTES_TO_OMBUDSMAN: Final = 2
"""Number of disputes after which the Ombudsman looks at it (law 37/2008 article 24; our own rule)."""
OMBUDSMAN: Final = 3
"""The rung to which that many disputes lead at once, and a reporter's own request."""
LADDERS: Final = {Clock.TRIAGE: HolderKind.DESK, Clock.ARBITRATION: HolderKind.ARBITER}
"""Whose ladder is climbed when a clock has run out; the agency's for every other clock."""


class NextAction(NamedTuple):
    """One thing to do.

    `due_at` is when it falls due, `clock_due_at` the date of the clock it is about, `holder` the present holder.
    `cause` is given for lapse and escalate; `before_at`, the date before a decree, for move.
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
    """The earliest of `pending`. None if closed, or joined to a lead that does not release it (or is not given).

    Every open complaint that is not joined always has one: the last rung repeats.
    """
    return min(pending(state, registry, policies, lead), key=lambda action: action.due_at, default=None)


def pending(
    state: Complaint, registry: Registry, policies: Policies, lead: Complaint | None = None
) -> list[NextAction]:
    """The next step of each running clock, and what a merger, a lead, a decree or a second dispute requires.

    In no order.
    """
    if not state.is_open:
        return []
    if state.status is Status.JOINED:
        return [*_release(state, policies, lead)]
    holder = registry.holder(state.holder)
    context = date_context(state, registry, policies)
    running = clocks(state, context)
    found = [step for due in running for step in _clock_steps(state, due, context, holder)]
    found += _reroute(state, registry, policies, holder)
    found += _to_ombudsman(state, holder)
    if registry.in_force:
        found += _moved_dates(state, running, registry, context, holder)
    return found


def _clock_steps(state: Complaint, due: Due, context: DateContext, holder: Holder) -> Iterator[NextAction]:
    action = NextAction("place", due.clock, due.started_version, due.due_at, due.due_at, holder)
    match due.clock:
        case Clock.PLACE:
            yield action
        case Clock.FORWARD:
            yield action._replace(what="refer")
        case Clock.COMPLETION:  # law 25/2009 article 44(5): a file that is not completed counts as withdrawn
            yield action._replace(what="lapse", cause="incomplete")
        case Clock.SILENCE:
            yield action._replace(what="lapse", cause="silence")
        case _:
            yield from _reminder_miss_rungs(state, due, context, action)


def _reminder_miss_rungs(state: Complaint, due: Due, context: DateContext, action: NextAction) -> Iterator[NextAction]:
    policy = context.policies.at(due.started_at)
    marks = [mark for mark in state.marks if mark[:2] == (due.clock, due.started_version)]
    steps = {mark.step for mark in marks}
    if MISSED in steps:
        if due.climbs:
            yield _next_rung(marks, due, context, policy, action)
        return
    remind_at = _remind_at(due, policy, context)
    # A holder that received the complaint after the reminder's time was told the date then.
    if due.climbs and REMINDED not in steps and remind_at > state.stage.at:
        yield action._replace(what="remind", due_at=remind_at)
    else:
        yield action._replace(what="miss")


def _remind_at(due: Due, policy: Policy, context: DateContext) -> datetime:
    # Within working hours of the holder's zone (Presidential Regulation 21/2023).
    at = subtract_working_days(due.due_at, policy.reminder_wd, due.zone, context.calendar)
    return min(within_hours(at, policy.reminder_hours, due.zone), due.due_at)


def _next_rung(marks: list[Mark], due: Due, context: DateContext, policy: Policy, action: NextAction) -> NextAction:
    climbed = {(mark.step - RUNG, mark.repetition) for mark in marks if mark.step >= RUNG}
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
    return action._replace(what="escalate", due_at=at, rung=number, repetition=repetition, cause="deadline")


def ladder_of(clock: Clock) -> HolderKind:
    """Whose ladder is climbed when this clock has run out."""
    return LADDERS.get(clock, HolderKind.AGENCY)


def _reroute(state: Complaint, registry: Registry, policies: Policies, holder: Holder) -> Iterator[NextAction]:
    # After a merger the successor is the holder; router records it within the period of a placement.
    if holder is state.holder or state.holder.agency is None:
        return
    agency = registry.agencies.get(state.holder.agency)
    ended_at = (agency.ended_at if agency else None) or state.stage.at
    due_at = ended_at + _placing_period(policies, ended_at)
    yield NextAction("reroute", Clock.PLACE, state.stage.version, due_at, due_at, holder)


def _release(state: Complaint, policies: Policies, lead: Complaint | None) -> Iterator[NextAction]:
    if lead is None or release_reason(lead) is None:
        return
    since = max(state.stage.at, lead.closed_at or lead.stage.at)
    due_at = since + _placing_period(policies, since)
    yield NextAction("release", Clock.PLACE, state.stage.version, due_at, due_at, ROUTER)


def release_reason(lead: Complaint) -> Release | None:
    """Why this lead will bring its followers no answer, so that they are placed on their own; None if it will."""
    if lead.secret or lead.supervision:
        return "lead_secret"
    match lead.closed:
        # Law 25/2009 article 44(5): a file that is not completed counts as withdrawn.
        case CloseReason.WITHDRAWN | CloseReason.ERASED | CloseReason.INCOMPLETE:
            return "lead_withdrawn"
        case CloseReason.ARCHIVED:
            return "lead_archived"
        case _:
            return None


def _placing_period(policies: Policies, moment: datetime) -> timedelta:
    return timedelta(seconds=policies.at(moment).rules[Clock.PLACE].amount)


def _to_ombudsman(state: Complaint, holder: Holder) -> list[NextAction]:
    since: Since | None
    cause: Cause
    if state.disputes >= DISPUTES_TO_OMBUDSMAN:
        since, cause = state.rework or state.stage, "second_dispute"
    else:
        # The reporter may ask without having waited for anybody (law 25/2009 article 46(2)).
        since, cause = state.ombudsman, "direct"
    if since is None or state.rung >= OMBUDSMAN:
        return []
    return [NextAction("escalate", Clock.REWORK, since.version, since.at, since.at, holder, OMBUDSMAN, cause=cause)]


def _moved_dates(
    state: Complaint, running: list[Due], registry: Registry, context: DateContext, holder: Holder
) -> Iterator[NextAction]:
    # A decree since the start of the clock, or since the date was last moved, that changes its date. A miss stands.
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
