"""Producers and consumers with the settings that were seen to be safe, started and stopped in bounded time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    AuthenticationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from chassis.base.errors import AccessDenied, BrokerUnavailable, ChassisError
from chassis.base.message import Message

SESSION_MS: Final = 10_000
HEARTBEAT_MS: Final = 3_000
REQUEST_MS: Final = 10_000
METADATA_AGE_MS: Final = 5_000
"""How soon a new topic, partition or leader is noticed."""

STOP_S: Final = 4.0
ABANDON_S: Final = 1.0
C = TypeVar("C", AIOKafkaProducer, AIOKafkaConsumer)


def producer(kafka: str, **settings: Any) -> AIOKafkaProducer:
    """Idempotent: a retry inside the client never writes twice, and an answer means every replica has it."""
    return AIOKafkaProducer(
        bootstrap_servers=kafka,
        **{"enable_idempotence": True, "acks": "all", "request_timeout_ms": REQUEST_MS, **settings},
    )


def consumer(kafka: str, *topics: str, group: str | None = None, **settings: Any) -> AIOKafkaConsumer:
    """Reads committed records only, from the beginning if it has no offset; commits only when told to."""
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=kafka,
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
    """The client, started; stopped on leaving, also if it hangs. Raises what `translate_error` says."""
    try:
        try:
            await client.start()
        except (KafkaError, OSError) as error:
            raise translate_error(error) from error
        yield client
    finally:
        await stop(client)


async def stop(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Stop it within 5 s. Raises nothing: what was not acknowledged is unknown anyway."""
    # A task of its own: the library cancels its inner tasks and lets their CancelledError out as if it were ours.
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait({stopping}, timeout=STOP_S)
    if stopping.done() and not stopping.cancelled() and stopping.exception() is None:
        return
    stopping.cancel()
    await _abandon(client)


async def _abandon(client: Any) -> None:
    """A client that cannot stop (a producer whose topic was deleted) would go on sending and connecting by itself."""
    sender = getattr(client, "_sender", None)
    if sender is not None:
        await asyncio.wait({asyncio.gather(sender.close(), return_exceptions=True)}, timeout=ABANDON_S)
    transport = getattr(client, "client", None) or getattr(client, "_client", None)
    if transport is not None:
        await transport.close()


def translate_error(error: Exception) -> ChassisError:
    """What to raise for an error of the client."""
    denied = (AuthenticationFailedError, GroupAuthorizationFailedError, TopicAuthorizationFailedError)
    if isinstance(error, denied):
        return AccessDenied(f"{type(error).__name__}: {error}")
    return BrokerUnavailable(f"{type(error).__name__}: {error}")


def messages(records: Sequence[Any]) -> list[Message]:
    """What a consumer returned, as ours."""
    return [
        Message(each.topic, each.partition, each.offset, each.key, each.value, each.headers, each.timestamp)
        for each in records
    ]
