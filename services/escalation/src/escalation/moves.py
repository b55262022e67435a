"""Which open dates a decree would move: what the sweep itself appends under the registry after the decree. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from escalation.policy import due
from schemas.base.values import Clock
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.state import NIL, Complaint
from schemas.deadlines import pending, running
from schemas.deadlines.policies import Policies
from schemas.events.escalation import DueDateMoved
from schemas.events.registry import CalendarDecreed, PolicyDecreed
from schemas.registry.fold import Registry, evolve_registry

Decree = CalendarDecreed | PolicyDecreed
NO_AGENCY: Final = ""
"""The agency of a date that the desk or the arbiter keeps."""


class MovedDate(NamedTuple):
    """One date that moves. In the order of the list: by agency, kind of date, new date."""

    agency: str
    clock: Clock
    due_at: datetime
    complaint: UUID
    due_before_at: datetime
    public_number: str
    protected: bool
    """Secret or of supervision grade, so that its number is not shown."""
    supervision: bool


class Group(NamedTuple):
    """The dates of one kind at one agency. `first`, `last`: those of the earliest and the latest new date."""

    agency: str
    clock: Clock
    moved: int
    earlier: int
    later: int
    first: MovedDate
    last: MovedDate


def with_decree(registry: Registry, decree: Decree) -> Registry:
    """The registry after this decree."""
    return evolve_registry(registry, RecordedFact(decree, NIL, registry.version + 1))


def moved_by(state: Complaint, before: Registry, after: Registry, policies: Policies, now: datetime) -> list[MovedDate]:
    """The dates of this complaint that move if the registry is `after` instead of `before` at `now`."""
    return [*_by_days_off(state, before, after, policies, now), *_by_periods(state, before, after, policies)]


def groups(moves: Sequence[MovedDate]) -> list[Group]:
    """Count them by agency and kind of date. `moves` is in its order."""
    found = dict[tuple[str, Clock], Group]()
    for move in moves:
        key, earlier = (move.agency, move.clock), move.due_at < move.due_before_at
        known = found.get(key, Group(*key, 0, 0, 0, move, move))
        found[key] = known._replace(
            moved=known.moved + 1, earlier=known.earlier + earlier, later=known.later + (not earlier), last=move
        )
    return list(found.values())


def _by_days_off(
    state: Complaint, before: Registry, after: Registry, policies: Policies, now: datetime
) -> Iterable[MovedDate]:
    if len(after.in_force) == len(before.in_force):
        return
    decreed_at = after.in_force[-1][0]
    # Firing a timer starts no clock: what is not to be moved now is not moved by this decree at all.
    if not any(each.what == "move" for each in pending(state, after, policies)):
        return
    while timers := due(state, after, policies, now):  # in appends, as the sweep makes them
        for timer in timers:
            fact = timer.fact
            if isinstance(fact, DueDateMoved) and fact.decreed_at == decreed_at:
                yield _moved(state, fact.agency, fact.clock, fact.due_before_at, fact.due_at)
            state = evolve(state, RecordedFact(fact, NIL, state.version + 1))


def _by_periods(state: Complaint, before: Registry, after: Registry, policies: Policies) -> Iterable[MovedDate]:
    if after.policies is before.policies:
        return
    old = {(each.clock, each.started_version): each.due_at for each in running(state, before, policies)}
    agency = after.holder(state.holder).agency
    for each in running(state, after, policies):
        due_before_at = old.get((each.clock, each.started_version))
        if due_before_at is not None and due_before_at != each.due_at:
            yield _moved(state, agency, each.clock, due_before_at, each.due_at)


def _moved(state: Complaint, agency: str | None, clock: Clock, due_before_at: datetime, due_at: datetime) -> MovedDate:
    return MovedDate(
        agency or NO_AGENCY, clock, due_at, state.id, due_before_at, state.public_number, state.is_protected,
        state.supervision,
    )  # fmt: skip
