"""Asks Kafka which events lie beyond a copy, and lets the relay publish the restored store anew."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from backup.loss import Loss
from chassis.base.cluster import Cluster
from chassis.base.errors import Poison
from chassis.base.message import Message
from chassis.kafka.admin import Admin
from chassis.kafka.clients import consumer, messages, running, translate_error
from chassis.kafka.cloudevents import to_recorded
from chassis.kafka.signature import Signer
from schemas.base.topics import COMPLAINT_EVENTS, FIXED

EARLIER: Final = timedelta(hours=1)
"""By how much the clocks of the machines may differ."""
BATCH: Final = 5_000


async def beyond(kafka: Cluster, store_id: UUID, key: bytes, position: int, made_at: datetime) -> Loss:
    """The events that the relay of this store published and that lie beyond `position`.

    Raises:
        BrokerUnavailable, KafkaDenied.
    """
    loss, signer = Loss(position), Signer(key, store_id)
    async with _admin(kafka) as admin:
        there = COMPLAINT_EVENTS in await admin.topic_ids([COMPLAINT_EVENTS])
    if there:
        async for batch in _since(kafka, made_at - EARLIER):
            for message in batch:
                _add(loss, signer, message)
    return loss


def _add(loss: Loss, signer: Signer, message: Message) -> None:
    """Whatever a stranger wrote is not lost with the store."""
    if not signer.signed(message, dict(message.headers)):
        return
    try:
        loss.add(to_recorded(message))
    except (Poison, ValueError):
        return


async def _since(kafka: Cluster, at: datetime) -> AsyncIterator[Sequence[Message]]:
    parts = [TopicPartition(COMPLAINT_EVENTS, number) for number in range(FIXED[COMPLAINT_EVENTS].partitions)]
    async with running(consumer(kafka)) as client:
        client.assign(parts)
        try:
            ends = await client.end_offsets(parts)
            first = await client.offsets_for_times(dict.fromkeys(parts, int(at.timestamp() * 1000)))
            for part in parts:
                client.seek(part, first[part].offset if first[part] else ends[part])
            for part in parts:
                while await client.position(part) < ends[part]:
                    found = await client.getmany(timeout_ms=100, max_records=BATCH)
                    yield [message for records in found.values() for message in messages(records)]
        except (KafkaError, OSError) as error:
            raise translate_error(error, kafka) from error


@asynccontextmanager
async def _admin(kafka: Cluster) -> AsyncIterator[Admin]:
    admin = Admin(kafka)
    try:
        yield admin
    finally:
        await admin.close()
