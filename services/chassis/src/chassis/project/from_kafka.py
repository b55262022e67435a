"""Kafka projection: a read model filled from Kafka. Rows and `(topic id, offset, position)` move in one transaction.

projection = KafkaProjection(database, METADATA, VIEW, kafka=settings.kafka, group="reporting.views")
await projection.run()
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Delete,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    delete,
    select,
)
from sqlalchemy.exc import IntegrityError

from chassis.base import metrics
from chassis.base.concurrency import first_of
from chassis.base.errors import BrokerUnavailable, Poison
from chassis.base.message import Message
from chassis.base.retry import RetryPolicy
from chassis.kafka.admin import Admin
from chassis.kafka.clients import consumer, messages, running, translate_error
from chassis.kafka.cloudevents import to_recorded
from chassis.project.view import Overtaken, View, prepared
from chassis.sql.database import Database
from chassis.sql.statements import insert_rows
from schemas.base.envelope import RecordedEvent
from schemas.base.topics import COMPLAINT_EVENTS

MOST: Final = 2_000
WAIT_MS: Final = 200
FETCH_SETTINGS: Final = {"fetch_max_wait_ms": 250, "fetch_min_bytes": 256 * 1024}
"""The broker answers a fetch after this time or with this much data: each batch costs a fetch and a transaction, and a
wait lets events of one complaint arrive together.
"""
TOPIC_CHECK_S: Final = 5.0
TABLE: Final = "checkpoints"
Seek = Callable[[AIOKafkaConsumer, Collection[TopicPartition]], Awaitable[None]]
log = structlog.get_logger(__name__)


class PartitionCheckpoint(NamedTuple):
    """How far one partition was applied: the next offset in the topic of that id, and the store's position."""

    topic_id: str
    offset: int
    position: int


class TopicChanged(Exception):
    """The topic was deleted and recreated."""


