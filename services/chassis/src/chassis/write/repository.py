"""Repository of complaints: loads, folds, decrypts, encodes and caches their streams.

A part is sealed under the key of its whole, so the owner of a stream's key is read from its first event.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pydantic_core import from_json

from chassis.base.ports import Append, Appended, KeyRing, Store
from chassis.tracing import spans
from chassis.write.cache import CacheEntry, StreamCache
from chassis.write.level import FeatureLevel
from chassis.write.loaded import LoadedStream, empty_stream, known_facts
from schemas.base.envelope import NO_STREAM, Actor, Metadata, NewEvent, RecordedEvent
from schemas.base.ids import event_id
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY, complaint_id, complaint_stream
from schemas.complaint.fold import RecordedFact, fold
from schemas.events.base import Fact
from schemas.events.codec import UnknownEvent, encode
from schemas.events.router import PartOpened
from schemas.registry.fold import Registry, fold_registry

NOW: Final[Mapping[UUID, int]] = MappingProxyType({})
"""For `at_least`: every complaint at the store's newest version."""

YIELD_AFTER: Final = 32
"""Complaints folded before other tasks run: a view's page must not block the loop."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is written, and when (domain time, UTC).

    `causation_id`: a command's id, or the id of the fact that leads to this; never a message's id. `ordinal` is set for
    timers only (from clock, rung and repetition); otherwise the index in the append is used. `request`: a client's
    canonical request, to detect the same key with another request. `each`: a cause per fact, where the facts of one
    append have different ones (timers, receipts). `former`: causation ids of the same request by earlier versions.
    `actor`: who gave the command, as their token said.
    """

    causation_id: UUID
    correlation_id: UUID
    at: datetime
    ordinal: int | None = None
    request: bytes | None = None
    each: "tuple[Cause, ...]" = ()
    former: tuple[UUID, ...] = ()
    actor: Actor | None = None


