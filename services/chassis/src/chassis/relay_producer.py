"""Publishes batches of stored events in Kafka transactions, each with the checkpoint it brings the topics to."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, OutOfOrderSequenceNumber, ProducerFenced

from chassis.cloudevents import to_headers
from chassis.errors import BrokerUnavailable, Fenced
from chassis.kafka.clients import producer, running
from chassis.relay_checkpoint import KEY, Checkpoint
from schemas.envelope import RecordedEvent
from schemas.streams import REGISTRY
from schemas.topics import COMPLAINT_EVENTS, REGISTRY_EVENTS, RELAY_CHECKPOINT

TRANSACTIONAL_ID: Final = "satupintu-relay"
TRANSACTION_MS: Final = 12_000
"""An abandoned transaction blocks readers this long (and the broker's scan); a restarted relay ends it at once."""
LINGER_MS: Final = 0
BATCH_BYTES: Final = 512 * 1024


class Publisher:
    """The one transactional producer. Any failure leaves an unknown outcome: drop it, and resume at the checkpoint."""

    def __init__(self, client: AIOKafkaProducer, store_id: UUID, topic_ids: Mapping[str, str]) -> None:
        self._client, self._store_id, self._topic_ids = client, store_id, topic_ids

    async def publish(self, events: Sequence[RecordedEvent]) -> None:
        """Publish these, in order, and the checkpoint behind them: all or nothing.

        Raises:
            Fenced: another relay has taken over, or the transaction took too long: this producer is finished.
            BrokerUnavailable: the outcome is unknown.
        """
        try:
            async with self._client.transaction():
                sent = [await self._send(event) for event in events]
                checkpoint = Checkpoint(self._store_id, events[-1].position, self._topic_ids)
                sent.append(await self._client.send(RELAY_CHECKPOINT, checkpoint.encoded(), key=KEY, partition=0))
                await asyncio.gather(*sent)
        except (ProducerFenced, OutOfOrderSequenceNumber, AssertionError) as error:
            # After a fatal error aiokafka's producer asserts on its own state.
            raise Fenced(f"{type(error).__name__}: {error}") from error
        except (KafkaError, OSError) as error:
            raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error

    async def _send(self, event: RecordedEvent) -> Any:
        if event.stream == REGISTRY:
            return await self._client.send(REGISTRY_EVENTS, event.data, partition=0, headers=to_headers(event))
        key = event.stream.partition("-")[2].encode()
        return await self._client.send(COMPLAINT_EVENTS, event.data, key=key, headers=to_headers(event))


@asynccontextmanager
async def publishing(kafka: str, store_id: UUID, topic_ids: Mapping[str, str]) -> AsyncIterator[Publisher]:
    """Starting fences whoever published before."""
    client = producer(
        kafka,
        transactional_id=TRANSACTIONAL_ID,
        transaction_timeout_ms=TRANSACTION_MS,
        linger_ms=LINGER_MS,
        max_batch_size=BATCH_BYTES,
    )
    async with running(client):
        yield Publisher(client, store_id, topic_ids)
