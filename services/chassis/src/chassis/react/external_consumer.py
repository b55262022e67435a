"""Consumer of topics that external parties write: plain aiokafka, committed records only, dead letters."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalGenerationError, KafkaError, RebalanceInProgressError

from chassis.base.cluster import Cluster
from chassis.base.errors import KafkaDenied, Permanent
from chassis.base.message import Message
from chassis.base.retry import HOPELESS, RetryPolicy, reason
from chassis.deadletter.port import DeadLetter, DeadLetters
from chassis.kafka.clients import consumer, messages, running, translate_error

Receive = Callable[[Message], Awaitable[None]]
"""Handles one record; must be idempotent. Raises `Poison` for one that can never succeed (its sender sees the
reason: no citizen's words in it); `Retryable` errors are retried without limit."""

QUANTUM: Final = 100
"""Records of one partition that are in hand at a time."""
WAIT_MS: Final = 200
CONCURRENCY: Final = 64
REBALANCED: Final = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError)
log = structlog.get_logger(__name__)


class ExternalConsumer:
    """Reads `topics`, or every topic that matches `pattern` (new ones within 5 s), in consumer group `group`.

    Handles records with the same key one after another (unless `ordered` is off, for independent records), others
    concurrently. Partitions take turns, so that one sender's flood does not delay the others. Commits offsets after
    handling.
    """

    def __init__(
        self,
        service: str,
        receive: Receive,
        quarantine: DeadLetters,
        *,
        kafka: Cluster,
        group: str,
        topics: Sequence[str] = (),
        pattern: str | None = None,
        retry_policy: RetryPolicy | None = None,
        ordered: bool = True,
    ) -> None:
        self._service, self._receive, self._quarantine = service, receive, quarantine
        self._kafka, self._group, self._topics, self._pattern = kafka, group, list(topics), pattern
        self._retry_policy, self._unready = retry_policy or RetryPolicy(), f"waiting for Kafka at {kafka}"
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
                await self._take_turns(client)
            except (KafkaError, OSError) as error:
                raise translate_error(error, self._kafka) from error

    async def _take_turns(self, client: AIOKafkaConsumer) -> None:
        """Handle at most `QUANTUM` records of each partition at a time, each partition on its own: while one sender's
        flood is worked off, the client keeps the rest of it, and other senders' records are read and handled.
        """
        working: dict[asyncio.Task[None], Mapping[TopicPartition, int]] = {}
        try:
            while True:
                busy = {part for offsets in working.values() for part in offsets}
                free = [part for part in client.assignment() if part not in busy]
                for part, records in (await _poll(client, free, working)).items():
                    batch = messages(records)
                    working[asyncio.create_task(self.handle(batch))] = {part: batch[-1].offset + 1}
                handled: dict[TopicPartition, int] = {}
                for task in [task for task in working if task.done()]:
                    task.result()
                    handled |= working.pop(task)
                await self._commit(client, handled)
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    async def _commit(self, client: AIOKafkaConsumer, handled: Mapping[TopicPartition, int]) -> None:
        assigned = client.assignment()
        if not (offsets := {part: offset for part, offset in handled.items() if part in assigned}):
            return
        try:
            await client.commit(offsets)
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
            except KafkaDenied:  # no fault of this message
                raise
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


async def _poll(
    client: AIOKafkaConsumer, free: Sequence[TopicPartition], working: Collection["asyncio.Task[None]"]
) -> Mapping[TopicPartition, Sequence[Any]]:
    """Records of `free` partitions; none if a task ends before there are any."""
    if not free:
        idle = asyncio.ensure_future(asyncio.sleep(WAIT_MS / 1000))  # there may be a new assignment
        await asyncio.wait({idle, *working}, return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()
        return {}
    poll = asyncio.ensure_future(client.getmany(*free, timeout_ms=WAIT_MS, max_records=QUANTUM))
    try:
        await asyncio.wait({poll, *working}, return_when=asyncio.FIRST_COMPLETED)
        poll.cancel()  # no effect once it has records
        records: Mapping[TopicPartition, Sequence[Any]] = await poll
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise
        return {}
    else:
        return records
    finally:
        poll.cancel()
