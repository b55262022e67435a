"""After an erasure its message makes a real broker remove the words from an agency's quiet topic, and the audit agrees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.kafka.admin import Admin
from chassis.kafka.clients import producer, running
from local.kafka.server import KafkaServer
from schemas.base.topics import Topic, submissions_topic
from support.broker import committed, until
from support.kafka import TESTS

pytestmark = pytest.mark.broker
WORDS = b"Kenari Purwitasari, +62 811 5550 4711: lampu padam"
SHORT_MS = 1_000
SOON = {"log.cleaner.backoff.ms": "100", "log.retention.check.interval.ms": "300", "log.initial.task.delay.ms": "300"}


@pytest.fixture
def server(kafka_jars: list[Path], tmp_path: Path) -> Iterator[KafkaServer]:
    made = KafkaServer(tmp_path / "kafka", kafka_jars, extra=SOON, superuser=TESTS)
    made.start()
    try:
        made.wait_ready()
        yield made
    finally:
        made.stop(limit_s=10)


async def test_words_leave_every_topic_after_its_period(server: KafkaServer) -> None:
    inbox = Topic("agency.pln.inbox", 1, 3_600_000, compacted=True, superseded_ms=SHORT_MS)
    admin = Admin(server.cluster)
    await admin.ensure([inbox, submissions_topic("submissions.sms", SHORT_MS)])
    await admin.close()

    async def values(topic: str, partitions: int) -> list[bytes]:
        return [each.value or b"" for each in await committed(server.cluster, topic, partitions)]

    async with running(producer(server.cluster)) as client:
        await client.send_and_wait(inbox.name, WORDS, key=b"one", partition=0)
        await client.send_and_wait("submissions.sms", WORDS, key=b"gateway", partition=0)
        assert WORDS in await values(inbox.name, 1)

        async def without_words() -> bool:
            # As the sweep repeats the message of an erasure: it ends the segment that holds the words.
            await client.send_and_wait(inbox.name, b"erased", key=b"one", partition=0)
            return WORDS not in await values(inbox.name, 1)

        await until(without_words)

        async def empty() -> bool:
            return WORDS not in await values("submissions.sms", 3)

        await until(empty)
    assert (await values(inbox.name, 1))[-1] == b"erased"
