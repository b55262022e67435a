"""Counts figures from the events alone, in the simplest way: the whole history of each complaint is folded for each
question. Written apart from the code of the figures, to hold them against it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from schemas.base.values import Clock
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.deadlines.clocks import date_context, paused, settle_due
from schemas.events.agency_inbox import ComplaintAcknowledged, ComplaintReturned, ResponseGiven
from schemas.events.escalation import DeadlineMissed
from schemas.events.router import ArbitrationOpened, ComplaintReferred, ComplaintRouted
from schemas.reference.load import policies
from schemas.registry.fold import Registry

JAKARTA = ZoneInfo("Asia/Jakarta")
POLICIES = policies()
Histories = Mapping[UUID, Sequence[RecordedFact]]


class Told(NamedTuple):
    """One complaint: its state, and its facts in order."""

    state: Complaint
    history: Sequence[RecordedFact]

    @property
    def closed(self) -> bool:
        return self.state.status is Status.CLOSED

    @property
    def agency(self) -> str | None:
        placed = self.state.routed.agency if self.state.routed else None
        return self.state.agency or (placed if self.closed else None)

    @property
    def region(self) -> str | None:
        placed = self.state.routed.basis.region if self.state.routed else None
        return placed or (self.state.place.region if self.state.place else None)

    @property
    def seen(self) -> bool:
        """The public sees it as a report."""
        return self.state.is_public and not self.state.erased

    def at(self, *kinds: type) -> datetime | None:
        """When the first fact of these kinds happened."""
        return min((each.fact.at for each in self.history if isinstance(each.fact, kinds)), default=None)


def everything(histories: Histories) -> list[Told]:
    return [Told(fold(new(each), history), history) for each, history in histories.items()]


def local_day(at: datetime) -> date:
    return at.astimezone(JAKARTA).date()


# --- The books and the counts


def books(histories: Histories) -> dict[str, object]:
    lives = {told.state.id: told for told in everything(histories)}
    wholes = [told for told in lives.values() if told.state.whole is None]
    opened, closed, joined = Counter[str](), Counter[str](), Counter[str]()
    for told in wholes:
        if told.closed:
            closed[str(told.state.closed)] += 1
        elif told.state.status is Status.JOINED:
            joined["to_closed_lead" if _root(told, lives).closed else "to_open_lead"] += 1
        elif told.state.agency and not told.seen:
            opened["not_public"] += 1
        else:
            opened[str(told.state.holder)] += 1
    parts = [told for told in lives.values() if told.state.whole is not None]
    return {
        "filed": len(wholes), "open": dict(opened), "closed": dict(closed),
        "joined": {"to_open_lead": joined["to_open_lead"], "to_closed_lead": joined["to_closed_lead"]},
        "parts": {"open": sum(not told.closed for told in parts), "closed": sum(told.closed for told in parts)},
        "balanced": True,
    }  # fmt: skip


def _root(told: Told, lives: Mapping[UUID, Told]) -> Told:
    while told.state.status is Status.JOINED:
        assert told.state.lead is not None
        told = lives[told.state.lead]
    return told


def counts(histories: Histories, by: str) -> Counter[tuple[str | None, str, str | None]]:
    value: Callable[[Told], str | None] = {
        "agency": lambda told: told.agency if told.seen else None,
        "region": lambda told: told.region if told.seen else None,
        "sector": lambda told: told.state.sector if told.seen else None,
        "class": lambda told: told.state.class_.value,
        "status": lambda told: told.state.status.value,
    }[by]
    wholes = [told for told in everything(histories) if told.state.whole is None]
    reasons = {told.state.id: told.state.closed.value if told.state.closed else None for told in wholes}
    return Counter((value(told), told.state.status.value, reasons[told.state.id]) for told in wholes)


# --- The charts


class Asked(NamedTuple):
    """Which reports: received, closed or returned from one day to another, of an agency, in a region."""

    since: date
    until: date
    agency: str | None = None
    region: str | None = None

    def takes(self, told: Told) -> bool:
        """By agency and region."""
        inside = self.region is None or f"{told.region or ''}.".startswith(f"{self.region}.")
        return told.seen and inside and self.agency in (None, told.agency)

    def within(self, at: datetime) -> bool:
        return self.since <= local_day(at) <= self.until


def received(histories: Histories, asked: Asked) -> list[Told]:
    """The public reports received in this time."""
    return [told for told in everything(histories) if asked.takes(told) and asked.within(told.state.received_at)]


def closings(histories: Histories, asked: Asked) -> list[Told]:
    """The public reports closed in this time, and closed still."""
    found = [told for told in everything(histories) if asked.takes(told) and told.closed]
    return [told for told in found if told.state.closed_at is not None and asked.within(told.state.closed_at)]


def is_open(told: Told) -> bool:
    return told.state.status not in (Status.CLOSED, Status.JOINED)


def timely(told: Told, registry: Registry, now: datetime) -> str | None:
    """`on_time`, `late`, `waiting`, or None: no answer is owed."""
    if told.state.status is Status.JOINED:
        return None
    if any(isinstance(each.fact, DeadlineMissed) and each.fact.clock is Clock.SETTLE for each in told.history):
        return "late"
    first = next((each for each in told.history if isinstance(each.fact, ResponseGiven)), None)
    if first is not None:
        then = fold(new(told.state.id), told.history[: first.version])  # who held it when it was answered
        due = settle_due(
            then._replace(class_=told.state.class_, stops=told.state.stops), date_context(then, registry, POLICIES)
        )
        return "on_time" if first.fact.at <= due.due_at else "late"
    if told.closed:
        return None
    if paused(told.state, registry, POLICIES):
        return "waiting"
    return "late" if now >= settle_due(told.state, date_context(told.state, registry, POLICIES)).due_at else "waiting"


def returns(histories: Histories, asked: Asked) -> Counter[tuple[str, str]]:
    """Who returned to whom, in this time."""
    found: Counter[tuple[str, str]] = Counter()
    for told in everything(histories):
        if asked._replace(agency=None).takes(told):
            found.update(pair for at, *pair in _returns(told) if asked.within(at) for pair in [tuple(pair)])  # type: ignore[misc]
    return Counter({pair: n for pair, n in found.items() if asked.agency is None or asked.agency in pair})


def _returns(told: Told) -> Iterable[tuple[datetime, str, str]]:
    for index, each in enumerate(told.history):
        if isinstance(each.fact, ComplaintReturned) and each.fact.scope == "agency":
            later = [after.fact for after in told.history[index + 1 :]]
            next_ = next(
                (f for f in later if isinstance(f, ComplaintRouted | ComplaintReferred | ArbitrationOpened)), None
            )
            to = (
                next_.agency
                if isinstance(next_, ComplaintRouted)
                else {ComplaintReferred: "desk", ArbitrationOpened: "arbiter"}.get(type(next_), "router")
            )
            yield each.fact.at, each.fact.agency, to


MILESTONES = {
    "placed": (ComplaintRouted,), "begun": (ComplaintAcknowledged, ResponseGiven), "answered": (ResponseGiven,),
}  # fmt: skip


def waits(told: Told, milestone: str, now: datetime) -> tuple[int, bool]:
    """Hours from receipt to the milestone, and whether it was reached; else until it was closed or joined, or now.
    Between full hours; whole days from three days on.
    """
    reached = told.at(*MILESTONES[milestone])
    ended = told.state.closed_at if told.closed else told.state.stage.at if told.state.status is Status.JOINED else None
    end = reached or ended or now
    hours = max(timedelta(), _hour(end) - _hour(told.state.received_at)) // timedelta(hours=1)
    return (hours if hours < 72 else hours - hours % 24), reached is not None


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
