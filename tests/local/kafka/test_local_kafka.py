"""The broker of `make run` and of the tests behaves like an installed one."""

import asyncio
import hashlib
import socket
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from kafka.admin import NewTopic

from chassis.base.cluster import Cluster
from chassis.kafka.admin_client import AdminClient
from chassis.kafka.sign_in import options
from local.errors import CannotRun
from local.kafka import jars
from local.kafka.server import KafkaServer, answers

pytestmark = pytest.mark.broker


def topic_id(kafka: Cluster, topic: str) -> str:
    admin = AdminClient(kafka)
    try:
        return str(admin.describe_topics([topic])[0]["topic_id"])
    finally:
        admin.close()


def create(kafka: Cluster, topic: str) -> None:
    admin = AdminClient(kafka)
    try:
        admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        admin.close()


async def send_in_a_transaction(kafka: Cluster, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(**options(kafka), transactional_id=f"{topic}-writer")
    async with producer, producer.transaction():
        await producer.send_and_wait(topic, value)


async def first_value(kafka: Cluster, topic: str) -> bytes | None:
    consumer = AIOKafkaConsumer(topic, **options(kafka), auto_offset_reset="earliest", isolation_level="read_committed")
    async with consumer:
        record = await asyncio.wait_for(consumer.getone(), 20)
        value: bytes | None = record.value
        return value


async def test_a_record_sent_in_a_transaction_is_read_as_committed(kafka: Cluster) -> None:
    await asyncio.to_thread(create, kafka, "local-transaction")
    await send_in_a_transaction(kafka, "local-transaction", b"once")
    assert await first_value(kafka, "local-transaction") == b"once"


async def test_a_killed_broker_keeps_its_data_and_a_wiped_one_does_not(
    private_kafka: KafkaServer,
) -> None:
    broker = private_kafka
    await asyncio.to_thread(create, broker.cluster, "kept")
    await send_in_a_transaction(broker.cluster, "kept", b"still here")
    before = await asyncio.to_thread(topic_id, broker.cluster, "kept")

    broker.kill()
    assert not answers(broker.port)
    broker.start()
    await asyncio.to_thread(broker.wait_ready)
    assert await first_value(broker.cluster, "kept") == b"still here"
    assert await asyncio.to_thread(topic_id, broker.cluster, "kept") == before

    broker.wipe()
    broker.start()
    await asyncio.to_thread(broker.wait_ready)
    await asyncio.to_thread(create, broker.cluster, "kept")
    assert await asyncio.to_thread(topic_id, broker.cluster, "kept") != before


def test_a_broker_that_cannot_start_reports_the_reason(kafka_jars: list[Path], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        broker = KafkaServer(tmp_path, kafka_jars, port=other.getsockname()[1])
        broker.start()
        with pytest.raises(CannotRun, match=r"(?s)Kafka ended.*Address already in use"):
            broker.wait_ready()


def test_an_error_of_formatting_the_storage_is_reported(kafka_jars: list[Path], tmp_path: Path) -> None:
    broker = KafkaServer(tmp_path, kafka_jars, extra={"num.io.threads": "many"})
    with pytest.raises(CannotRun, match=r"num\.io\.threads"):
        broker.start()


def test_a_changed_or_missing_jar_is_found(tmp_path: Path) -> None:
    (tmp_path / "good.jar").write_bytes(b"good")
    (tmp_path / "changed.jar").write_bytes(b"changed")
    good = hashlib.sha256(b"good").hexdigest()
    listed = {"good.jar": good, "changed.jar": good, "lost.jar": good}
    assert set(jars.wrong(tmp_path, listed)) == {"changed.jar", "lost.jar"}
