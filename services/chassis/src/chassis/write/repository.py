"""Loading and writing complaints: streams, keys and the fold put together. Every service stands on this.

A part is sealed under its whole's key, so whose key a stream needs is read off its first event.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pydantic_core import from_json

from chassis.base.ports import Append, Appended, KeyRing, Store
from chassis.write.cache import CacheEntry, StreamCache
from chassis.write.loaded import LoadedStream, empty_stream
from schemas.base.envelope import NO_STREAM, Metadata, NewEvent, RecordedEvent
from schemas.base.ids import event_id
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY, complaint_id, complaint_stream
from schemas.complaint.fold import RecordedFact, fold
from schemas.events.base import Fact
from schemas.events.codec import decode, encode
from schemas.events.router import PartOpened
from schemas.registry.fold import Registry, fold_registry

NOW: Final[Mapping[UUID, int]] = MappingProxyType({})
"""No version is new enough but the store's newest."""

AT_A_TIME: Final = 32
"""Complaints folded before others have their turn: a view's page must not hold up the road beside it."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is written, and when (domain time, UTC).

    `causation_id` is a move's id, or the fact in the stream that asks for it: never a message's id. `ordinal`
    is set for timers alone (their clock, rung and repetition number); otherwise the index in the append counts.
    `each`: one cause per fact, where the facts of one append have causes of their own (timers, receipts).
    `request` is the canonical request of a client, so that the same key with another request is told apart.
    """

    causation_id: UUID
    correlation_id: UUID
    at: datetime
    ordinal: int | None = None
    request: bytes | None = None
    each: "tuple[Cause, ...]" = ()