class Repository:
    """Streams of one store, written in one service's name."""

    def __init__(
        self,
        store: Store,
        keyring: KeyRing,
        writer: str,
        cache: StreamCache | None = None,
        *,
        records_actors: bool = True,
        level: FeatureLevel | None = None,
    ) -> None:
        """Without `cache`, nothing is cached between loads. `records_actors`: see the setting `record_actors`. `level`:
        what may be written; by default everything that this version knows.
        """
        self.store, self.keyring, self.writer, self._records_actors = store, keyring, writer, records_actors
        self._cache, self._level = cache or StreamCache(limit=0), level or FeatureLevel()

    @cached_property
    def reader(self) -> "Repository":
        """The same streams for whoever shows, counts or copies them: facts of a newer version are carried (they count
        as versions and change nothing else). Nothing may be decided on what it loads.
        """
        return Reader(self.store, self.keyring, self.writer, self._cache)

    async def load(self, complaint: UUID) -> LoadedStream:
        """The present complaint; `state.version` is -1 if there is none."""
        return (await self.load_many([complaint]))[0]

    async def load_many(self, complaints: Sequence[UUID], at_least: Mapping[UUID, int] = NOW) -> list[LoadedStream]:
        """Many complaints in the given order, as the store holds them now. For those in `at_least` that version is new
        enough, so that the cache may suffice.
        """
        cached = self._cache.find(complaints)
        known = {complaint: one.loaded for complaint, one in cached.items()}
        behind = [each for each in dict.fromkeys(complaints) if not _reaches(known.get(each), at_least.get(each))]
        known |= await self._read(behind, cached)
        return self._allowed([known[complaint] for complaint in complaints])

    async def load_for(self, events: Sequence[RecordedEvent]) -> list[LoadedStream]:
        """The complaints of these events, at the events' versions or later."""
        versions: dict[str, int] = {}
        for event in events:
            versions[event.stream] = max(event.version, versions.get(event.stream, NO_STREAM))
        newest = {complaint_id(stream): version for stream, version in versions.items()}
        return await self.load_many(list(newest), newest)

    async def load_with(self, events: Sequence[RecordedEvent]) -> list[LoadedStream]:
        """As `load_for`, but folds these events onto cached states and reads only what is missing."""
        by_stream: dict[str, list[RecordedEvent]] = {}
        for event in events:
            by_stream.setdefault(event.stream, []).append(event)
        added = {complaint_id(stream): of_one for stream, of_one in by_stream.items()}
        cached = self._cache.find(added)
        new = {each: _new_events(events, cached.get(each)) for each, events in added.items()}
        known = await self._fold_on({each: events for each, events in new.items() if events is not None}, cached)
        missing = [each for each in added if each not in known or known[each].state.erased]
        known |= await self._read(missing, cached)
        return self._allowed([known[each] for each in added])

    def _allowed(self, loaded: list[LoadedStream]) -> list[LoadedStream]:
        # What a newer version wrote may have changed everything: who decides without it would guess.
        for each in loaded:
            each.require_known()
        return loaded

    async def with_keys(self, loaded: LoadedStream, owner: UUID) -> LoadedStream:
        """`loaded` with keys to seal with; commits a new key before anything is appended."""
        return loaded._replace(keys=(await self.keyring.ensure([owner]))[owner])

    async def registry(self, known: Registry | None = None) -> Registry:
        """The present registry, folded from `known` on."""
        state = known or Registry()
        return known_registry(_registry(state, await self.store.read(REGISTRY, state.version + 1)))

    async def registry_after(self, known: Registry, last: UUID | None) -> tuple[Registry, UUID | None]:
        """As `registry`, also with facts of a newer version, and the id of its last event. `last`: the id of `known`'s
        last event; if the store has another one there (an older copy was restored), the registry is folded from the
        beginning.
        """
        history = await self.store.read(REGISTRY, max(known.version, 0))
        if last is not None:
            if not history or history[0].id != last:
                return await self.registry_after(Registry(), None)
            history = history[1:]
        return _registry(known, history), history[-1].id if history else last

    def prepare(self, loaded: LoadedStream, facts: Sequence[Fact], cause: Cause) -> Append:
        """The append that adds these facts at the version that was folded.

        Raises:
            KeyError: a fact has text to seal and the complaint's keys are destroyed.
            UnknownEvent: the stream holds a fact of a newer version.
            NotFinished: the version before may still run, and does not know this kind of fact.
        """
        loaded.require_known()
        events = self.encode(loaded.stream, facts, cause, loaded.keys)
        return Append(loaded.stream, loaded.state.version, events, loaded.ids)

    def remember(self, loaded: LoadedStream, facts: Sequence[Fact], append: Append, appended: Appended) -> None:
        """Add what was just written to the cache, so that it need not be read again."""
        complaint = loaded.state.id
        cached = self._cache.find([complaint]).get(complaint)
        if not appended.written or cached is None or cached.loaded.state.version != append.expected_version:
            return
        first = append.expected_version + 1
        pairs = zip(facts, append.events, strict=True)
        state = fold(loaded.state, [RecordedFact(fact, event.id, first + n) for n, (fact, event) in enumerate(pairs)])
        added = [
            RecordedEvent(*event, loaded.stream, first + n, appended.position, fact.at)
            for n, (fact, event) in enumerate(zip(facts, append.events, strict=True))
        ]
        grown = LoadedStream(loaded.stream, state, loaded.keys, [*loaded.recorded, *added])
        self._cache.keep(complaint, CacheEntry(grown, cached.born_s))

    def encode(self, stream: str, facts: Sequence[Fact], cause: Cause, keys: Keys) -> list[NewEvent]:
        """The facts as events, with derived ids and metadata."""
        if cause.each:
            pairs = zip(facts, cause.each, strict=True)
            return [event for fact, own in pairs for event in self.encode(stream, [fact], own, keys)]
        for fact in facts:
            self._level.require(type(fact).__name__)
        metadata = Metadata(
            writer=self.writer,
            correlation_id=cause.correlation_id,
            causation_id=cause.causation_id,
            at=cause.at,
            request=keys.mac(cause.request) if cause.request is not None and keys.generations else None,
            actor=cause.actor if self._records_actors else None,
            traceparent=spans.traceparent(stream),
        )
        return [
            encode(fact, event_id(stream, cause.causation_id, type(fact).__name__, ordinal), metadata, keys)
            for ordinal, fact in enumerate(facts, start=cause.ordinal or 0)
        ]

    async def _read(self, complaints: Sequence[UUID], cached: Mapping[UUID, CacheEntry]) -> dict[UUID, LoadedStream]:
        """Read from the store what the cache does not hold."""
        if not complaints:
            return {}
        # The last cached event is read again: after an older store was restored, it is not there any more.
        starts = [cached[each].loaded.state.version if each in cached else 0 for each in complaints]
        streams = [complaint_stream(each) for each in complaints]
        histories = dict(zip(complaints, await self.store.read_many(streams, starts), strict=True))
        lost = [each for each in complaints if each in cached and not _continues(cached[each].loaded, histories[each])]
        self._cache.drop(lost)
        added = {each: events[each in cached :] for each, events in histories.items() if each not in lost}
        loaded = await self._fold_on(added, cached)
        # A state folded before an erasure still holds the text: fold again, with the present keys.
        erased = [each for each, one in loaded.items() if one.state.erased and each in cached]
        return loaded | await self._read([*erased, *lost], {})

    async def _fold_on(
        self, added: Mapping[UUID, Sequence[RecordedEvent]], cached: Mapping[UUID, CacheEntry]
    ) -> dict[UUID, LoadedStream]:
        """Fold these events onto the cached states, and cache the results."""
        now_s = self._cache.now_s()
        begun = {each: _key_owner(each, events) for each, events in added.items() if each not in cached}
        keys = await self.keyring.load(set(begun.values())) if begun else {}
        grown: dict[UUID, LoadedStream] = {}
        for number, (each, events) in enumerate(added.items(), start=1):
            if number % YIELD_AFTER == 0:
                await asyncio.sleep(0)
            base = cached.get(each)
            loaded = (empty_stream(each, keys[begun[each]]) if base is None else base.loaded).extended(events)
            self._cache.keep(each, CacheEntry(loaded, now_s if base is None else base.born_s))
            grown[each] = loaded
        return grown


