"""The relay's checkpoint, written to Kafka in the same transactions as the events it covers.

Anybody who can write to the topic can write a checkpoint, so each is signed, and the furthest signed one counts. Those
of earlier versions have no signature and no event id: they count while there is no signed one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic_core import from_json, to_json

from chassis.base.cluster import Cluster
from chassis.base.errors import BrokerUnavailable, WrongStore
from chassis.base.message import Message
from chassis.kafka.clients import consumer, messages, running
from chassis.kafka.signature import SIGNATURE, Signer
from schemas.base.topics import RELAY_CHECKPOINT

KEY: Final = b"relay"
PARTITION: Final = TopicPartition(RELAY_CHECKPOINT, 0)
MARGIN: Final = 200
"""How many of the last offsets are read first; transaction markers use offsets too."""
LIMIT_S: Final = 30.0
RENEW: Final = "satupintu topics renew"


class OtherHistory(WrongStore):
    """The store does not hold the event that was published last: an older copy of it was restored."""


class RelayCheckpoint(NamedTuple):
    """Everything of store `store_id` up to `position` is in the topics of these ids; `event_id`: the event there."""

    store_id: UUID
    position: int
    topic_ids: Mapping[str, str]
    event_id: UUID | None = None

    def encoded(self) -> bytes:
        names = {"store_id": str(self.store_id), "position": self.position, "topic_ids": dict(self.topic_ids)}
        return to_json(names | ({"event_id": str(self.event_id)} if self.event_id else {}))


class FoundCheckpoint(NamedTuple):
    """A checkpoint as it was read from the topic, where anybody may write."""

    checkpoint: RelayCheckpoint
    signed: bool


def resume_after(found: RelayCheckpoint | None, store_id: UUID, topic_ids: Mapping[str, str]) -> RelayCheckpoint | None:
    """The checkpoint to publish after; None: from the beginning, since nothing was published or a topic was recreated.

    Raises:
        WrongStore: these topics were filled from another store.
    """
    if found is None:
        return None
    if found.store_id != store_id:
        raise WrongStore(
            f"the topics hold events of store {found.store_id}, but this is store {store_id}: "
            "use an empty Kafka, or the store that belongs to it"
        )
    return found if dict(found.topic_ids) == dict(topic_ids) else None


def refuse_other_history(checkpoint: RelayCheckpoint) -> OtherHistory:
    """The error for a checkpoint whose event the store does not hold, with the command that helps."""
    return OtherHistory(
        f"the topics hold events up to position {checkpoint.position} of a store that was newer than this one: "
        f"an older copy of the store was restored. Run `{RENEW}`: it deletes these topics, and the relay publishes "
        "the store again from the beginning"
    )


def choose(found: Sequence[FoundCheckpoint], store_id: UUID, topic_ids: Mapping[str, str]) -> RelayCheckpoint | None:
    """The checkpoint to trust: a signed one if there is any, of this store and these topics if there is any, and of
    those the furthest, because a copy of an old record may have been appended.
    """
    signed = [each.checkpoint for each in found if each.signed]
    of_store = [each for each in signed or [each.checkpoint for each in found] if each.store_id == store_id]
    here = [each for each in of_store if dict(each.topic_ids) == dict(topic_ids)]
    if here:
        return max(here, key=lambda each: each.position)
    others = of_store or signed or [each.checkpoint for each in found]
    return others[-1] if others else None


async def last_checkpoint(kafka: Cluster, key: bytes | None = None) -> list[FoundCheckpoint]:
    """The newest committed ones, at least one if there is any. Call it after the producer's start, which ends the
    predecessor's transaction. `key`: of the signatures.
    """
    async with running(consumer(kafka)) as client:
        client.assign([PARTITION])
        end = (await client.end_offsets([PARTITION]))[PARTITION]
        found = await _read(client, max(0, end - MARGIN), end, key)
        needed = any(each.signed for each in found) or (key is None and found) or end <= MARGIN
        return found if needed else await _read(client, 0, end, key)


async def _read(client: AIOKafkaConsumer, start: int, end: int, key: bytes | None) -> list[FoundCheckpoint]:
    client.seek(PARTITION, start)
    found: list[FoundCheckpoint] = []
    try:
        async with asyncio.timeout(LIMIT_S):
            while await client.position(PARTITION) < end:
                for records in (await client.getmany(timeout_ms=100)).values():
                    decoded = (decode(each, key) for each in messages(records))
                    found += [each for each in decoded if each is not None]
    except TimeoutError as error:
        raise BrokerUnavailable("the relay's checkpoint cannot be read: an open transaction?") from error
    return found


def decode(record: Message, key: bytes | None) -> FoundCheckpoint | None:
    """The checkpoint in a record; None: it holds none, somebody else wrote it."""
    try:
        body: Any = from_json(record.value or b"")
        event_id = UUID(body["event_id"]) if "event_id" in body else None
        topic_ids = {str(name): str(id_) for name, id_ in body["topic_ids"].items()}
        checkpoint = RelayCheckpoint(UUID(body["store_id"]), int(body["position"]), topic_ids, event_id)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
        return None
    given = dict(record.headers).get(SIGNATURE)
    signed = key is not None and given == checkpoint_signature(Signer(key, checkpoint.store_id), record.value or b"")
    return FoundCheckpoint(checkpoint, signed)


def checkpoint_signature(signer: Signer, value: bytes) -> bytes:
    """The signature of an encoded checkpoint, in hex."""
    return signer.sign(0, [KEY, value])
