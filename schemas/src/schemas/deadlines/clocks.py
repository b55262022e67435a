"""Which clocks run for a complaint, and until when (design: the table of section 4).

Two kinds: the citizen's (settle: from `received_at`, never restarted by returns, splits or re-placing) and the
holder's (from the fact that made it holder). Time in which the reporter was asked does not count, at most twice
a holder: every day that such a stop touches is added, working days to a period in working days, else calendar days.
"""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from schemas.base.values import Clock, ComplaintClass, HolderKind
from schemas.complaint.fold import allows
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, Since, Stop
from schemas.deadlines.policies import Policies, Rule
from schemas.events.intake import ResolutionDisputed
from schemas.registry.calendars import (
    DEFAULT_ZONE,
    NO_CALENDAR,
    Calendar,
    add_working_days,
    days_touched,
    working_days_touched,
)
from schemas.registry.fold import Registry


class Due(NamedTuple):
    """One running clock: from which fact, by which rule, until when. `explain` puts it into words."""

    clock: Clock
    started_at: datetime
    started_version: int
    since_at: datetime
    """When the starting fact was said; differs from `started_at` where a channel handed in late."""
    due_at: datetime
    rule: Rule
    zone: str
    stops: tuple[Stop, ...] = ()
    """Those that moved the date."""
    stop_days: int = 0
    """Days that these touched, of the rule's own unit."""
    calendar: Calendar = NO_CALENDAR
    """By which days off the date was reckoned."""
    climbs: bool = True
    """False: another clock (rework) has taken over; only the miss is still to be recorded."""


class DateContext(NamedTuple):
    """What dates depend on besides the complaint: days off and zone are those of its holder."""

    calendar: Calendar
    zone: str
    policies: Policies
    region: str | None = None


def running(state: Complaint, registry: Registry, policies: Policies) -> tuple[Due, ...]:
    """The clocks that run now, earliest date first; none for a joined (its lead's run) or closed complaint."""
    if not state.is_open:
        return ()
    return tuple(sorted(clocks(state, date_context(state, registry, policies)), key=lambda due: due.due_at))


def timeline_due(
    state: Complaint, registry: Registry, policies: Policies, lead: Complaint | None = None
) -> datetime | None:
    """The date by which the next step is due, for the citizen's page; a joined complaint has its lead's."""
    if state.status is Status.JOINED:
        return timeline_due(lead, registry, policies) if lead is not None else None
    return min((due.due_at for due in running(state, registry, policies) if due.climbs), default=None)


def dispute_until(state: Complaint, registry: Registry, policies: Policies) -> datetime | None:
    """Until when a closed complaint can be disputed; None while it is open, or if this ending stands."""
    due = dispute_due(state, registry, policies)
    return due.due_at if due is not None else None


def dispute_due(state: Complaint, registry: Registry, policies: Policies) -> Due | None:
    """The same, with the reason for the date."""
    if state.closed_at is None or not allows(state, ResolutionDisputed):
        return None
    context = DateContext(registry.calendar, DEFAULT_ZONE, policies)
    return due_date(Clock.DISPUTE, state.stage._replace(at=state.closed_at), context)


def paused(state: Complaint, registry: Registry, policies: Policies) -> tuple[Due, ...]:
    """The clocks that a question stops now: their dates without that stop, which is yet to be counted."""
    if not state.is_open or state.status is Status.JOINED or not _stopped(state, policies):
        return ()
    found = _of_the_work(state, date_context(state, registry, policies))
    return tuple(due for due in found if due.climbs)


def date_context(state: Complaint, registry: Registry, policies: Policies) -> DateContext:
    """The holder's days off and time zone; the nation's and the capital's where no agency holds it."""
    agency = state.holder.agency
    body = registry.living(agency) if agency is not None else None
    if body is None:
        return DateContext(registry.calendar, DEFAULT_ZONE, policies)
    return DateContext(registry.calendar_of(body.region), body.zone, policies, body.region)


def clocks(state: Complaint, context: DateContext) -> list[Due]:
    """The clocks of an open complaint under that calendar, in no order."""
    found = [due_date(clock, state.stage, context) for clock in STAGE_CLOCKS.get(state.status, ())]
    if _works(state, context.policies):
        found += _of_the_work(state, context)
    return found


