"""Replays all history with another model or another day's registry, and collects training labels. It writes nothing.

Each complaint is placed with the registry and the precedents of its own day, unless a day is given.
"""

from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog
from pydantic_core import from_json

from chassis.base.retry import UNREADABLE, reason
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from router.history.counterfactual import OutcomePair, counterfactual
from router.history.labels import TrainingLabel, imported_label, mandates_by_agency, training_labels
from router.history.other_policies import PolicyTally, SettleOutcome, settle_outcome
from router.history.outcomes import placement_outcome
from router.history.tally import ReplayTally
from router.placement.context import PlacementContext, Precedent, PrecedentKey
from router.placement.precedents import stored_key
from router.reading.model_files import default
from router.reading.reader import Reader, likeliest_sectors
from router.registry.mandates import MandateIndex
from schemas.base.sealed import Keys
from schemas.base.streams import COMPLAINT_PREFIX, IMPORTED_PREFIX, REGISTRY, complaint_id
from schemas.complaint.fold import RecordedFact
from schemas.deadlines.policies import Policies, with_decrees
from schemas.events.base import Fact
from schemas.events.codec import decode
from schemas.events.intake import CaseImported, ComplaintFiled
from schemas.events.router import ComplaintRouted
from schemas.registry.fold import Registry, evolve_registry

BATCH: Final = 200
log = structlog.get_logger(__name__)


class RegistryPeriod(NamedTuple):
    """The registry from this moment on."""

    since: datetime
    registry: Registry


class DatedPrecedent(NamedTuple):
    """A precedent and when it was decided."""

    at: datetime
    key: PrecedentKey
    precedent: Precedent


class HistoricalContext:
    """The placement context as of any moment; with `fixed_at` the registry of that moment throughout."""

    def __init__(
        self,
        periods: Sequence[RegistryPeriod],
        precedents: Sequence[DatedPrecedent],
        policies: Policies,
        reader: Callable[[Registry], Reader],
        fixed_at: datetime | None = None,
    ) -> None:
        self._periods, self._policies, self._reader, self._fixed_at = periods, policies, reader, fixed_at
        self._precedents = sorted(precedents, key=lambda each: each.at)
        self._cached: dict[int, tuple[MandateIndex, Reader]] = {}

    def at(self, moment: datetime) -> PlacementContext:
        """The context at that moment."""
        index = bisect_right(self._periods, self._fixed_at or moment, key=lambda each: each.since) - 1
        if index not in self._cached:
            registry = self._periods[index].registry if index >= 0 else Registry()
            self._cached = {index: (MandateIndex(registry), self._reader(registry))}
        known = self._precedents[: bisect_right(self._precedents, moment, key=lambda each: each.at)]
        return PlacementContext(*self._cached[index], {each.key: each.precedent for each in known}, self._policies)


async def registry_periods(repository: Repository, until: int | None = None) -> list[RegistryPeriod]:
    """The registry after each of its events up to the position `until`, oldest first; of several events at one moment,
    after the last.
    """
    state, periods = Registry(), list[RegistryPeriod]()
    for event in await repository.store.read(REGISTRY):
        if until is not None and event.position > until:
            break
        recorded = RecordedFact(decode(event, Keys()), event.id, event.version)
        state = evolve_registry(state, recorded)
        assert isinstance(recorded.fact, Fact)
        if periods and periods[-1].since >= recorded.fact.at:
            periods[-1] = periods[-1]._replace(registry=state)
        else:
            periods.append(RegistryPeriod(recorded.fact.at, state))
    return periods


async def index(
    repository: Repository, since: datetime | None = None, until: int | None = None
) -> tuple[list[UUID], list[DatedPrecedent]]:
    """The complaints filed since and up to the position `until`, in the order of filing, and every precedent. Sealed
    text is not read.
    """
    filed, precedents, after = list[UUID](), list[DatedPrecedent](), None
    while True:
        page = await repository.store.read_all(after, (COMPLAINT_PREFIX,))
        for event in page.events:
            if until is not None and event.position > until:
                return filed, precedents
            if event.type == ComplaintFiled.__name__:
                received_at = datetime.fromisoformat(from_json(event.data)["received_at"])
                if since is None or received_at >= since:
                    filed.append(complaint_id(event.stream))
            elif event.type == ComplaintRouted.__name__:
                data = from_json(event.data)
                if (key := stored_key(data)) is not None:
                    named = Precedent(data["agency"], data.get("unit"), str(complaint_id(event.stream)))
                    precedents.append(DatedPrecedent(datetime.fromisoformat(data["at"]), key, named))
        after = page.position
        if page.caught_up:
            return filed, precedents


async def read_back(repository: Repository, complaints: Sequence[UUID]) -> AsyncIterator[LoadedStream]:
    """Each complaint; one that cannot be read is logged and left out."""
    for start in range(0, len(complaints), BATCH):
        for each in await _readable(repository, complaints[start : start + BATCH]):
            yield each