class Reader(Repository):
    """See `Repository.reader`."""

    def _allowed(self, loaded: list[LoadedStream]) -> list[LoadedStream]:
        return loaded


def _registry(known: Registry, history: Sequence[RecordedEvent]) -> Registry:
    facts, unknown = known_facts(history, Keys())
    state = fold_registry(known, facts)
    return state._replace(version=history[-1].version, unknown=(*known.unknown, *unknown)) if unknown else state


def known_registry(registry: Registry) -> Registry:
    """The registry, for whoever decides by it. Raises UnknownEvent: it holds a fact of a newer version."""
    if registry.unknown:
        raise UnknownEvent(registry.unknown[0])
    return registry


def _reaches(loaded: LoadedStream | None, version: int | None) -> bool:
    return loaded is not None and version is not None and loaded.state.version >= version


def _continues(loaded: LoadedStream, events: Sequence[RecordedEvent]) -> bool:
    """Whether these events, read from the last loaded version on, begin with the last loaded one."""
    return bool(events) and events[0].id == loaded.recorded[-1].id


def _new_events(events: Sequence[RecordedEvent], cached: CacheEntry | None) -> list[RecordedEvent] | None:
    """Those of a stream's events that are not folded yet; None: events before them are missing."""
    version = cached.loaded.state.version if cached is not None else NO_STREAM
    fresh = [event for event in events if event.version > version]
    return (
        fresh if not fresh or (fresh[0].version == version + 1 and fresh[-1].version == version + len(fresh)) else None
    )


def _key_owner(complaint: UUID, history: Sequence[RecordedEvent]) -> UUID:
    if history and history[0].type == PartOpened.__name__:
        return UUID(from_json(history[0].data)["whole"])
    return complaint