STAGE_CLOCKS: Final = {
    Status.UNPLACED: (Clock.PLACE, Clock.FORWARD),
    Status.TRIAGE: (Clock.TRIAGE,),
    Status.ROUTED: (Clock.ACKNOWLEDGE,),
    Status.AWAITING_REPORTER: (Clock.COMPLETION,),
    Status.ANSWERED: (Clock.SILENCE,),
    Status.ARBITRATION: (Clock.ARBITRATION,),
}
"""The holder's clocks, which run from the fact that made the complaint what it is now."""


def _works(state: Complaint, policies: Policies) -> bool:
    # Whether an agency owes the answer now. A question stops that clock, save one too many of the same holder.
    if state.status is Status.AWAITING_REPORTER:
        return state.holder.kind is HolderKind.AGENCY and not _stopped(state, policies)
    return state.status in (Status.ROUTED, Status.IN_PROGRESS, Status.SPLIT)


def _stopped(state: Complaint, policies: Policies) -> bool:
    # An open question stands still only within the number of stops that the citizen's policy gives its holder.
    return state.waits and state.stops[-1] in state.stops_within(policies.at(state.received_at).stops)


def _of_the_work(state: Complaint, context: DateContext) -> list[Due]:
    settle = settle_due(state, context)
    if state.rework is None:
        return [settle]
    # A dispute, or a binding placement after settle is past, gives the holder a clock of its own; the citizen's
    # stays as it was: still running, or missed (an answer in time that was disputed later is no miss).
    rework = due_date(Clock.REWORK, state.rework, context, _counted(state, context))
    past = settle.due_at <= state.rework.at
    if state.disputes or state.reopened:
        return [rework] if past else [settle, rework]
    return [settle._replace(climbs=False), rework] if past else [settle]


def settle_due(state: Complaint, context: DateContext) -> Due:
    """The citizen's clock: whole complaint, from receipt, whoever holds it."""
    return due_date(_settle_rule(state), state.filed, context, _counted(state, context), state.received_at)


def _counted(state: Complaint, context: DateContext) -> tuple[Stop, ...]:
    return state.stops_within(context.policies.at(state.received_at).stops) if state.stops else ()


def _settle_rule(state: Complaint) -> str:
    # The grade, not only the class, sets the period (PermenPANRB 62/2018).
    return "settle.supervision" if state.supervision else _SETTLE[state.class_]


_SETTLE = {class_: f"settle.{class_.value}" for class_ in ComplaintClass}


def due_date(
    rule_name: str,
    since: Since,
    context: DateContext,
    stops: tuple[Stop, ...] = (),
    started_at: datetime | None = None,
) -> Due:
    """The date that this rule gives, under the policy in force when the clock started."""
    start = since.at if started_at is None else started_at
    rule = context.policies.at(start).rules[rule_name]
    due = Due(rule.clock, start, since.version, since.at, start, rule, context.zone, calendar=context.calendar)
    if rule.unit == "s":
        return due._replace(due_at=start + timedelta(seconds=rule.amount))
    return _with_stops(due, tuple(stop for stop in stops if stop.ended_at and stop.ended_at > start), context)


def _with_stops(due: Due, stops: tuple[Stop, ...], context: DateContext) -> Due:
    # A stop that began after the date had passed moves nothing: a miss stands.
    at = _after(due, 0, context)
    if not stops:
        return due._replace(due_at=at)
    days, counted = frozenset[object](), 0
    for stop in stops:
        if stop.started_at >= at or stop.ended_at is None:
            break
        days |= _touched(due, max(stop.started_at, due.started_at), stop.ended_at, context)
        at = _after(due, len(days), context)
        counted += 1
    return due._replace(due_at=at, stops=stops[:counted], stop_days=len(days))


def _after(due: Due, more: int, context: DateContext) -> datetime:
    # The rule's days and `more` of them after the start, each of the rule's own kind: working days or calendar days.
    if due.rule.unit == "d":
        return due.started_at + timedelta(days=due.rule.amount + more)
    return add_working_days(due.started_at, due.rule.amount + more, due.zone, context.calendar)


def _touched(due: Due, start: datetime, end: datetime, context: DateContext) -> frozenset[date]:
    if due.rule.unit == "d":
        return days_touched(start, end, due.zone)
    return working_days_touched(start, end, due.zone, context.calendar)
