"""Reads all history once more: with another model, or another day's registry. Nothing is written, no stream is touched.

Each complaint is asked about with the registry and the precedents of its own day, unless a day is named.
"""

from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
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
from router.history.outcomes import PlacementOutcome, placement_outcome
from router.placement.context import PlacementContext, Precedent, PrecedentKey
from router.placement.precedents import precedent_key
from router.reading.model_files import default
from router.reading.reader import Reader, likeliest_sectors
from router.registry.mandates import MandateIndex
from schemas.base.sealed import Keys
from schemas.base.streams import COMPLAINT_PREFIX, REGISTRY, complaint_id
from schemas.base.values import Basis
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
    """A stretch of history: from this moment on the registry was this."""

    since: datetime
    registry: Registry


class DatedPrecedent(NamedTuple):
    """A decision of the arbiter, and for what it is a precedent."""

    at: datetime
    key: PrecedentKey
    precedent: Precedent


class HistoricalContext:
    """What was known besides the complaints, day by day; or as of one day, `fixed_at`, throughout."""

    def __init__(
        self,
        chapters: Sequence[RegistryPeriod],
        rulings: Sequence[DatedPrecedent],
        policies: Policies,
        reader: Callable[[Registry], Reader],
        fixed_at: datetime | None = None,
    ) -> None:
        self._chapters, self._policies, self._reader, self._fixed_at = chapters, policies, reader, fixed_at
        self._rulings = sorted(rulings, key=lambda each: each.at)
        self._known: dict[int, tuple[MandateIndex, Reader]] = {}

    def at(self, moment: datetime) -> PlacementContext:
        """What was known at that moment."""
        index = bisect_right(self._chapters, self._fixed_at or moment, key=lambda each: each.since) - 1
        if index not in self._known:
            registry = self._chapters[index].registry if index >= 0 else Registry()
            self._known = {index: (MandateIndex(registry), self._reader(registry))}
        rulings = self._rulings[: bisect_right(self._rulings, moment, key=lambda each: each.at)]
        precedents: Mapping[PrecedentKey, Precedent] = {each.key: each.precedent for each in rulings}
        return PlacementContext(*self._known[index], precedents, self._policies)


async def chapters(repository: Repository) -> list[RegistryPeriod]:
    """The registry after each of its facts, oldest first; of facts of one moment the last."""
    state, found = Registry(), list[RegistryPeriod]()
    for event in await repository.store.read(REGISTRY):
        told = RecordedFact(decode(event, Keys()), event.id, event.version)
        state = evolve_registry(state, told)
        assert isinstance(told.fact, Fact)
        if found and found[-1].since >= told.fact.at:
            found[-1] = found[-1]._replace(registry=state)
        else:
            found.append(RegistryPeriod(told.fact.at, state))
    return found


async def index(repository: Repository, since: datetime | None = None) -> tuple[list[UUID], list[DatedPrecedent]]:
    """The complaints filed since, in the order of filing, and every precedent. Sealed text is not looked at."""
    filed, rulings, after = list[UUID](), list[DatedPrecedent](), None
    while True:
        page = await repository.store.read_all(after, (COMPLAINT_PREFIX,))
        for event in page.events:
            if event.type == ComplaintFiled.__name__:
                told = from_json(event.data)
                if since is None or datetime.fromisoformat(told["received_at"]) >= since:
                    filed.append(complaint_id(event.stream))
            elif event.type == ComplaintRouted.__name__ and (ruling := _ruling(event.stream, event.data)) is not None:
                rulings.append(ruling)
        after = page.position
        if page.caught_up:
            return filed, rulings


def _ruling(stream: str, data: bytes) -> DatedPrecedent | None:
    told = from_json(data)
    if told["cause"] != "binding" or (key := precedent_key(Basis.model_validate(told["basis"]))) is None:
        return None
    named = Precedent(told["agency"], told.get("unit"), str(complaint_id(stream)))
    return DatedPrecedent(datetime.fromisoformat(told["at"]), key, named)


async def read_back(repository: Repository, complaints: Sequence[UUID]) -> AsyncIterator[LoadedStream]:
    """Each complaint; one that cannot be read is named in the log and left out."""
    for start in range(0, len(complaints), BATCH):
        batch = complaints[start : start + BATCH]
        try:
            loaded = await repository.load_many(batch)
        except UNREADABLE:
            loaded = [each for one in batch for each in await _alone(repository, one)]
        for each in loaded:
            yield each


async def _alone(repository: Repository, complaint: UUID) -> list[LoadedStream]:
    try:
        return [await repository.load(complaint)]
    except UNREADABLE as error:
        log.error("left out", complaint=str(complaint), because=reason(error))
        return []


async def examples(repository: Repository, since: datetime | None = None) -> AsyncIterator[TrainingLabel]:
    """Everything that history teaches, in the order of filing."""
    filed, _ = await index(repository, since)
    told = await chapters(repository)
    known, reads = mandates_by_agency(told[-1].registry if told else Registry()), likeliest_sectors(default()[0])
    async for loaded in read_back(repository, filed):
        if (found := placement_outcome(loaded.state.id, loaded.facts())) is not None:
            for example in training_labels(loaded.state, found, known, reads):
                yield example


async def replay(
    repository: Repository,
    policies: Policies,
    reader: Callable[[Registry], Reader],
    *,
    registry_at: datetime | None = None,
    since: datetime | None = None,
) -> dict[str, Any]:
    """Owner changes, avoided returns and days saved (see `replaying.report`), had `reader` read all along."""
    filed, rulings = await index(repository, since)
    world = HistoricalContext(await chapters(repository), rulings, policies, reader, registry_at)
    pasts = [found async for loaded in read_back(repository, filed) if (found := _replayable(loaded)) is not None]
    desk = usual_desk_time(pasts)
    beside = [OutcomePair(each, counterfactual(each, world.at(each.filed.received_at), desk)) for each in pasts]
    return report(beside, len(filed) - len(pasts))


def _replayable(loaded: LoadedStream) -> PlacementOutcome | None:
    """None: forgotten, joined or not placed yet."""
    return None if loaded.state.erased else placement_outcome(loaded.state.id, loaded.facts())
