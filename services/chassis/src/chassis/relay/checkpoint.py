"""The relay's checkpoint, written to Kafka in the same transactions as the events it covers."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic_core import from_json, to_json

from chassis.base.errors import BrokerUnavailable, WrongStore
from chassis.kafka.clients import consumer, running
from schemas.base.topics import RELAY_CHECKPOINT

KEY: Final = b"relay"
PARTITION: Final = TopicPartition(RELAY_CHECKPOINT, 0)
MARGIN: Final = 200
"""How many of the last offsets are read first; transaction markers use offsets too."""
LIMIT_S: Final = 30.0


class RelayCheckpoint(NamedTuple):
    """Everything of store `store_id` up to `position` is in the topics of these ids."""

    store_id: UUID
    position: int
    topic_ids: Mapping[str, str]

    def encoded(self) -> bytes:
        return to_json({"store_id": str(self.store_id), "position": self.position, "topic_ids": dict(self.topic_ids)})


def resume_after(found: RelayCheckpoint | None, store_id: UUID, topic_ids: Mapping[str, str]) -> int | None:
    """The position to publish after; None: from the beginning, since nothing was published or a topic was recreated.

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
    return found.position if dict(found.topic_ids) == dict(topic_ids) else None


async def last_checkpoint(kafka: str) -> RelayCheckpoint | None:
    """The newest committed one. Call it after the producer's start, which ends the predecessor's transaction."""
    async with running(consumer(kafka)) as client:
        client.assign([PARTITION])
        end = (await client.end_offsets([PARTITION]))[PARTITION]
        found = await _newest(client, max(0, end - MARGIN), end)
        return found or (await _newest(client, 0, end) if end > MARGIN else None)


async def _newest(client: AIOKafkaConsumer, start: int, end: int) -> RelayCheckpoint | None:
    client.seek(PARTITION, start)
    newest: Any = None
    try:
        async with asyncio.timeout(LIMIT_S):
            while await client.position(PARTITION) < end:
                for records in (await client.getmany(timeout_ms=100)).values():
                    newest = records[-1]
    except TimeoutError as error:
        raise BrokerUnavailable("the relay's checkpoint cannot be read: an open transaction?") from error
    return None if newest is None else _decoded(newest.value)


def _decoded(value: bytes) -> RelayCheckpoint:
    body = from_json(value)
    return RelayCheckpoint(UUID(body["store_id"]), body["position"], body["topic_ids"])
