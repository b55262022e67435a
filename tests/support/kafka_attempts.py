"""Every kind of operation as a real attempt of one user; an attempt returns whether the broker allowed it."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import kafka.errors as kafka_errors
from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata
from kafka import KafkaConsumer
from kafka.protocol.admin import DescribeConfigsRequest, IncrementalAlterConfigsRequest

from chassis.base.cluster import Cluster
from chassis.base.errors import KafkaDenied
from chassis.kafka.admin_client import AdminClient
from chassis.kafka.clients import consumer, producer, running, translate_error
from chassis.kafka.sign_in import options
from schemas.access.kafka import Operation
from schemas.base.topics import COMPLAINT_SUMMARY

TOPIC: Final = 2
"""Kafka's number of this kind of resource."""
DENIED: Final = (kafka_errors.TopicAuthorizationFailedError, kafka_errors.ClusterAuthorizationFailedError)


async def may_read(user: Cluster, topic: str) -> bool:
    """The topic has a record."""
    try:
        async with running(consumer(user, topic)) as client:
            return await _allowed(user, client.getone)
    except KafkaDenied:
        return False


async def may_write(user: Cluster, topic: str) -> bool:
    async with running(producer(user, enable_idempotence=False)) as client:
        return await _allowed(user, lambda: client.send_and_wait(topic, b"x", key=b"x", partition=0))


async def may_use_group(user: Cluster, group: str) -> bool:
    """Commit an offset of the topic that everybody reads."""
    part = TopicPartition(COMPLAINT_SUMMARY, 0)
    async with running(consumer(user, group=group)) as client:
        client.assign([part])
        return await _allowed(user, lambda: client.commit({part: OffsetAndMetadata(0, "")}))


async def may_use_transaction(user: Cluster, id_: str) -> bool:
    try:
        async with running(producer(user, transactional_id=id_)):
            return True
    except KafkaDenied:
        return False


async def may(user: Cluster, operation: Operation, topic: str) -> bool:
    """Anything with a topic that leaves it as it is, if it is allowed."""
    match operation:
        case Operation.READ:
            return await may_read(user, topic)
        case Operation.WRITE:
            return await may_write(user, topic)
    return await asyncio.to_thread(as_admin, user, lambda client: ADMIN[operation](client, topic))


def as_admin(user: Cluster, act: Callable[[AdminClient], Any]) -> bool:
    """Whether the broker allowed an operation of kafka-python's client for administration."""
    client = AdminClient(user)
    try:
        code = act(client)
    except DENIED:
        return False
    finally:
        client.close()
    return kafka_errors.for_code(code or 0) not in DENIED


def describe(client: AdminClient, topic: str) -> int:
    return int(client.describe_topics([topic])[0]["error_code"])


def create(client: AdminClient, topic: str) -> int:
    """Only validated, by a broker that first looks whether it is allowed."""
    wanted = {topic: {"num_partitions": 1, "replication_factor": 1}}
    answer = client.create_topics(wanted, validate_only=True, raise_errors=False)
    return int(answer["topics"][0]["error_code"])


def delete(client: AdminClient, topic: str) -> int:
    answer = client.delete_topics([topic], raise_errors=False)
    return int(answer["topics"][0]["error_code"])


def describe_configs(client: AdminClient, topic: str) -> int:
    """By a request of our own: the library's method hides a refusal."""
    resource = DescribeConfigsRequest.DescribeConfigsResource
    asked = resource(resource_type=TOPIC, resource_name=topic, configuration_keys=None)
    return _answer(client, DescribeConfigsRequest(resources=[asked])).results[0].error_code


def alter_configs(client: AdminClient, topic: str) -> int:
    """Only validated. By a request of our own, as above."""
    resource = IncrementalAlterConfigsRequest.AlterConfigsResource
    change = resource.AlterableConfig(name="segment.bytes", config_operation=0, value="1073741824")
    asked = resource(resource_type=TOPIC, resource_name=topic, configs=[change])
    return (
        _answer(client, IncrementalAlterConfigsRequest(resources=[asked], validate_only=True)).responses[0].error_code
    )


def _answer(client: AdminClient, request: Any) -> Any:
    manager = client._manager  # noqa: SLF001
    return manager.run(manager.send, request)


ADMIN: Final[dict[Operation, Callable[[AdminClient, str], Any]]] = {
    Operation.DESCRIBE: describe,
    Operation.CREATE: create,
    Operation.DELETE: delete,
    Operation.DESCRIBE_CONFIGS: describe_configs,
    Operation.ALTER_CONFIGS: alter_configs,
}


async def _allowed(user: Cluster, act: Callable[[], Any]) -> bool:
    try:
        await asyncio.wait_for(act(), 60)
    except Exception as error:
        if isinstance(translate_error(error, user), KafkaDenied):
            return False
        raise
    return True


def commit_as(user: Cluster, group: str, part: TopicPartition) -> None:
    """Read the topic as a member of this group, and commit."""
    client = KafkaConsumer(group_id=group, enable_auto_commit=False, auto_offset_reset="earliest", **options(user))
    client.assign([part])
    client.poll(timeout_ms=10_000)
    client.commit()
    client.close()


def outcome(act: Callable[[], object]) -> str:
    """The answer, or the name of the error."""
    try:
        return str(act())
    except Exception as error:  # noqa: BLE001 - whatever the library makes of a refusal
        return repr(error)
