"""Dead letters in Kafka: topic `dead-letter.<service>`, each record as it was, where it stood and why it is here."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from chassis.base.errors import BrokerUnavailable, Permanent
from chassis.base.message import Header, Message
from chassis.deadletter.port import DeadLetter
from chassis.kafka.admin import Admin
from chassis.kafka.clients import producer, stop, translate_error
from schemas.base.topics import Topic, dead_letter

REASON: Final = "dl_reason"
ATTEMPTS: Final = "dl_attempts"
SERVICE: Final = "dl_service"
TOPIC: Final = "dl_topic"
PARTITION: Final = "dl_partition"
OFFSET: Final = "dl_offset"
DROPPED: Final = "dl_dropped"
"""On a letter that holds neither body nor headers of its message."""
OURS: Final = frozenset({REASON, ATTEMPTS, SERVICE, TOPIC, PARTITION, OFFSET})
REASON_BYTES: Final = 2_000


class TooLarge(Permanent):
    """The broker does not take a record of this size."""


class Sender:
    """Sends single records. Connects at the first one."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka
        self._client: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def send(
        self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: list[Header]
    ) -> None:
        """One record, to any topic. Every replica has it on return. Raises BrokerUnavailable, TooLarge."""
        if key is None and value is None:
            value = b""  # the client refuses a record of nothing at all, which outsiders can well send
        try:
            client = await self._started()
            await client.send_and_wait(topic, value, key=key, partition=partition, headers=headers)
        except MessageSizeTooLargeError as error:
            raise TooLarge(f"a record for {topic} is too large") from error
        except (KafkaError, OSError) as error:
            await self.close()
            raise translate_error(error) from error

    async def close(self) -> None:
        """Let go of the connections."""
        client, self._client = self._client, None
        if client is not None:
            await stop(client)

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._client is None:
                client: Any = producer(self._kafka)
                try:
                    await client.start()
                except BaseException:
                    await stop(client)
                    raise
                self._client = client
            return self._client


class KafkaDeadLetters:
    """Implements `chassis.deadletter.port.DeadLetters`. Connects at the first letter; most services never have one."""

    def __init__(self, kafka: str, service: str, kept: timedelta) -> None:
        """`kept`: a letter is a copy (its complaint is in the store, where a sweep finds it, or in a table of the
        service), and what an outsider wrote may be personal: it does not stay for ever.
        """
        self._topic = Topic(dead_letter(service), 1, kept // timedelta(milliseconds=1))
        self._admin, self._sender, self._ensured = Admin(kafka), Sender(kafka), False

    async def put(self, letter: DeadLetter) -> None:
        """Every replica has it on return. Raises BrokerUnavailable."""
        if not self._ensured:
            await self._admin.ensure([self._topic])
            self._ensured = True
        message = letter.message
        try:
            await self._sender.send(self._topic.name, 0, message.key, message.value, to_headers(letter))
        except TooLarge:
            # It came within a hair of the broker's limit: with our headers it is over. Its place is what is kept.
            bare = letter.message._replace(key=None, value=None, headers=[(DROPPED, b"too large")])
            await self._sender.send(self._topic.name, 0, None, None, to_headers(replace(letter, message=bare)))
        except BrokerUnavailable:
            self._ensured = False  # it may come back without its topics
            raise

    async def close(self) -> None:
        """Let go of the connections."""
        await self._sender.close()
        await self._admin.close()


def to_headers(letter: DeadLetter) -> list[Header]:
    """The original headers, and ours."""
    message = letter.message
    return [
        *message.headers,
        (REASON, letter.reason.encode()[:REASON_BYTES]),
        (ATTEMPTS, b"%d" % letter.attempts),
        (SERVICE, letter.service.encode()),
        (TOPIC, message.topic.encode()),
        (PARTITION, b"%d" % message.partition),
        (OFFSET, b"%d" % message.offset),
    ]


def to_letter(record: Message) -> DeadLetter:
    """The letter a record of the topic holds: the original message, as it stood where it was read."""
    ours = {name: value for name, value in record.headers if name in OURS}
    original = Message(
        ours[TOPIC].decode(),
        int(ours[PARTITION]),
        int(ours[OFFSET]),
        record.key,
        record.value,
        [header for header in record.headers if header[0] not in OURS],
        record.timestamp_ms,
    )
    reason = ours[REASON].decode(errors="replace")
    return DeadLetter(ours[SERVICE].decode(), original, reason, int(ours[ATTEMPTS]))
