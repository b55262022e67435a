"""Which answers another deadline policy would have called on time or late."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from schemas.complaint.fold import RecordedFact
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines.clocks import DateContext, settle_due
from schemas.deadlines.policies import Policies
from schemas.events.agency_inbox import ResponseGiven
from schemas.reference.policy_file import policies_from
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.registry.fold import Registry

Kept = Literal["on_time", "late", "waiting"]


class SettleOutcome(NamedTuple):
    """Whether the answer came by its date under one policy. `due_at`: that date."""

    kind: Kept
    due_at: datetime


def policies_of(file: Path) -> Policies:
    """The policy of a file, in force for all of history.

    Raises:
        BadPolicy: the file is not a valid policy; the message names file and field.
        OSError: the file cannot be read.
    """
    return policies_from({file.name: file.read_bytes()})


def settle_outcome(
    state: Complaint, history: list[RecordedFact], registry: Registry, policies: Policies, now: datetime
) -> SettleOutcome | None:
    """By the first answer, also if it was disputed later. None: no answer is owed, because the complaint was joined or
    closed without one, or its clock stands while its reporter is asked. Misses that were recorded do not count: they
    were recorded under the policy of their time.
    """
    answer = next((each.fact for each in history if isinstance(each.fact, ResponseGiven)), None)
    if state.status is Status.JOINED or (answer is None and (not state.is_open or state.waits)):
        return None
    agency, at = (answer.agency, answer.at) if answer else (state.agency, now)
    found = registry.agencies.get(agency or "")
    region, zone = (found.region, found.zone) if found else (None, DEFAULT_ZONE)
    due_at = settle_due(state, DateContext(registry.calendar_at(at, region), zone, policies, region)).due_at
    if at > due_at:
        return SettleOutcome("late", due_at)
    return SettleOutcome("on_time" if answer else "waiting", due_at)


class PolicyTally:
    """Counts how outcomes change. Holds sums alone."""

    def __init__(self) -> None:
        self._changes = Counter[tuple[Kept, Kept]]()

    def add(self, before: SettleOutcome | None, after: SettleOutcome | None) -> None:
        """One complaint, under the policies of its time and under the other one."""
        if before is not None and after is not None:
            self._changes[before.kind, after.kind] += 1

    def told(self) -> dict[str, Any]:
        """`met_instead`: late under the policies of their time and not under the other one; `missed_instead`: the
        reverse.
        """
        before, after = Counter[str](), Counter[str]()
        for (was, is_), count in self._changes.items():
            before[was] += count
            after[is_] += count
        missed = sum(n for (was, is_), n in self._changes.items() if was != "late" and is_ == "late")
        met = sum(n for (was, is_), n in self._changes.items() if was == "late" and is_ != "late")
        return {
            "before": {kind: before[kind] for kind in ("on_time", "late", "waiting")},
            "after": {kind: after[kind] for kind in ("on_time", "late", "waiting")},
            "met_instead": met,
            "missed_instead": missed,
        }