def checkpoint_table(metadata: MetaData) -> Table:
    """The table of all views' checkpoints; declare it in a service's metadata before its `Database` is created."""
    if (known := metadata.tables.get(TABLE)) is not None:
        return known
    columns: tuple[Column[Any], ...] = (
        Column("view", String(64), primary_key=True),
        Column("partition", Integer, primary_key=True),
        Column("topic_id", String(36), nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("position", BigInteger, nullable=False),
    )
    return Table(TABLE, metadata, *columns)


# Statements are cached: building one costs more than running it.


@cache
def _select_checkpoints(table: Table, *, locked: bool) -> Select[Any]:
    own = select(table).where(table.c.view == bindparam("own"))
    return own.with_for_update() if locked else own


@cache
def _delete_checkpoints(table: Table) -> Delete:
    return delete(table).where(
        table.c.view == bindparam("own"), table.c.partition.in_(bindparam("parts", expanding=True))
    )


class KafkaProjection:
    """Keeps one view up to date. Offsets are stored with the rows. It reads a recreated topic from the beginning
    and skips events at or before its position.
    """

    def __init__(self, database: Database, metadata: MetaData, view: View[Any], *, kafka: str, group: str) -> None:
        self._database, self._view, self._kafka, self._group = database, view, kafka, group
        self._checkpoints, self._tables = checkpoint_table(metadata), list(view.define(metadata, ""))
        self._retry_policy, self._admin, self._unready = RetryPolicy(), Admin(kafka), "waiting for Kafka"
        self._current: dict[int, PartitionCheckpoint] = {}
        self._topic_id = ""

    async def run(self) -> None:
        """Run until cancelled."""
        try:
            while True:
                await self._retry_policy.until_up(self._follow, f"projection of {self._view.name}")
        finally:
            await self._admin.close()

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it is."""
        return self._unready or None

    async def _follow(self) -> None:
        await self._read_topic_id()
        client = consumer(self._kafka, group=self._group, **FETCH_SETTINGS)
        try:
            async with running(client):
                client.subscribe([COMPLAINT_EVENTS], listener=_Resume(client, self._seek))
                self._unready = ""
                await first_of(self._watch_topic(), self._apply_all(client))
        except TopicChanged:
            log.warning("topic was recreated", view=self._view.name)
        except (KafkaError, OSError) as error:
            raise translate_error(error) from error

    async def _read_topic_id(self) -> None:
        topics = await self._admin.topic_ids([COMPLAINT_EVENTS])
        if COMPLAINT_EVENTS not in topics:
            raise BrokerUnavailable(f"there is no topic {COMPLAINT_EVENTS} yet")
        self._topic_id = str(topics[COMPLAINT_EVENTS])

    async def _watch_topic(self) -> None:
        while True:
            await asyncio.sleep(TOPIC_CHECK_S)
            found = await self._admin.topic_ids([COMPLAINT_EVENTS])
            if str(found.get(COMPLAINT_EVENTS)) != self._topic_id:
                raise TopicChanged

    async def _seek(self, client: AIOKafkaConsumer, parts: Collection[TopicPartition]) -> None:
        offsets = await self.resume(self._topic_id)
        for part in parts:
            client.seek(part, offsets.get(part.partition, 0))

    async def resume(self, topic_id: str) -> Mapping[int, int]:
        """The next offset of each partition in the topic of that id, from the checkpoints; left out: 0."""
        self._topic_id, self._current = topic_id, dict(await self._database.read(self._stored))
        return {part: known.offset for part, known in self._current.items() if known.topic_id == topic_id}

    def _stored(self, connection: Connection, *, locked: bool = False) -> Mapping[int, PartitionCheckpoint]:
        rows = connection.execute(_select_checkpoints(self._checkpoints, locked=locked), {"own": self._view.name})
        return {row.partition: PartitionCheckpoint(row.topic_id, row.offset, row.position) for row in rows}

    async def _apply_all(self, client: AIOKafkaConsumer) -> None:
        while True:
            got = await client.getmany(timeout_ms=WAIT_MS, max_records=MOST)
            batch = {part.partition: messages(records) for part, records in got.items() if records}
            if not batch:
                continue
            try:
                await self.apply(batch)
            except Overtaken:
                log.info("overtaken", view=self._view.name, partitions=sorted(batch))
                await self._seek(client, client.assignment())

    async def apply(self, batch: Mapping[int, Sequence[Message]]) -> None:
        """Apply records, those of each partition from its checkpoint on; offsets move with the rows.

        Raises:
            Overtaken: another worker wrote this partition first; call `resume`.
            ChassisError: from the store or the database.
        """
        before, moved = {part: self._current.get(part) for part in batch}, dict[int, PartitionCheckpoint]()
        fresh: list[RecordedEvent] = []
        for partition, records in batch.items():
            seen = before[partition]
            position = seen.position if seen else -1
            for record in records:
                event = _event(record)
                if event is None or not event.stream.startswith(self._view.prefixes) or event.position <= position:
                    continue
                fresh.append(event)
                position = event.position
            moved[partition] = PartitionCheckpoint(self._topic_id, records[-1].offset + 1, position)
        items = await prepared(self._view, fresh)
        try:
            await self._database.run(lambda connection: self._write(connection, items, before, moved))
        except IntegrityError as error:
            raise Overtaken from error
        self._current.update(moved)
        metrics.VIEW_POSITION.labels(self._view.name).set(max(at.position for at in self._current.values()))

    def _write(
        self,
        connection: Connection,
        items: Sequence[Any],
        before: Mapping[int, PartitionCheckpoint | None],
        moved: Mapping[int, PartitionCheckpoint],
    ) -> None:
        stored = self._stored(connection, locked=True)
        if any(stored.get(part) != at for part, at in before.items()):
            raise Overtaken
        if items:
            self._view.apply(connection, self._tables, items)
        connection.execute(_delete_checkpoints(self._checkpoints), {"own": self._view.name, "parts": list(moved)})
        rows = [{"view": self._view.name, "partition": part, **at._asdict()} for part, at in moved.items()]
        insert_rows(connection, self._checkpoints, rows)


class _Resume(ConsumerRebalanceListener):  # type: ignore[misc]
    """Seeks each assigned partition to its checkpoint."""

    def __init__(self, client: AIOKafkaConsumer, seek: Seek) -> None:
        self._client, self._seek = client, seek

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Nothing to do: offsets are stored with the rows."""

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        # If this fails, the client logs it and reads from any offset; the first batch then raises `Overtaken`.
        await self._seek(self._client, assigned)


def _event(record: Message) -> RecordedEvent | None:
    try:
        return to_recorded(record)
    except Poison as poison:
        # Only the relay writes this topic; anything else is no event of the store.
        log.error("not an event", place=record.place, because=poison.reason)
        return None
