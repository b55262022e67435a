"""Dead letters in Kafka: topic `dead-letter.<service>`; each record unchanged, with its origin and the reason."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from chassis.base.cluster import Cluster
from chassis.base.errors import BrokerUnavailable, MessageTooLarge
from chassis.base.message import Header, Message
from chassis.deadletter.port import DeadLetter
from chassis.kafka.admin import Admin
from chassis.kafka.clients import LazyProducer
from chassis.kafka.ensure_topics import TopicProvisioner
from schemas.base.topics import Topic, dead_letter

REASON: Final = "dl_reason"
ATTEMPTS: Final = "dl_attempts"
SERVICE: Final = "dl_service"
TOPIC: Final = "dl_topic"
PARTITION: Final = "dl_partition"
OFFSET: Final = "dl_offset"
DROPPED: Final = "dl_dropped"
"""Header of a dead letter without its message's body and headers."""
OURS: Final = frozenset({REASON, ATTEMPTS, SERVICE, TOPIC, PARTITION, OFFSET})
NOT_READ: Final = re.compile(
    r"relay-checkpoint|registry-events|complaint-summary|dead-letter\..*|agency\..*\.inbox|__.*"
)
"""Topics whose messages never become dead letters: a replay must not write there for a stranger."""
REASON_BYTES: Final = 2_000
RETENTION_PERIOD_S: Final = 60.0
"""How often the retention of the topic is compared with the policy."""


class KafkaDeadLetters:
    """Implements `chassis.deadletter.port.DeadLetters`. Connects at the first one; most services have none."""

    def __init__(self, kafka: Cluster, service: str, retention: Callable[[], timedelta]) -> None:
        """`retention`, by the policy in force, is limited because an external message may hold personal data. Each dead
        letter is only a copy: a sweep finds its complaint in the store, or a table of the service has its reason.
        """
        self._kafka, self._service, self._retention = kafka, service, retention
        self._admin, self._producer, self._ensured = Admin(kafka), LazyProducer(kafka), False

    async def put(self, letter: DeadLetter) -> None:
        """On every replica on return. Raises BrokerUnavailable."""
        if not self._ensured:
            await self._admin.ensure([self._topic()])
            self._ensured = True
        message, topic = letter.message, dead_letter(self._service)
        try:
            await send(self._producer, topic, 0, message._replace(headers=to_headers(letter)))
        except MessageTooLarge:
            # With our headers it exceeds the broker's limit: store its origin only.
            bare = message._replace(key=None, value=None, headers=[(DROPPED, b"too large")])
            headers = to_headers(replace(letter, message=bare))
            await send(self._producer, topic, 0, bare._replace(headers=headers))
        except BrokerUnavailable:
            self._ensured = False  # the broker may come back without its topics
            raise

    def provisioner(self) -> TopicProvisioner:
        """A background task that sets the retention of an existing topic. The first dead letter creates it."""
        return TopicProvisioner(self._kafka, lambda: [self._topic()], create=False, period_s=RETENTION_PERIOD_S)

    async def close(self) -> None:
        """Close the connections."""
        await self._producer.close()
        await self._admin.close()

    def _topic(self) -> Topic:
        return Topic(dead_letter(self._service), 1, self._retention() // timedelta(milliseconds=1))


async def send(producer: LazyProducer, topic: str, partition: int, message: Message) -> None:
    """Send key, value and headers of `message` to that partition; on every replica on return.

    Raises:
        BrokerUnavailable, AccessDenied, MessageTooLarge.
    """
    key, value, headers = message.key, message.value, list(message.headers)
    if key is None and value is None:
        value = b""  # the client refuses a record without key and value, which external parties can send
    async with producer.connected() as client:
        await client.send_and_wait(topic, value, key=key, partition=partition, headers=headers)


def to_headers(letter: DeadLetter) -> list[Header]:
    """The message's own headers, then those of the dead letter."""
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


def read_letter(record: Message) -> DeadLetter | None:
    """As `to_letter`; None: a stranger wrote it, or it names a topic from which no message becomes a dead letter."""
    try:
        letter = to_letter(record)
    except (LookupError, ValueError, AttributeError):
        return None
    return None if NOT_READ.fullmatch(letter.message.topic) else letter


def to_letter(record: Message) -> DeadLetter:
    """The dead letter in a record of the topic, with the message as it was read at its origin."""
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