class Repository:
    """Streams of one store, written in one service's name."""

    def __init__(self, store: Store, keyring: KeyRing, writer: str, memory: StreamCache | None = None) -> None:
        """`memory`: what to remember between two loads; nothing, if none is given."""
        self.store, self.keyring, self.writer = store, keyring, writer
        self._memory = memory or StreamCache(most=0)

    async def load(self, complaint: UUID) -> LoadedStream:
        """The complaint now; `state.version` is -1 if there is none."""
        return (await self.load_many([complaint]))[0]

    async def load_many(self, complaints: Sequence[UUID], at_least: Mapping[UUID, int] = NOW) -> list[LoadedStream]:
        """Many complaints, in the order asked, as the store holds them now; those in `at_least` need only be as new as
        that version, so that what is remembered may do.
        """
        kept = self._memory.find(complaints)
        known = {complaint: one.loaded for complaint, one in kept.items()}
        behind = [each for each in dict.fromkeys(complaints) if not _reaches(known.get(each), at_least.get(each))]
        known |= await self._read(behind, kept)
        return [known[complaint] for complaint in complaints]

    async def load_for(self, events: Sequence[RecordedEvent]) -> list[LoadedStream]:
        """Each complaint that these events, whoever brought them, are about, at least as new as they are."""
        newest: dict[UUID, int] = {}
        for event in events:
            complaint = complaint_id(event.stream)
            newest[complaint] = max(event.version, newest.get(complaint, NO_STREAM))
        return await self.load_many(list(newest), newest)

    async def load_with(self, events: Sequence[RecordedEvent]) -> list[LoadedStream]:
        """Each complaint that these events of the store touched, at least as new as they are. Only what neither they
        nor the memory hold is read.
        """
        added: dict[UUID, list[RecordedEvent]] = {}
        for event in events:
            added.setdefault(complaint_id(event.stream), []).append(event)
        kept = self._memory.find(added)
        fresh = {each: _fresh(told, kept.get(each)) for each, told in added.items()}
        known = await self._fold_on({each: told for each, told in fresh.items() if told is not None}, kept)
        missing = [each for each in added if each not in known or known[each].state.erased]
        known |= await self._read(missing, kept)
        return [known[each] for each in added]

    async def with_keys(self, loaded: LoadedStream, owner: UUID) -> LoadedStream:
        """The same with keys to write under: the key is made, and committed, before anything is appended."""
        return loaded._replace(keys=(await self.keyring.ensure([owner]))[owner])

    async def registry(self, known: Registry | None = None) -> Registry:
        """The registry now, folded on from what is already known."""
        state = known or Registry()
        history = await self.store.read(REGISTRY, state.version + 1)
        return fold_registry(state, [RecordedFact(decode(event), event.id, event.version) for event in history])

    def prepare(self, loaded: LoadedStream, facts: Sequence[Fact], cause: Cause) -> Append:
        """The append that adds these facts at the version that was folded.

        Raises:
            KeyError: there is text to seal and the complaint's keys are destroyed.
        """
        events = self.encode(loaded.stream, facts, cause, loaded.keys)
        return Append(loaded.stream, loaded.state.version, events, loaded.ids)

    def remember(self, loaded: LoadedStream, facts: Sequence[Fact], append: Append, appended: Appended) -> None:
        """Remember what was just written: nobody here need read it again."""
        complaint = loaded.state.id
        kept = self._memory.find([complaint]).get(complaint)
        if not appended.written or kept is None or kept.loaded.state.version != append.expected_version:
            return
        first = append.expected_version + 1
        pairs = zip(facts, append.events, strict=True)
        state = fold(loaded.state, [RecordedFact(fact, event.id, first + n) for n, (fact, event) in enumerate(pairs)])
        added = [
            RecordedEvent(*event, loaded.stream, first + n, appended.position, fact.at)
            for n, (fact, event) in enumerate(zip(facts, append.events, strict=True))
        ]
        grown = LoadedStream(loaded.stream, state, loaded.keys, [*loaded.recorded, *added])
        self._memory.keep(complaint, CacheEntry(grown, kept.born_s))

    def encode(self, stream: str, facts: Sequence[Fact], cause: Cause, keys: Keys) -> list[NewEvent]:
        """The facts as events with derived ids and this service's name."""
        if cause.each:
            pairs = zip(facts, cause.each, strict=True)
            return [event for fact, own in pairs for event in self.encode(stream, [fact], own, keys)]
        metadata = Metadata(
            writer=self.writer,
            correlation_id=cause.correlation_id,
            causation_id=cause.causation_id,
            at=cause.at,
            request=keys.mac(cause.request) if cause.request is not None and keys.generations else None,
        )
        return [
            encode(fact, event_id(stream, cause.causation_id, type(fact).__name__, ordinal), metadata, keys)
            for ordinal, fact in enumerate(facts, start=cause.ordinal or 0)
        ]

    async def _read(self, complaints: Sequence[UUID], kept: Mapping[UUID, CacheEntry]) -> dict[UUID, LoadedStream]:
        """From the store, what is not kept."""
        if not complaints:
            return {}
        after = {each: kept[each].loaded.state.version if each in kept else NO_STREAM for each in complaints}
        streams = [complaint_stream(each) for each in complaints]
        histories = await self.store.read_many(streams, [version + 1 for version in after.values()])
        loaded = await self._fold_on(dict(zip(complaints, histories, strict=True)), kept)
        # What was folded before an erasure holds the text: begin again, with the keys as they are now.
        erased = [each for each, one in loaded.items() if one.state.erased and each in kept]
        return loaded | await self._read(erased, {})

    async def _fold_on(
        self, added: Mapping[UUID, Sequence[RecordedEvent]], kept: Mapping[UUID, CacheEntry]
    ) -> dict[UUID, LoadedStream]:
        """What comes of these events on top of what is kept; remembered."""
        now_s = self._memory.now_s()
        begun = {each: _key_owner(each, events) for each, events in added.items() if each not in kept}
        keys = await self.keyring.load(set(begun.values())) if begun else {}
        grown: dict[UUID, LoadedStream] = {}
        for number, (each, events) in enumerate(added.items(), start=1):
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
            base = kept.get(each)
            loaded = (empty_stream(each, keys[begun[each]]) if base is None else base.loaded).extended(events)
            self._memory.keep(each, CacheEntry(loaded, now_s if base is None else base.born_s))
            grown[each] = loaded
        return grown


def _reaches(loaded: LoadedStream | None, version: int | None) -> bool:
    return loaded is not None and version is not None and loaded.state.version >= version


def _fresh(events: Sequence[RecordedEvent], kept: CacheEntry | None) -> list[RecordedEvent] | None:
    """Those of a stream's events that are not folded in yet; None: some before them are missing."""
    version = kept.loaded.state.version if kept is not None else NO_STREAM
    fresh = [event for event in events if event.version > version]
    return fresh if not fresh or fresh[0].version == version + 1 else None


def _key_owner(complaint: UUID, history: Sequence[RecordedEvent]) -> UUID:
    if history and history[0].type == PartOpened.__name__:
        return UUID(from_json(history[0].data)["whole"])
    return complaint
