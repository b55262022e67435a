"""Producers and consumers with safe settings, started and stopped in bounded time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from chassis.base.cluster import Cluster
from chassis.base.errors import BrokerUnavailable, ChassisError, KafkaDenied, MessageTooLarge
from chassis.base.message import Message
from chassis.kafka.sign_in import options, refusal, wrong_password

SESSION_MS: Final = 10_000
HEARTBEAT_MS: Final = 3_000
REQUEST_MS: Final = 10_000
METADATA_AGE_MS: Final = 5_000
"""Longest time until a new topic, partition or leader is noticed."""

STOP_S: Final = 4.0
ABANDON_S: Final = 1.0
C = TypeVar("C", AIOKafkaProducer, AIOKafkaConsumer)
NO_RIGHT: Final = {
    TopicAuthorizationFailedError: "the topic",
    GroupAuthorizationFailedError: "the consumer group",
    TransactionalIdAuthorizationFailed: "the transactional id",
    ClusterAuthorizationFailedError: "the cluster",
}


class _Producer(AIOKafkaProducer):  # type: ignore[misc]
    """Says at its start why the broker refuses it, if it does."""

    def __init__(self, cluster: Cluster, **settings: Any) -> None:
        self.kafka = cluster
        super().__init__(**options(cluster), **settings)

    async def start(self) -> None:
        try:
            await super().start()
        except KafkaConnectionError as error:
            raise await refusal(self.kafka) or error from error


class _Consumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Says at its start why the broker refuses it, if it does."""

    def __init__(self, *topics: str, cluster: Cluster, **settings: Any) -> None:
        self.kafka = cluster
        super().__init__(*topics, **options(cluster), **settings)

    async def start(self) -> None:
        try:
            await super().start()
        except KafkaConnectionError as error:
            raise await refusal(self.kafka) or error from error


def producer(kafka: Cluster, **settings: Any) -> AIOKafkaProducer:
    """Idempotent: the client's own retries never write twice, and an acknowledged record is on every replica."""
    return _Producer(
        kafka,
        **{"enable_idempotence": True, "acks": "all", "request_timeout_ms": REQUEST_MS, **settings},
    )


def consumer(kafka: Cluster, *topics: str, group: str | None = None, **settings: Any) -> AIOKafkaConsumer:
    """Reads committed records only, from the beginning if its group has no offset; never commits by itself."""
    return _Consumer(
        *topics,
        cluster=kafka,
        group_id=group,
        **{
            "isolation_level": "read_committed",
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "session_timeout_ms": SESSION_MS,
            "heartbeat_interval_ms": HEARTBEAT_MS,
            "request_timeout_ms": REQUEST_MS,
            "metadata_max_age_ms": METADATA_AGE_MS,
            **settings,
        },
    )


@asynccontextmanager
async def running(client: C) -> AsyncIterator[C]:
    """Start the client; stop it on leaving, also if it hangs. Raises the errors of `translate_error`."""
    try:
        try:
            await client.start()
        except (KafkaError, OSError) as error:
            raise translate_error(error, client.kafka) from error
        yield client
    finally:
        await stop(client)


async def stop(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Stop it within 5 s. Raises nothing: the outcome of unacknowledged records is unknown anyway."""
    # In its own task: the library cancels its inner tasks and lets their CancelledError escape.
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait({stopping}, timeout=STOP_S)
    if stopping.done() and not stopping.cancelled() and stopping.exception() is None:
        return
    stopping.cancel()
    await _abandon(client)


async def _abandon(client: Any) -> None:
    """Close its connections: a client that cannot stop (its topic was deleted) would go on connecting and sending."""
    sender = getattr(client, "_sender", None)
    if sender is not None:
        await asyncio.wait({asyncio.gather(sender.close(), return_exceptions=True)}, timeout=ABANDON_S)
    transport = getattr(client, "client", None) or getattr(client, "_client", None)
    if transport is not None:
        await transport.close()


class LazyProducer:
    """A producer that connects at first use, and again after every error except `MessageTooLarge`."""

    def __init__(self, kafka: Cluster, **settings: Any) -> None:
        self._kafka, self._settings = kafka, settings
        self._client: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[AIOKafkaProducer]:
        """The started client. Inside, raises the client's errors as `translate_error` does."""
        try:
            yield await self._started()
        except (KafkaError, OSError) as error:
            if not isinstance(error, MessageSizeTooLargeError):
                await self.close()
            raise translate_error(error, self._kafka) from error

    async def close(self) -> None:
        """Close the connections; the next use opens them again."""
        client, self._client = self._client, None
        if client is not None:
            await stop(client)

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._client is None:
                client = producer(self._kafka, **self._settings)
                try:
                    await client.start()
                except BaseException:
                    await stop(client)
                    raise
                self._client = client
            return self._client


def translate_error(error: Exception, kafka: Cluster) -> ChassisError:
    """The error to raise for an error of a client of this cluster."""
    for kind, what in NO_RIGHT.items():
        if isinstance(error, kind):
            return no_right(kafka, what, _names(error))
    if isinstance(error, SaslAuthenticationFailed):
        return wrong_password(kafka)
    if isinstance(error, MessageSizeTooLargeError | RecordTooLargeError):
        return MessageTooLarge("a message is too large for the broker")
    return BrokerUnavailable(f"{type(error).__name__}: {error}")


def no_right(kafka: Cluster, what: str, name: str) -> KafkaDenied:
    """The error for a user who has no right to this topic or group. Kafka answers the same for a missing topic."""
    return KafkaDenied(f"the Kafka user {kafka.user or 'anonymous'} has no right to {what} {name}".rstrip())


def _names(error: Exception) -> str:
    given = error.args[0] if error.args else ""
    return given if isinstance(given, str) else ", ".join(sorted(map(str, given)))


def messages(records: Sequence[Any]) -> list[Message]:
    """A consumer's records as messages."""
    return [
        Message(each.topic, each.partition, each.offset, each.key, each.value, each.headers, each.timestamp)
        for each in records
    ]
