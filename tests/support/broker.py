"""Committed records of a topic as a reader sees them, and a broker on which a test may delete all topics."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from uuid import UUID

from aiokafka import TopicPartition
from kafka import TopicPartition as KafkaPartition
from kafka.admin._configs import ConfigResource, ConfigResourceType
from kafka.errors import CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError

from chassis.base.cluster import Cluster
from chassis.base.message import Message
from chassis.kafka.admin_client import AdminClient
from chassis.kafka.clients import consumer, messages, running
from chassis.kafka.cloudevents import to_recorded
from chassis.service.process import BackgroundTask

PATIENCE_S = 120
T = TypeVar("T")
YOUNG = (CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError)


async def committed(kafka: Cluster, topic: str, partitions: int) -> list[Message]:
    """All committed records, each partition in order."""
    async with running(consumer(kafka)) as client:
        parts = [TopicPartition(topic, number) for number in range(partitions)]
        client.assign(parts)
        await client.seek_to_beginning(*parts)
        ends = await client.end_offsets(parts)
        found: list[Message] = []
        async with asyncio.timeout(PATIENCE_S):
            for part in parts:
                while await client.position(part) < ends[part]:
                    for records in (await client.getmany(timeout_ms=50, max_records=5000)).values():
                        found += messages(records)
        return found


async def event_ids(kafka: Cluster, topic: str, partitions: int) -> list[UUID]:
    """Ids of the committed events in a topic."""
    return [to_recorded(message).id for message in await committed(kafka, topic, partitions)]


async def until(condition: Callable[[], Awaitable[Any]], within_s: float = PATIENCE_S) -> Any:
    """Wait until `condition` returns something true, and return it."""
    async with asyncio.timeout(within_s):
        while not (found := await condition()):
            await asyncio.sleep(0.05)
        return found


@asynccontextmanager
async def going(*background_tasks: BackgroundTask) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Run background tasks; cancel and await them at the end. Their errors fail the test."""
    tasks = [asyncio.create_task(road.run()) for road in background_tasks]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def delete_topics(kafka: Cluster) -> None:
    """Delete all topics but Kafka's own (group offsets, transactions)."""
    admin = AdminClient(kafka)
    try:
        ours = [name for name in admin.list_topics() if not name.startswith("__")]
        if ours:
            admin.delete_topics(ours)
    finally:
        admin.close()


def group_state(kafka: Cluster, group: str) -> tuple[str, int]:
    """The state of a consumer group as Kafka reports it, and its number of members."""

    def ask(admin: AdminClient) -> tuple[str, int]:
        described = admin.describe_groups([group])
        found = described[group] if isinstance(described, dict) else described[0]
        return found["group_state"], len(found["members"])

    return _asked(kafka, ask)


def committed_offsets(kafka: Cluster, group: str) -> dict[tuple[str, int], int]:
    """The offsets from which a group would continue."""

    def ask(admin: AdminClient) -> dict[tuple[str, int], int]:
        offsets = admin.list_group_offsets([group])[group]
        return {(part.topic, part.partition): at.offset for part, at in offsets.items()}

    return _asked(kafka, ask)


def _asked(kafka: Cluster, ask: Callable[[AdminClient], T]) -> T:
    """Wait until there is a group coordinator: a young broker makes one at the first request."""
    admin, end = AdminClient(kafka), time.monotonic() + PATIENCE_S
    try:
        while True:
            try:
                return ask(admin)
            except YOUNG:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
    finally:
        admin.close()


async def expire(kafka: Cluster, topic: str, partitions: int) -> None:
    """Delete every record of a topic, as its retention does."""
    parts = [TopicPartition(topic, number) for number in range(partitions)]
    async with running(consumer(kafka)) as client:
        ends = await client.end_offsets(parts)
    deleted = {KafkaPartition(part.topic, part.partition): end for part, end in ends.items()}
    await asyncio.to_thread(_asked, kafka, lambda admin: admin.delete_records(deleted))


def topic_configs(kafka: Cluster, topic: str) -> dict[str, str]:
    """The settings of a topic."""
    wanted = ConfigResource(ConfigResourceType.TOPIC, topic, dict.fromkeys(("retention.ms", "cleanup.policy")))

    def ask(admin: AdminClient) -> dict[str, str]:
        found = admin.describe_configs([wanted], config_filter="all")["topic"][topic]
        return {name: str(found[name]["value"]) for name in ("retention.ms", "cleanup.policy")}

    return _asked(kafka, ask)
