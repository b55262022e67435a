"""Random histories that spread over months and regions, with parts, joins, returns, disputes, misses and erasures."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from uuid import UUID

from schemas.base.ids import derived_id
from schemas.base.values import Clock, Place
from schemas.complaint.fold import RecordedFact, allows, evolve
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.events.agency_inbox import ComplaintAcknowledged
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed, DeadlineMissed
from schemas.events.intake import ComplaintFiled
from schemas.events.router import ComplaintClassified, ComplaintRouted, PartOpened
from support.inbox import T0
from support.lives import BASIS
from support.strangers import Life, world

REGIONS = (None, "32", "32.73", "32.73.01", "32.73.02.1001", "31.71.01", "73.71", "91")
SECTORS = (None, "roads", "waste", "street-lighting", "health-service")
SPREAD = timedelta(days=150)
Told = dict[UUID, list[RecordedFact]]


def histories(random: Random, size: int) -> Told:
    """Facts by complaint, each as the lifecycle allows it. Every stream is in the order of its own time."""
    found: Told = {}
    for life in world(random, size):
        whole = found.get(life.whole.id) if life.whole is not None else None
        found[life.id] = list(_history(random, life, whole))
    return found


def _history(random: Random, life: Life, whole: list[RecordedFact] | None) -> Iterator[RecordedFact]:
    state: Complaint = new(life.id)
    at = T0 + random.random() * SPREAD if whole is None else whole[-1].fact.at
    for step in life.steps:
        for fact in _with_more(random, state, _placed(random, step.fact)):
            timed = fact.model_copy(update={"at": at, **({"received_at": at} if state.version < 0 else {})})
            if allows(state, type(timed)):
                recorded = RecordedFact(
                    timed, derived_id("timed", str(life.id), str(state.version + 1)), state.version + 1
                )
                state = evolve(state, recorded)
                yield recorded
            at += random.choice([timedelta(minutes=7), timedelta(hours=5), timedelta(days=2), timedelta(days=9)])


def _placed(random: Random, fact: Fact) -> Fact:
    region, sector = random.choice(REGIONS), random.choice(SECTORS)
    if isinstance(fact, ComplaintFiled | PartOpened):
        return fact.model_copy(update={"place": Place(region=region) if region else None})
    if isinstance(fact, ComplaintRouted):
        return fact.model_copy(update={"basis": fact.basis.model_copy(update={"region": region, "sector": sector})})
    return fact


def _with_more(random: Random, state: Complaint, fact: Fact) -> list[Fact]:
    """The fact, and before it perhaps what services would have recorded by then."""
    more: list[Fact] = []
    if state.version == 0 and state.whole is None and random.random() < 0.5:
        body = {
            "at": T0,
            "class": random.choice(["complaint", "information"]),
            "sector": random.choice(SECTORS),
            "basis": BASIS,
        }
        more.append(ComplaintClassified.model_validate(body))
    if state.status is Status.ROUTED and state.agency and random.random() < 0.5:
        more.append(ComplaintAcknowledged(at=T0, agency=state.agency))
    if state.agency and random.random() < 0.2:
        more.append(DeadlineMissed(at=T0, clock=Clock.SETTLE, started_version=0, due_at=T0))
    if state.status is Status.ANSWERED and random.random() < 0.3:
        more.append(ComplaintLapsed(at=T0, cause="silence"))
    return [*more, fact]
