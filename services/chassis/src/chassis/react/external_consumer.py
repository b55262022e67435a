"""Consumer of topics that external parties write: plain aiokafka, committed records only, dead letters."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalGenerationError, KafkaError, RebalanceInProgressError

from chassis.base.errors import Permanent
from chassis.base.message import Message
from chassis.base.retry import HOPELESS, RetryPolicy, reason
from chassis.deadletter.port import DeadLetter, DeadLetters
from chassis.kafka.clients import consumer, messages, running, translate_error

Receive = Callable[[Message], Awaitable[None]]
"""Handles one record; must be idempotent. Raises `Poison` for one that can never succeed (its sender sees the
reason: no citizen's words in it); `Retryable` errors are retried without limit."""

MOST: Final = 500
WAIT_MS: Final = 200
CONCURRENCY: Final = 64
REBALANCED: Final = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError)
log = structlog.get_logger(__name__)


class ExternalConsumer:
    """Reads `topics`, or every topic that matches `pattern` (new ones within 5 s), in consumer group `group`.

    Handles records with the same key one after another (unless `ordered` is off, for independent records), others
    concurrently. Commits offsets after handling.
    """

    def __init__(
        self,
        service: str,
        receive: Receive,
        quarantine: DeadLetters,
        *,
        kafka: str,
        group: str,
        topics: Sequence[str] = (),
        pattern: str | None = None,
        retry_policy: RetryPolicy | None = None,
        ordered: bool = True,
    ) -> None:
        self._service, self._receive, self._quarantine = service, receive, quarantine
        self._kafka, self._group, self._topics, self._pattern = kafka, group, list(topics), pattern
        self._retry_policy, self._unready = retry_policy or RetryPolicy(), "waiting for Kafka"
        self._slots, self._ordered = asyncio.Semaphore(CONCURRENCY), ordered

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await self._retry_policy.until_up(self._follow, self._group)

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it is."""
        return self._unready or None

    async def handle(self, batch: Sequence[Message]) -> None:
        """Handle every record, those of each key in order; on return all are handled or dead letters."""
        by_key: dict[tuple[str, bytes | str | None], list[Message]] = defaultdict(list)
        for message in batch:
            by_key[message.topic, message.key if self._ordered else message.place].append(message)
        async with asyncio.TaskGroup() as tasks:
            for records in by_key.values():
                tasks.create_task(self._in_order(records))

    async def _follow(self) -> None:
        client = consumer(self._kafka, group=self._group)
        async with running(client):
            client.subscribe(topics=self._topics or (), pattern=self._pattern)
            self._unready = ""
            try:
                while True:
                    await self._step(client)
            except (KafkaError, OSError) as error:
                raise translate_error(error) from error

    async def _step(self, client: AIOKafkaConsumer) -> None:
        got = await client.getmany(timeout_ms=WAIT_MS, max_records=MOST)
        batch = [message for records in got.values() for message in messages(records)]
        if not batch:
            return
        await self.handle(batch)
        try:
            await client.commit(_offsets(batch))
        except REBALANCED as error:
            log.info("reading again after a rebalance", group=self._group, because=type(error).__name__)

    async def _in_order(self, records: Sequence[Message]) -> None:
        async with self._slots:
            for message in records:
                await self._one(message)

    async def _one(self, message: Message) -> None:
        tries = 0
        while True:
            tries += 1
            try:
                await self._retry_policy.until_up(lambda: self._receive(message), message.place)
            except Exception as error:  # noqa: BLE001 - one sender's bad message must not block the others'
                if tries < self._retry_policy.attempts and not isinstance(error, (*HOPELESS, Permanent)):
                    await self._retry_policy.wait(tries)
                    continue
                await self._set_aside(message, reason(error), tries)
            return

    async def _set_aside(self, message: Message, because: str, tries: int) -> None:
        dead_letter = DeadLetter(self._service, message, because, tries)
        await self._retry_policy.until_up(lambda: self._quarantine.put(dead_letter), "quarantine")
        log.warning("set aside", place=message.place, because=because, tries=tries)


def _offsets(batch: Sequence[Message]) -> dict[TopicPartition, int]:
    ends: dict[TopicPartition, int] = {}
    for message in batch:
        part = TopicPartition(message.topic, message.partition)
        ends[part] = max(ends.get(part, 0), message.offset + 1)
    return ends
