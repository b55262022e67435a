"""The relay: publishes every stored event to Kafka, in stream order, exactly once for readers of committed records.

Several relays may stand by in the consumer group of the checkpoint topic. Only the one with the topic's partition
publishes; fencing protects the hand-over.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError

from chassis.base import metrics
from chassis.base.cluster import Cluster
from chassis.base.concurrency import first_of
from chassis.base.errors import Fenced
from chassis.base.ports import Page, Store
from chassis.base.retry import RetryPolicy
from chassis.kafka.admin import Admin, TopicRecreated
from chassis.kafka.clients import consumer, running, translate_error
from chassis.relay.checkpoint import OtherHistory, RelayCheckpoint, choose, last_checkpoint
from chassis.relay.leader import CheckedPublisher, run_leader
from chassis.relay.publisher import Publisher, publishing
from chassis.relay.read_ahead import ReadAhead
from schemas.base.topics import COMPLAINT_EVENTS, REGISTRY_EVENTS, RELAY_CHECKPOINT, relayed

PACE_S: Final = 0.02
"""Pause between two reads of a store without new events, and so between two transactions under light load: each
transaction costs the broker a marker in every partition that it writes to.
"""
GROUP: Final = "relay"
MOST: Final = 2_000
"""Events in one transaction."""
AHEAD: Final = 4_000
SESSION: Final = {"session_timeout_ms": 6_000, "heartbeat_interval_ms": 2_000}
"""How long a killed relay delays its successor."""
POLL_MS: Final = 500
HISTORY_CHECK_S: Final = 5.0
"""How often the store is asked for the event that was published last, while nothing new comes."""
TOPICS: Final = (COMPLAINT_EVENTS, REGISTRY_EVENTS, RELAY_CHECKPOINT)
log = structlog.get_logger(__name__)


class Relay:
    """A background task that publishes while it is assigned the checkpoint's partition and waits otherwise."""

    def __init__(
        self,
        store: Store,
        kafka: Cluster,
        retry_policy: RetryPolicy | None = None,
        key: bytes | None = None,
        events_days: float | None = None,
    ) -> None:
        """`key`: signs what is published (`chassis.kafka.signature.signing_key`); without it nothing is signed.
        `events_days`: see the setting `events_topic_days`.
        """
        self._topics = relayed(TOPICS, events_days)
        self._store, self._kafka, self._retry_policy = store, kafka, retry_policy or RetryPolicy()
        self._key = key
        self._admin = Admin(kafka)
        self._state = f"waiting for Kafka at {kafka}"
        self.published = 0

    async def run(self) -> None:
        """Run until cancelled. Raises WrongStore: the topics belong to another store, and a person must decide."""
        try:
            while True:
                try:
                    await self._retry_policy.until_up(self._stand_by, "relay")
                except Fenced as fenced:
                    log.warning("relay fenced", because=str(fenced))
                    self._state = "fenced, waiting again"
                    await self._retry_policy.wait(2)
                except TopicRecreated:
                    log.warning("topics were recreated: publishing from the beginning")
        finally:
            await self._admin.close()

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it stands by or publishes."""
        return self._state or None

    async def _stand_by(self) -> None:
        topic_ids = await self._admin.ensure(self._topics)
        ids = {name: str(topic_ids[name]) for name in TOPICS}
        async with running(consumer(self._kafka, group=GROUP, **SESSION)) as client:
            assignment = _Assignment()
            client.subscribe([RELAY_CHECKPOINT], listener=assignment)
            self._state = ""
            log.info("relay stands by")
            await first_of(
                _keep_polling(client, self._kafka),
                assignment.revoked.wait(),
                self._admin.watch(topic_ids),
                self._lead(assignment, ids),
            )

    async def _lead(self, assignment: "_Assignment", ids: dict[str, str]) -> None:
        await assignment.assigned.wait()
        while True:
            try:
                transport = KafkaTransport(self._kafka, self._key, self._admin)
                await run_leader(self._store, transport, ids, self._publish_pages)
            except OtherHistory as refusal:
                # Recreated topics end this wait (`Admin.watch`), and so does the return of the newer store.
                log.critical("relay refuses to publish", because=str(refusal))
                self._state = str(refusal)
                await asyncio.sleep(HISTORY_CHECK_S)

    async def _publish_pages(self, pages: AsyncIterator[Page], publisher: CheckedPublisher) -> None:
        self._state = ""
        read_ahead = ReadAhead(AHEAD, PACE_S)
        with metrics.RELAY_LEADING.track_inprogress():
            await first_of(read_ahead.fill(pages), self._publish(publisher, read_ahead), _keep_checking(publisher))

    async def _publish(self, publisher: CheckedPublisher, read_ahead: ReadAhead) -> None:
        while events := await read_ahead.take(MOST):
            with metrics.RELAY_SECONDS.time():
                await publisher.publish(events)
            self.published += len(events)
            metrics.RELAY_PUBLISHED.inc(len(events))
            metrics.RELAY_POSITION.set(events[-1].position)
            metrics.RELAY_WAITING.set(len(read_ahead))


class KafkaTransport:
    """Implements `chassis.relay.leader.Line`."""

    def __init__(self, kafka: Cluster, key: bytes | None, admin: Admin) -> None:
        self._kafka, self._key, self._admin = kafka, key, admin

    def publishing(self, store_id: UUID, topic_ids: Mapping[str, str]) -> AbstractAsyncContextManager[Publisher]:
        return publishing(self._kafka, store_id, topic_ids, self._key)

    async def last_checkpoint(self, store_id: UUID, topic_ids: Mapping[str, str]) -> RelayCheckpoint | None:
        """Raises TopicRecreated: under the ids of before, what is published next would be published twice."""
        found = choose(await last_checkpoint(self._kafka, self._key), store_id, topic_ids)
        if {name: str(id_) for name, id_ in (await self._admin.topic_ids(topic_ids)).items()} != dict(topic_ids):
            raise TopicRecreated
        return found


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Whether this relay is assigned the checkpoint's partition."""

    def __init__(self) -> None:
        self.assigned, self.revoked = asyncio.Event(), asyncio.Event()

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        if revoked and self.assigned.is_set():
            self.revoked.set()

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        if assigned:
            self.assigned.set()


async def _keep_checking(publisher: CheckedPublisher) -> None:
    while True:
        await asyncio.sleep(HISTORY_CHECK_S)
        await publisher.check()


async def _keep_polling(client: AIOKafkaConsumer, kafka: Cluster) -> None:
    """Poll with all partitions paused: a member that does not poll is removed from its group."""
    try:
        while True:
            client.pause(*client.assignment())
            await client.getmany(timeout_ms=POLL_MS)
    except (KafkaError, OSError) as error:
        raise translate_error(error, kafka) from error