async def _readable(repository: Repository, complaints: Sequence[UUID]) -> Sequence[LoadedStream]:
    try:
        return await repository.load_many(complaints)
    except UNREADABLE as error:
        if len(complaints) == 1:
            log.error("left out", complaint=str(complaints[0]), because=reason(error))
            return ()
    return [each for one in complaints for each in await _readable(repository, [one])]


async def examples(repository: Repository, since: datetime | None = None) -> AsyncIterator[TrainingLabel]:
    """Every training label: of complaints in the order of filing, then of the cases of other systems."""
    filed, _ = await index(repository, since)
    periods = await registry_periods(repository)
    mandates = mandates_by_agency(periods[-1].registry if periods else Registry())
    scores = likeliest_sectors(default()[0])
    async for loaded in read_back(repository, filed):
        if (outcome := placement_outcome(loaded.state.id, loaded.facts())) is not None:
            for label in training_labels(loaded.state, outcome, mandates, scores):
                yield label
    async for case in imported(repository, since):
        if (old := imported_label(case, mandates, scores)) is not None:
            yield old


async def imported(repository: Repository, since: datetime | None = None) -> AsyncIterator[CaseImported]:
    """The closed cases that were brought in from other systems, received since; without those that were erased."""
    after: int | None = None
    while True:
        page = await repository.store.read_all(after, (IMPORTED_PREFIX,))
        cases = [UUID(event.stream.removeprefix(IMPORTED_PREFIX)) for event in page.events]
        keys = await repository.keyring.load(cases) if cases else {}
        for case, event in zip(cases, page.events, strict=True):
            fact = decode(event, keys[case]) if keys[case].generations else None
            if isinstance(fact, CaseImported) and (since is None or fact.received_at >= since):
                yield fact
        after = page.position
        if page.caught_up:
            return


class ReplayedCase(NamedTuple):
    """One complaint of a replay. `settled`, `settled_otherwise`: under the policies of their time and the other one."""

    pair: OutcomePair | None
    complaint: UUID
    settled: SettleOutcome | None = None
    settled_otherwise: SettleOutcome | None = None


class Lab(NamedTuple):
    """What is tried on history. `until`: the store position up to which events count, so that a replay can be repeated;
    `now`: when open complaints are judged.
    """

    reader: Callable[[Registry], Reader]
    policies: Policies
    until: int
    now: datetime
    registry_at: datetime | None = None
    since: datetime | None = None
    other: Policies | None = None
    """Deadline policies to compare with those of the time."""


async def replayed(
    repository: Repository, lab: Lab, reached: Callable[[int, int], None] = lambda _done, _all: None
) -> AsyncIterator[ReplayedCase]:
    """Each complaint in the order of filing. Memory holds a batch, the ids and the precedents. `reached` is called with
    the number of complaints done and of all.
    """
    filed, precedents = await index(repository, lab.since, lab.until)
    periods = await registry_periods(repository, lab.until)
    registry = periods[-1].registry if periods else Registry()
    contexts = HistoricalContext(periods, precedents, lab.policies, lab.reader, lab.registry_at)
    done = 0
    async for whole in read_back(repository, filed):
        last = sum(event.position <= lab.until for event in whole.recorded) - 1
        loaded = whole if last == whole.state.version else whole.until(last)
        history = loaded.facts()
        yield ReplayedCase(
            _pair(loaded, history, contexts), loaded.state.id,
            *(settle_outcome(loaded.state, history, registry, each, lab.now) if lab.other else None
              for each in (with_decrees(lab.policies, registry), lab.other or lab.policies)),
        )  # fmt: skip
        done += 1
        reached(done, len(filed))


def _pair(loaded: LoadedStream, history: Sequence[RecordedFact], contexts: HistoricalContext) -> OutcomePair | None:
    outcome = None if loaded.state.erased else placement_outcome(loaded.state.id, history)
    if outcome is None:
        return None
    return OutcomePair(outcome, counterfactual(outcome, contexts.at(outcome.filed.received_at)))


async def replay(
    repository: Repository,
    lab: Lab,
    seen: Callable[[ReplayedCase], None] = lambda _case: None,
    reached: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[str, Any]:
    """Owner changes, avoided returns and days saved (`tally.ReplayTally`) and, with other policies, the dates that they
    would have met or missed. `seen` is called with each complaint.
    """
    tally, policies, skipped = ReplayTally(), PolicyTally(), 0
    async for case in replayed(repository, lab, reached):
        seen(case)
        policies.add(case.settled, case.settled_otherwise)
        if case.pair is None:
            skipped += 1
        else:
            tally.add(case.pair)
    told = {"position": lab.until, **tally.told(skipped)}
    return {**told, "deadlines": policies.told() if lab.other else None}
