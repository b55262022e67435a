"""Holds records of our own topics against the store: anybody who can write to a topic can claim anything.

A record with a valid signature is one that the relay published. Any other one (from before signatures, a copy, a
stranger's) counts only if the store holds the event that it names; what is used is then the store's event.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from chassis.base.errors import Poison
from chassis.base.message import Message
from chassis.base.ports import Checkpoint, Store, holds
from chassis.kafka.cloudevents import is_complaint_stream, to_recorded
from chassis.kafka.signature import Signer
from schemas.base.envelope import RecordedEvent


class Checked(NamedTuple):
    """Records by what they are: signed by the relay, held by the store although not signed, or foreign with the reason
    (without a word of the record's content).
    """

    signed: Sequence[tuple[Message, RecordedEvent]]
    held: Sequence[tuple[Message, RecordedEvent]]
    foreign: Sequence[tuple[Message, str]]


class RecordVerifier:
    """Checks records of `complaint-events`."""

    def __init__(self, store: Store, key: bytes | None = None) -> None:
        """`key`: see `chassis.kafka.signature.signing_key`; without it every record is held against the store."""
        self.store, self._key = store, key
        self._signer: Signer | None = None

    async def check(self, messages: Sequence[Message], *, trust: bool = True) -> Checked:
        """Sort these records, each list in the given order. Without `trust` a signature does not suffice.

        Raises:
            StoreUnavailable: ask again.
        """
        signer = await self._get_signer() if trust else None
        signed: list[tuple[Message, RecordedEvent]] = []
        unsure: list[tuple[Message, RecordedEvent]] = []
        foreign: list[tuple[Message, str]] = []
        for message in messages:
            try:
                event = to_recorded(message)
            except Poison as poison:
                foreign.append((message, poison.reason))
                continue
            known = signer is not None and signer.signed(message, dict(message.headers))
            (signed if known else unsure).append((message, event))
        held, others = await self._held(unsure) if unsure else ((), ())
        return Checked(signed, held, [*foreign, *others])

    async def holds(self, checkpoint: Checkpoint) -> bool:
        """See `chassis.base.ports.holds`."""
        return await holds(self.store, checkpoint)

    async def _held(
        self, unsure: Sequence[tuple[Message, RecordedEvent]]
    ) -> tuple[list[tuple[Message, RecordedEvent]], list[tuple[Message, str]]]:
        versions: dict[str, int] = {}
        for _, event in unsure:
            if is_complaint_stream(event.stream):
                versions[event.stream] = min(event.version, versions.get(event.stream, event.version))
        histories = await self.store.read_many(list(versions), list(versions.values())) if versions else ()
        stored = {(event.stream, event.id): event for history in histories for event in history}
        held: list[tuple[Message, RecordedEvent]] = []
        foreign: list[tuple[Message, str]] = []
        for message, event in unsure:
            if (found := stored.get((event.stream, event.id))) is not None and found.version == event.version:
                held.append((message, found))
            else:
                foreign.append((message, _absent(event)))
        return held, foreign

    async def _get_signer(self) -> Signer | None:
        if self._signer is None and self._key is not None:
            self._signer = Signer(self._key, await self.store.store_id())
        return self._signer


def _absent(event: RecordedEvent) -> str:
    if not is_complaint_stream(event.stream):
        return "ce_stream is not the name of a complaint's stream"
    return f"the store does not hold event {event.id} as version {event.version} of the complaint that ce_stream names"


def complaint_of(event: RecordedEvent) -> UUID:
    """The complaint of a checked event."""
    return UUID(event.stream.partition("-")[2])
