"""Loading and writing complaints: streams, keys and the fold put together. Every service stands on this.

A part is sealed under its whole's key, so whose key a stream needs is read off its first event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic_core import from_json

from chassis.ports import Append, KeyRing, Store
from schemas.codec import decode, encode
from schemas.complaint import Complaint, new
from schemas.envelope import Metadata, NewEvent, RecordedEvent
from schemas.events.base import Fact
from schemas.events.router import PartOpened
from schemas.evolve import Told, fold
from schemas.ids import event_id
from schemas.registry import Registry, fold_registry
from schemas.sealed import Keys
from schemas.streams import REGISTRY, complaint_stream


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is written, and when (domain time, UTC).

    `causation_id` is a move's id, or the fact in the stream that asks for it: never a message's id. `ordinal`
    is set for timers alone (their clock, rung and repetition number); otherwise the index in the append counts.
    `request` is the canonical request of a client, so that the same key with another request is told apart.
    """

    causation_id: UUID
    correlation_id: UUID
    at: datetime
    ordinal: int | None = None
    request: bytes | None = None


class Loaded(NamedTuple):
    """A complaint as the store holds it now."""

    stream: str
    state: Complaint
    keys: Keys
    recorded: Sequence[RecordedEvent]

    @property
    def ids(self) -> frozenset[UUID]:
        """The event ids in the stream."""
        return frozenset(event.id for event in self.recorded)

    def told(self) -> list[Told]:
        """Its facts, in order."""
        return [Told(decode(event, self.keys), event.id, event.version) for event in self.recorded]


class Ledger:
    """Streams of one store, written in one service's name."""

    def __init__(self, store: Store, keyring: KeyRing, writer: str) -> None:
        self.store, self.keyring, self.writer = store, keyring, writer

    async def load(self, complaint: UUID) -> Loaded:
        """The complaint now; `state.version` is -1 if there is none."""
        return (await self.load_many([complaint]))[0]

    async def load_many(self, complaints: Sequence[UUID]) -> list[Loaded]:
        """Many complaints, in the order asked."""
        streams = [complaint_stream(complaint) for complaint in complaints]
        histories = await self.store.read_many(streams)
        owners = [_key_owner(complaint, history) for complaint, history in zip(complaints, histories, strict=True)]
        keys = await self.keyring.load(set(owners))
        parts = zip(complaints, streams, histories, owners, strict=True)
        return [_loaded(complaint, stream, history, keys[owner]) for complaint, stream, history, owner in parts]

    async def with_keys(self, loaded: Loaded, owner: UUID) -> Loaded:
        """The same with keys to write under: the key is made, and committed, before anything is appended."""
        return loaded._replace(keys=(await self.keyring.ensure([owner]))[owner])

    async def registry(self, known: Registry | None = None) -> Registry:
        """The registry now, folded on from what is already known."""
        state = known or Registry()
        history = await self.store.read(REGISTRY, state.version + 1)
        return fold_registry(state, [Told(decode(event), event.id, event.version) for event in history])

    def prepare(self, loaded: Loaded, facts: Sequence[Fact], cause: Cause) -> Append:
        """The append that adds these facts at the version that was folded.

        Raises:
            KeyError: there is text to seal and the complaint's keys are destroyed.
        """
        events = self.encode(loaded.stream, facts, cause, loaded.keys)
        return Append(loaded.stream, loaded.state.version, events, loaded.ids)

    def encode(self, stream: str, facts: Sequence[Fact], cause: Cause, keys: Keys) -> list[NewEvent]:
        """The facts as events with derived ids and this service's name."""
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


def _loaded(complaint: UUID, stream: str, history: Sequence[RecordedEvent], keys: Keys) -> Loaded:
    told = (Told(decode(event, keys), event.id, event.version) for event in history)
    return Loaded(stream, fold(new(complaint), told), keys, history)


def _key_owner(complaint: UUID, history: Sequence[RecordedEvent]) -> UUID:
    if history and history[0].type == PartOpened.__name__:
        return UUID(from_json(history[0].data)["whole"])
    return complaint
