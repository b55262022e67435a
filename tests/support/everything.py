"""Every byte in Kafka, committed or not, to search for what must not be there."""

import asyncio
from typing import Any, Final

from aiokafka import TopicPartition

from chassis.base.cluster import Cluster
from chassis.kafka.admin_client import AdminClient
from chassis.kafka.clients import consumer, running

PATIENCE_S: Final = 60


async def everything(kafka: Cluster) -> dict[str, list[bytes]]:
    """By topic: each record's key, value and headers, joined."""
    client = consumer(kafka, isolation_level="read_uncommitted", exclude_internal_topics=False)
    async with running(client):
        parts = await asyncio.to_thread(_partitions, kafka)
        client.assign(parts)
        await client.seek_to_beginning(*parts)
        ends = {part: end for part, end in (await client.end_offsets(parts)).items() if end}
        found: dict[str, list[bytes]] = {part.topic: [] for part in parts}
        async with asyncio.timeout(PATIENCE_S):
            while ends:
                for part, records in (await client.getmany(timeout_ms=100)).items():
                    found[part.topic] += [_bytes(record) for record in records]
                ends = {part: end for part, end in ends.items() if await client.position(part) < end}
    return found


def _partitions(kafka: Cluster) -> list[TopicPartition]:
    admin = AdminClient(kafka)
    try:
        topics = admin.describe_topics()
    finally:
        admin.close()
    return [TopicPartition(topic["name"], number) for topic in topics for number in range(len(topic["partitions"]))]


def _bytes(record: Any) -> bytes:
    headers = [part for name, given in record.headers for part in (name.encode(), given or b"")]
    return b"\n".join([record.key or b"", record.value or b"", *headers])
