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
from router.history.counterfactual import OutcomePair, counterfactual, report, usual_desk_time
from router.history.labels import TrainingLabel, mandates_by_agency, training_labels
from router.history.outcomes import placement_outcome
from router.placement.context import PlacementContext, Precedent, PrecedentKey
from router.placement.precedents import stored_key
from router.reading.model_files import default
from router.reading.reader import Reader, likeliest_sectors
from router.registry.mandates import MandateIndex
from schemas.base.sealed import Keys
from schemas.base.streams import COMPLAINT_PREFIX, REGISTRY, complaint_id
from schemas.complaint.fold import RecordedFact
from schemas.deadlines.policies import Policies
from schemas.events.base import Fact
from schemas.events.codec import decode
from schemas.events.intake import ComplaintFiled
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


async def registry_periods(repository: Repository) -> list[RegistryPeriod]:
    """The registry after each of its events, oldest first; of several events at one moment, after the last."""
    state, periods = Registry(), list[RegistryPeriod]()
    for event in await repository.store.read(REGISTRY):
        recorded = RecordedFact(decode(event, Keys()), event.id, event.version)
        state = evolve_registry(state, recorded)
        assert isinstance(recorded.fact, Fact)
        if periods and periods[-1].since >= recorded.fact.at:
            periods[-1] = periods[-1]._replace(registry=state)
        else:
            periods.append(RegistryPeriod(recorded.fact.at, state))
    return periods


async def index(repository: Repository, since: datetime | None = None) -> tuple[list[UUID], list[DatedPrecedent]]:
    """The complaints filed since, in the order of filing, and every precedent. Sealed text is not read."""
    filed, precedents, after = list[UUID](), list[DatedPrecedent](), None
    while True:
        page = await repository.store.read_all(after, (COMPLAINT_PREFIX,))
        for event in page.events:
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
    """Every training label, in the order of filing."""
    filed, _ = await index(repository, since)
    periods = await registry_periods(repository)
    mandates = mandates_by_agency(periods[-1].registry if periods else Registry())
    scores = likeliest_sectors(default()[0])
    async for loaded in read_back(repository, filed):
        if (outcome := placement_outcome(loaded.state.id, loaded.facts())) is not None:
            for label in training_labels(loaded.state, outcome, mandates, scores):
                yield label


async def replay(
    repository: Repository,
    policies: Policies,
    reader: Callable[[Registry], Reader],
    *,
    registry_at: datetime | None = None,
    since: datetime | None = None,
) -> dict[str, Any]:
    """Owner changes, avoided returns and days saved (see `counterfactual.report`), had `reader` read all along."""
    filed, precedents = await index(repository, since)
    contexts = HistoricalContext(await registry_periods(repository), precedents, policies, reader, registry_at)
    outcomes = [
        outcome
        async for loaded in read_back(repository, filed)
        if not loaded.state.erased and (outcome := placement_outcome(loaded.state.id, loaded.facts())) is not None
    ]
    desk = usual_desk_time(outcomes)
    pairs = [OutcomePair(each, counterfactual(each, contexts.at(each.filed.received_at), desk)) for each in outcomes]
    return report(pairs, len(filed) - len(outcomes))
