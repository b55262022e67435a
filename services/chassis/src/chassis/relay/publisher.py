"""Publishes batches of stored events in Kafka transactions, each with its checkpoint."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from typing import Any, Final
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, OutOfOrderSequenceNumber, ProducerFenced
from aiokafka.producer.message_accumulator import BatchBuilder

from chassis.base.cluster import Cluster
from chassis.base.errors import BrokerUnavailable, Fenced
from chassis.base.message import Header
from chassis.kafka.clients import producer, running
from chassis.kafka.cloudevents import to_headers
from chassis.kafka.partition import DEFAULT, partition_of
from chassis.kafka.signature import SIGNATURE, Signer
from chassis.relay.checkpoint import KEY, RelayCheckpoint, checkpoint_signature
from chassis.tracing import spans
from schemas.access.kafka import RELAY_TRANSACTIONS
from schemas.base.envelope import RecordedEvent, traceparent_of
from schemas.base.streams import REGISTRY
from schemas.base.topics import COMPLAINT_EVENTS, REGISTRY_EVENTS, RELAY_CHECKPOINT

TRANSACTION_MS: Final = 12_000
"""How long an abandoned transaction blocks readers at most; a restarted relay ends it at once."""
BATCH_BYTES: Final = 512 * 1024
ABORT_S: Final = 2.0
NOTHING: Final = nullcontext()


class Publisher:
    """The transactional producer. After any failure the outcome is unknown: discard it and resume at the checkpoint."""

    def __init__(
        self,
        client: AIOKafkaProducer,
        store_id: UUID,
        topic_ids: Mapping[str, str],
        key: bytes | None = None,
        partitions: int = DEFAULT,
    ) -> None:
        """`key`: signs the records; without it they have no signature. `partitions`: of `complaint-events`."""
        self._client, self._store_id, self._topic_ids, self._partitions = client, store_id, topic_ids, partitions
        self._signer = Signer(key, store_id) if key is not None else None

    async def publish(self, events: Sequence[RecordedEvent]) -> None:
        """Publish these, in order, and the checkpoint after them: all or nothing.

        Raises:
            Fenced: another relay has taken over, or the transaction took too long; this producer is unusable.
            BrokerUnavailable: the outcome is unknown.
        """
        try:
            await self._client.begin_transaction()
            try:
                with _published(events):
                    await self._send_all(events)
                    await self._client.commit_transaction()
            except BaseException:
                await self._abort()
                raise
        except (ProducerFenced, OutOfOrderSequenceNumber, AssertionError) as error:
            # After a fatal error aiokafka's producer asserts on its own state.
            raise Fenced(f"{type(error).__name__}: {error}") from error
        except (KafkaError, OSError) as error:
            raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error

    async def _send_all(self, events: Sequence[RecordedEvent]) -> None:
        batches = Batches(self._client)
        for event in events:
            topic, partition, key = target(event, self._partitions)
            batches.add(topic, partition, key, event.data, to_headers(event, self._signer, partition))
        last = events[-1]
        checkpoint = RelayCheckpoint(self._store_id, last.position, self._topic_ids, last.id).encoded()
        signed = [] if self._signer is None else [(SIGNATURE, checkpoint_signature(self._signer, checkpoint))]
        batches.add(RELAY_CHECKPOINT, 0, KEY, checkpoint, signed)
        sent: list[asyncio.Future[Any]] = []
        for topic, partition, batch in batches.full():
            sent.append(await self._client.send_batch(batch, topic, partition=partition))
            sent[-1].add_done_callback(_retrieve)
        await asyncio.gather(*sent)

    async def _abort(self) -> None:
        # An open transaction blocks every reader of committed records until it times out.
        with suppress(KafkaError, AssertionError, OSError, TimeoutError):
            await asyncio.wait_for(self._client.abort_transaction(), ABORT_S)


class Batches:
    """Collects records in the client's own batches: ten times cheaper than sending them one by one."""

    def __init__(self, client: AIOKafkaProducer) -> None:
        self._client = client
        self._open: dict[tuple[str, int], BatchBuilder] = {}
        self._full: list[tuple[str, int, BatchBuilder]] = []

    def add(self, topic: str, partition: int, key: bytes | None, value: bytes, headers: Sequence[Header]) -> None:
        """Append a record to this partition's batch."""
        target_partition = (topic, partition)
        batch = self._open.get(target_partition)
        if batch is not None and batch.append(timestamp=None, key=key, value=value, headers=headers) is not None:
            return
        if batch is not None:
            self._full.append((topic, partition, batch))
        batch = self._open[target_partition] = self._client.create_batch()
        batch.append(timestamp=None, key=key, value=value, headers=headers)

    def full(self) -> list[tuple[str, int, BatchBuilder]]:
        """All batches, those of each partition in order."""
        return [*self._full, *((topic, partition, batch) for (topic, partition), batch in self._open.items())]


def target(event: RecordedEvent, partitions: int = DEFAULT) -> tuple[str, int, bytes | None]:
    """Topic, partition and key of an event. `partitions`: of `complaint-events`."""
    if event.stream == REGISTRY:
        return REGISTRY_EVENTS, 0, None
    key = event.stream.partition("-")[2].encode()
    return COMPLAINT_EVENTS, partition_of(key, partitions), key


def _published(events: Sequence[RecordedEvent]) -> AbstractContextManager[object]:
    """Spans for the events that a trace wrote."""
    if not spans.is_on():
        return NOTHING
    parts = [spans.Part(str(each.id), f"publish {each.type}", traceparent_of(each.metadata)) for each in events]
    return spans.batch("publish", "producer", parts, {"messaging.system": "kafka"})


def _retrieve(sent: "asyncio.Future[Any]") -> None:
    # Marks the error as retrieved; `gather` raises the first one.
    if not sent.cancelled():
        sent.exception()


@asynccontextmanager
async def publishing(
    kafka: Cluster,
    store_id: UUID,
    topic_ids: Mapping[str, str],
    key: bytes | None = None,
    partitions: int = DEFAULT,
) -> AsyncIterator[Publisher]:
    """A started publisher; its start fences the previous one. `key`: of the signatures. `partitions`: of
    `complaint-events`.
    """
    client = producer(
        kafka,
        transactional_id=RELAY_TRANSACTIONS,
        transaction_timeout_ms=TRANSACTION_MS,
        max_batch_size=BATCH_BYTES,
    )
    async with running(client):
        yield Publisher(client, store_id, topic_ids, key, partitions)
