"""Which clocks run for a complaint, and until when (design: the table of section 4).

There are two kinds:
- the citizen's clock (`settle`) runs from `received_at`; returns, splits and new placements never restart it;
- a holder's clock runs from the event that made it the holder.

Both stop while the reporter is asked: every day that such a stop touches is added, in working days to a period of
working days, otherwise in calendar days. Only the first stops of each holder count (`Policy.stops`).
"""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from schemas.base.values import Clock, ComplaintClass, HolderKind
from schemas.complaint.fold import allows
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, Since, Stop
from schemas.deadlines.policies import Policies, Rule, with_decrees
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
    """One running clock: from which event, by which rule, until when."""

    clock: Clock
    started_at: datetime
    started_version: int
    since_at: datetime
    """When the starting event was recorded; later than `started_at` where a channel delivered late."""
    due_at: datetime
    rule: Rule
    zone: str
    stops: tuple[Stop, ...] = ()
    """The stops that moved the date."""
    stop_days: int = 0
    """Days touched by these stops, in the unit of the rule."""
    calendar: Calendar = NO_CALENDAR
    """The calendar whose days off were skipped."""
    climbs: bool = True
    """False: the rework clock has taken over, and only the miss of this one remains to be recorded."""


class DateContext(NamedTuple):
    """What dates depend on besides the complaint: the days off and the zone of its holder, and the policies."""

    calendar: Calendar
    zone: str
    policies: Policies
    region: str | None = None


STAGE_CLOCKS: Final = {
    Status.UNPLACED: (Clock.PLACE, Clock.FORWARD),  # place: our own aim; forward: SP4N-LAPOR!
    Status.TRIAGE: (Clock.TRIAGE,),  # SP4N-LAPOR!: verification and forwarding
    Status.ROUTED: (Clock.ACKNOWLEDGE,),  # SP4N-LAPOR!: first follow-up
    Status.AWAITING_REPORTER: (Clock.COMPLETION,),  # law 25/2009 article 44(4)-(5): the reporter completes the file
    Status.ANSWERED: (Clock.SILENCE,),  # SP4N-LAPOR!: closing by silence
    Status.ARBITRATION: (Clock.ARBITRATION,),  # our own rule
}
"""The holder's clocks by status. They run from the event that led to the present stage."""
AT_WORK: Final = (Status.ROUTED, Status.IN_PROGRESS, Status.SPLIT)
"""The statuses in which an agency owes the answer, so that settle or rework runs."""
# The grade sets the period as well as the class (PermenPANRB 62/2018).
SETTLE_OF_CLASS: Final = {class_: f"settle.{class_.value}" for class_ in ComplaintClass}
SETTLE_OF_SUPERVISION: Final = "settle.supervision"


def running(state: Complaint, registry: Registry, policies: Policies) -> tuple[Due, ...]:
    """The clocks that run now, earliest date first; none for a joined complaint (its lead's run) or a closed one."""
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
    """Until when a closed complaint can be disputed; None while it is open, or if this ending is final."""
    due = dispute_due(state, registry, policies)
    return due.due_at if due is not None else None


def dispute_due(state: Complaint, registry: Registry, policies: Policies) -> Due | None:
    """`dispute_until` with the rule behind the date."""
    if state.closed_at is None or not allows(state, ResolutionDisputed):
        return None
    context = DateContext(registry.calendar, DEFAULT_ZONE, with_decrees(policies, registry))
    return due_date(Clock.DISPUTE, state.stage._replace(at=state.closed_at), context)


def paused(state: Complaint, registry: Registry, policies: Policies) -> tuple[Due, ...]:
    """The clocks that an open question stops now, with their dates before that stop is added."""
    if not state.is_open or state.status is Status.JOINED or not _is_stopped(state, policies):
        return ()
    found = _work_clocks(state, date_context(state, registry, policies))
    return tuple(due for due in found if due.climbs)


def date_context(state: Complaint, registry: Registry, policies: Policies) -> DateContext:
    """The holder's days off and time zone; the national calendar and WIB where no agency holds the complaint."""
    agency = registry.living(state.holder.agency) if state.holder.agency is not None else None
    policies = with_decrees(policies, registry)
    if agency is None:
        return DateContext(registry.calendar, DEFAULT_ZONE, policies)
    return DateContext(registry.calendar_of(agency.region), agency.zone, policies, agency.region)


def clocks(state: Complaint, context: DateContext) -> list[Due]:
    """The clocks of an open complaint in this context, in no order."""
    found = [due_date(clock, state.stage, context) for clock in STAGE_CLOCKS.get(state.status, ())]
    if _agency_owes_answer(state, context.policies):
        found += _work_clocks(state, context)
    if state.erasure is not None and not state.erasure_refused:
        found.append(due_date(Clock.ERASURE, state.erasure, context))
    return found


def _agency_owes_answer(state: Complaint, policies: Policies) -> bool:
    if state.status is Status.AWAITING_REPORTER:
        return state.holder.kind is HolderKind.AGENCY and not _is_stopped(state, policies)
    return state.status in AT_WORK


def _is_stopped(state: Complaint, policies: Policies) -> bool:
    # An open question stops the clock only within the number of stops that the citizen's policy gives its holder.
    return state.waits and state.stops[-1] in state.stops_within(policies.at(state.received_at).stops)


def _work_clocks(state: Complaint, context: DateContext) -> list[Due]:
    settle = settle_due(state, context)
    if state.rework is None:
        return [settle]
    # A dispute, or a binding placement after settle has passed, gives the holder a clock of its own. The citizen's
    # clock stays as it was, running or missed; an answer in time that was disputed later is no miss.
    rework = due_date(Clock.REWORK, state.rework, context, _counted_stops(state, context))
    past = settle.due_at <= state.rework.at
    if state.disputes or state.reopened:
        return [rework] if past else [settle, rework]
    return [settle._replace(climbs=False), rework] if past else [settle]


def settle_due(state: Complaint, context: DateContext) -> Due:
    """The citizen's clock: from receipt, whoever holds the complaint (period: PermenPANRB 62/2018)."""
    rule = SETTLE_OF_SUPERVISION if state.supervision else SETTLE_OF_CLASS[state.class_]
    return due_date(rule, state.filed, context, _counted_stops(state, context), state.received_at)


def _counted_stops(state: Complaint, context: DateContext) -> tuple[Stop, ...]:
    return state.stops_within(context.policies.at(state.received_at).stops) if state.stops else ()


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
    # A stop that began after the date moves nothing: a missed date stays missed.
    at = _due_after(due, 0, context)
    if not stops:
        return due._replace(due_at=at)
    days, counted = frozenset[object](), 0
    for stop in stops:
        if stop.started_at >= at or stop.ended_at is None:
            break
        days |= _touched(due, max(stop.started_at, due.started_at), stop.ended_at, context)
        at = _due_after(due, len(days), context)
        counted += 1
    return due._replace(due_at=at, stops=stops[:counted], stop_days=len(days))


def _due_after(due: Due, stop_days: int, context: DateContext) -> datetime:
    # The rule's days and the stopped days after the start, all of the rule's unit.
    if due.rule.unit == "d":
        return due.started_at + timedelta(days=due.rule.amount + stop_days)
    return add_working_days(due.started_at, due.rule.amount + stop_days, due.zone, context.calendar)


def _touched(due: Due, start: datetime, end: datetime, context: DateContext) -> frozenset[date]:
    if due.rule.unit == "d":
        return days_touched(start, end, due.zone)
    return working_days_touched(start, end, due.zone, context.calendar)
