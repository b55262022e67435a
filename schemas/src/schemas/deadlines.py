"""When is what due, by whom, and why: clocks, next actions and their explanations, from the state alone.

Pure: no `now` is needed. A clock runs from a fact to a date; marks in the state say which timers have gone
off; the earliest that has not is the next action. Who asks compares its date with the time it was given.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from schemas.complaint import Complaint, Stop
from schemas.policies import Policies, Rule
from schemas.registry import Registry
from schemas.values import Clock, Holder

What = Literal["place", "refer", "reroute", "release", "move", "remind", "miss", "escalate", "lapse"]
"""place, refer, reroute (its agency is gone), release (its lead is gone): router acts. move (a decree changed the
date), remind, miss, escalate, lapse: escalation acts."""


class Due(NamedTuple):
    """One running clock: from which fact, by which rule, until when. `explain` puts it into words."""

    clock: Clock
    started_at: datetime
    started_version: int
    due_at: datetime
    rule: Rule
    policy: str
    zone: str
    stops: tuple[Stop, ...] = ()
    """Those that moved the date."""
    stop_days: int = 0
    """Working days touched by these."""
    moved_at: datetime | None = None
    """When a decree last moved the date."""
    climbs: bool = True
    """False: only its miss is still to be recorded; another clock (rework) has taken over."""


class NextAction(NamedTuple):
    """What must be done next, and by when.

    `due_at` is when this action falls due, `clock_due_at` the date of the clock that it is about, `holder` who holds
    the complaint then. `cause` only where `what` is lapse: `silence` or `incomplete`.
    """

    what: What
    clock: Clock
    started_version: int
    due_at: datetime
    clock_due_at: datetime
    holder: Holder
    rung: int = 0
    repetition: int = 0
    cause: Literal["silence", "incomplete"] | None = None


def running(state: Complaint, registry: Registry, policies: Policies) -> tuple[Due, ...]:
    """The clocks that run now, earliest date first; none for a joined (its lead's run) or closed complaint."""


def pending(
    state: Complaint, registry: Registry, policies: Policies, lead: Complaint | None = None
) -> tuple[NextAction, ...]:
    """What is to be done if nothing else happens, earliest first: for each running clock its next step."""


def next_action(
    state: Complaint, registry: Registry, policies: Policies, lead: Complaint | None = None
) -> NextAction | None:
    """The earliest of `pending`. None: closed, or joined to a lead (not given, or open) that asks for nothing.

    Every open complaint that is not joined has one, for ever: rung 4 repeats.
    """


def timeline_due(
    state: Complaint, registry: Registry, policies: Policies, lead: Complaint | None = None
) -> datetime | None:
    """The date by which the next step is due, for the citizen's page; a joined complaint has its lead's."""


def dispute_until(state: Complaint, registry: Registry, policies: Policies) -> datetime | None:
    """Until when a closed complaint can be disputed; None while it is open."""


def explain(due: Due, registry: Registry, lang: str = "id") -> str:
    """Why this date: rule, source, start, days skipped and why, stops, calendar; in Indonesian or English."""
