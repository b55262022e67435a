"""Kafka projection: a read model filled from Kafka. Rows and `(topic id, offset, position, event id)` move in one
transaction.

projection = KafkaProjection(database, METADATA, VIEW, platform.verifier, kafka=settings.kafka, group="reporting.views")
await projection.run()

Nothing that a record claims moves rows or checkpoint before it was held against the store. Where the store does not
hold the checkpoint's event (an older copy was restored), the rows are deleted and filled anew.

A view that is new, far behind, or whose next record the topic does not hold any more, is filled from the store
(`chassis.project.fill`) and then follows Kafka from a place before which every record is in the rows. Later records
that are in them too are told by their positions.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from sqlalchemy import Connection, MetaData, delete
from sqlalchemy.exc import IntegrityError

from chassis.base import metrics
from chassis.base.cluster import Cluster
from chassis.base.concurrency import first_of
from chassis.base.errors import BrokerUnavailable
from chassis.base.message import Message
from chassis.base.ports import Checkpoint
from chassis.base.retry import RetryPolicy
from chassis.kafka.admin import Admin, TopicRecreated
from chassis.kafka.clients import consumer, messages, running, translate_error
from chassis.kafka.partition import partition_of
from chassis.kafka.verify import Checked, RecordVerifier
from chassis.project.fill import FillMarks, History, Reached
from chassis.project.partition_checkpoints import PartitionCheckpoint, PartitionCheckpoints
from chassis.project.view import Overtaken, View, prepared
from chassis.sql.database import Database
from schemas.base.envelope import RecordedEvent
from schemas.base.topics import COMPLAINT_EVENTS, FIXED

MOST: Final = 2_000
WAIT_MS: Final = 200
FETCH_SETTINGS: Final = {"fetch_max_wait_ms": 250, "fetch_min_bytes": 256 * 1024}
"""The broker answers a fetch after this time or with this much data: each batch costs a fetch and a transaction, and a
wait lets events of one complaint arrive together.
"""
HISTORY_CHECK_S: Final = 5.0
"""How often the store is asked for the event of the furthest checkpoint."""
PAGE: Final = 2_000
SEEKING_S: Final = 0.1
PROBE_BYTES: Final = 64 * 1024
PROBED: Final = 10
"""Records read at a place in the topic, to see which events are there."""
NOTHING: Final = PartitionCheckpoint("", 0, -1)
Seek = Callable[[AIOKafkaConsumer, Collection[TopicPartition]], Awaitable[None]]
log = structlog.get_logger(__name__)


class MustFill(Exception):
    """The topic does not hold the next record any more, or a fill is under way."""


class KafkaProjection:
    """Keeps one view up to date. Offsets are stored with the rows. It reads a recreated topic from the beginning
    and skips events at or before its position.
    """

    def __init__(
        self,
        database: Database,
        metadata: MetaData,
        view: View[Any],
        verifier: RecordVerifier,
        *,
        kafka: Cluster,
        group: str,
    ) -> None:
        self._database, self.view, self._kafka, self._group = database, view, kafka, group
        self._verifier = verifier
        self._checkpoints, self.tables = PartitionCheckpoints(metadata, view.name), view.define(metadata, "")
        self.history, self._marks = History(verifier.store, database, metadata), FillMarks(metadata, view.name)
        self.history.add(self)
        self._ends: dict[int, int] = {}
        self._seek_error: Exception | None = None
        self._retry_policy, self._admin = RetryPolicy(), Admin(kafka)
        self._unready = f"waiting for Kafka at {kafka}"
        self._current: dict[int, PartitionCheckpoint] = {}
        self._topic_id = ""

    @property
    def read_models(self) -> Sequence["KafkaProjection"]:
        """What it keeps."""
        return [self]

    async def run(self) -> None:
        """Run until cancelled."""
        try:
            while True:
                await self._retry_policy.until_up(self._follow, f"projection of {self.view.name}")
        finally:
            await self._admin.close()

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it is."""
        filling = self.history.progress.text
        return f"{self.view.name} is {filling}" if filling else self._unready or None

    async def reached(self) -> Reached:
        """How far the rows are, for a fill."""
        known = await self._database.read(self._checkpoints.read)
        at = {part: max(0, one.position) for part, one in known.items()}
        first = min(at.get(part, 0) for part in range(FIXED[COMPLAINT_EVENTS].partitions))
        last = max(at.values(), default=0)
        return Reached(first, last, lambda stream: at.get(_partition(stream), 0), bool(self._ends))

    def begun(self, connection: Connection) -> None:
        """Keep where to go on in partitions whose next records are gone: the store gives what lies before."""
        known = self._checkpoints.read(connection, locked=True)
        self._checkpoints.replace(
            connection,
            {
                part: known.get(part, NOTHING)._replace(topic_id=self._topic_id, offset=end)
                for part, end in self._ends.items()
            },
        )

    def filled(self, connection: Connection, at: Checkpoint) -> None:
        """Set the checkpoint of each partition. Where nothing was read from the topic, its place is looked up later."""
        known = self._checkpoints.read(connection, locked=True)
        parts = {part: known.get(part, NOTHING) for part in range(FIXED[COMPLAINT_EVENTS].partitions)}
        position = at.position or 0
        moved = {
            part: one._replace(position=position, event_id=at.event_id)
            for part, one in parts.items()
            if one.position < position
        }
        self._checkpoints.replace(connection, moved)

    async def _follow(self) -> None:
        await self.history.fill()
        self._ends, self._seek_error = {}, None
        topics = await self._admin.topic_ids([COMPLAINT_EVENTS])
        if COMPLAINT_EVENTS not in topics:
            raise BrokerUnavailable(f"there is no topic {COMPLAINT_EVENTS} yet")
        self._topic_id = str(topics[COMPLAINT_EVENTS])
        client = consumer(self._kafka, group=self._group, auto_offset_reset="none", **FETCH_SETTINGS)
        try:
            async with running(client):
                client.subscribe([COMPLAINT_EVENTS], listener=_Resume(client, self._sought))
                self._unready = ""
                await first_of(self._admin.watch(topics), self._apply_all(client), self._keep_checking())
        except Overtaken:
            log.info("reading again", view=self.view.name)
        except MustFill:
            log.warning("filling from the store", view=self.view.name, partitions=sorted(self._ends))
        except TopicRecreated:
            log.warning("topic was recreated", view=self.view.name)
        except (KafkaError, OSError) as error:
            raise translate_error(error, self._kafka) from error

    async def _sought(self, client: AIOKafkaConsumer, parts: Collection[TopicPartition]) -> None:
        try:
            await self._seek(client, parts)
        except Exception as error:
            self._seek_error = error  # the client only logs it
            raise

    async def _seek(self, client: AIOKafkaConsumer, parts: Collection[TopicPartition]) -> None:
        offsets = dict(await self.resume(self._topic_id))
        ends, firsts = await client.end_offsets(list(parts)), await client.beginning_offsets(list(parts))
        found = await self._places([part for part in parts if part.partition not in offsets], firsts, ends)
        for part in parts:
            offset = offsets.get(part.partition, found.get(part, 0))
            if offset < firsts[part]:
                self._ends[part.partition] = ends[part]
            client.seek(part, max(offset, firsts[part]))

    async def _places(
        self,
        parts: Collection[TopicPartition],
        firsts: Mapping[TopicPartition, int],
        ends: Mapping[TopicPartition, int],
    ) -> dict[TopicPartition, int]:
        """Offsets before which every record's event is in the rows, of partitions that were filled from the store, or
        whose topic was recreated. Left out: nothing is in the rows. -1: the topic may lack an event that is not.

        `ends` was read before: if the store has no further event now, everything before them is in the rows.
        """
        at = {part: self._current[part.partition].position for part in parts if part.partition in self._current}
        at = {part: position for part, position in at.items() if position > 0}
        if not at:
            return {}
        page = await self._verifier.store.read_all(min(at.values()), self.view.prefixes, 1)
        if not page.events and page.caught_up:
            return {part: ends[part] for part in at}
        found: dict[TopicPartition, int] = {}
        async with running(consumer(self._kafka, max_partition_fetch_bytes=PROBE_BYTES)) as client:
            for part, position in at.items():
                place = await self._place(client, part, position, (firsts[part], ends[part]))
                found[part] = -1 if place == firsts[part] > 0 else place
        return found

    async def _place(
        self, client: AIOKafkaConsumer, part: TopicPartition, position: int, between: tuple[int, int]
    ) -> int:
        """By bisection: records of a partition have growing positions."""
        low, high = between
        client.assign([part])
        while low < high:
            middle = (low + high) // 2
            offset, there = await self._first_valid(client, part, middle, high)
            if there is None or there > position:
                high = middle
            else:
                low = offset + 1
        return low

    async def _first_valid(
        self, client: AIOKafkaConsumer, part: TopicPartition, start: int, end: int
    ) -> tuple[int, int | None]:
        """Offset and position of the first record from `start` on that is an event of the store; None: none before
        `end`.
        """
        client.seek(part, start)
        while await client.position(part) < end:
            got = await client.getmany(part, timeout_ms=WAIT_MS, max_records=PROBED)
            checked = await self._verifier.check(messages(got.get(part, ())))
            valid = [(message.offset, event.position) for message, event in (*checked.signed, *checked.held)]
            if valid:
                return min(valid) if min(valid)[0] < end else (end, None)
        return end, None

    async def resume(self, topic_id: str) -> Mapping[int, int]:
        """The next offset of each partition in the topic of that id, from the checkpoints; left out: 0."""
        self._topic_id, self._current = topic_id, dict(await self._database.read(self._checkpoints.read))
        with suppress(Overtaken):
            await self.verify()
        return {part: known.offset for part, known in self._current.items() if known.topic_id == topic_id}

    async def verify(self) -> None:
        """Hold the furthest checkpoint against the store. Raises Overtaken: it is not there, the view begins anew."""
        if not self._current:
            return
        part, at = max(self._current.items(), key=lambda each: each[1].position)
        if at.position > 0 and not await self._verifier.holds(Checkpoint(at.position, at.event_id)):
            log.error("an older store was restored: the view begins anew", view=self.view.name, position=at.position)
            await self._database.run(lambda connection: self._begin_anew(connection, part, at))
            self._current = {}
            raise Overtaken
        if at.position > 0 and at.event_id is None:  # of a version without ids
            named = at._replace(event_id=await self._verifier.store.id_at(at.position))
            await self._database.run(lambda connection: self._name(connection, part, at, named))

    def _name(self, connection: Connection, part: int, at: PartitionCheckpoint, named: PartitionCheckpoint) -> None:
        if self._checkpoints.read(connection, locked=True).get(part) != at:
            raise Overtaken
        self._checkpoints.replace(connection, {part: named})
        self._current[part] = named

    def _begin_anew(self, connection: Connection, part: int, at: PartitionCheckpoint) -> None:
        if self._checkpoints.read(connection).get(part) == at:  # else another process did it
            for table in self.tables:
                connection.execute(delete(table))
            self._checkpoints.delete(connection)

    async def _keep_checking(self) -> None:
        while True:
            await asyncio.sleep(HISTORY_CHECK_S)
            await self.verify()

    async def _apply_all(self, client: AIOKafkaConsumer) -> None:
        while True:
            try:
                got = await client.getmany(timeout_ms=WAIT_MS, max_records=MOST)
            except OffsetOutOfRangeError:  # while this process was away for a moment, the records expired
                got = {}
                await self._seek(client, client.assignment())
            except NoOffsetForPartitionError:  # its place is still being looked for
                got = {}
                if self._seek_error is not None:
                    raise self._seek_error from None
                await asyncio.sleep(SEEKING_S)
            if self._ends:
                raise MustFill
            batch = {part.partition: messages(records) for part, records in got.items() if records}
            if not batch:
                continue
            try:
                await self.apply(batch)
            except Overtaken:
                log.info("overtaken", view=self.view.name, partitions=sorted(batch))
                if await self.history.is_far(self):
                    raise MustFill from None
                await self._seek(client, client.assignment())

    async def apply(self, batch: Mapping[int, Sequence[Message]]) -> None:
        """Apply records, those of each partition from its checkpoint on; offsets move with the rows.

        Raises:
            Overtaken: another worker wrote this partition first; call `resume`.
            ChassisError: from the store or the database.
        """
        before, moved = {part: self._current.get(part) for part in batch}, dict[int, PartitionCheckpoint]()
        fresh: list[RecordedEvent] = []
        for partition, events in (await self._events(batch, before)).items():
            seen = before[partition]
            position, event_id = (seen.position, seen.event_id) if seen else (-1, None)
            for event in events:
                if event.position > position:
                    position, event_id = event.position, event.id
                    fresh.append(event)
            offset = batch[partition][-1].offset + 1
            moved[partition] = PartitionCheckpoint(self._topic_id, offset, position, event_id)
        items = await prepared(self.view, fresh)
        try:
            await self._database.run(lambda connection: self._write(connection, items, before, moved))
        except IntegrityError as error:
            raise Overtaken from error
        self._current.update(moved)
        metrics.VIEW_POSITION.labels(self.view.name).set(max(at.position for at in self._current.values()))

    def _write(
        self,
        connection: Connection,
        items: Sequence[Any],
        before: Mapping[int, PartitionCheckpoint | None],
        moved: Mapping[int, PartitionCheckpoint],
    ) -> None:
        self._marks.refuse_others(connection)
        stored = self._checkpoints.read(connection, locked=True)
        if any(stored.get(part) != at for part, at in before.items()):
            raise Overtaken
        if items:
            self.view.apply(connection, self.tables, items)
        self._checkpoints.replace(connection, moved)

    async def _events(
        self, batch: Mapping[int, Sequence[Message]], before: Mapping[int, PartitionCheckpoint | None]
    ) -> Mapping[int, Sequence[RecordedEvent]]:
        """The events of these records by partition, those of each in the order of positions."""
        checked = await self._checked([message for records in batch.values() for message in records])
        events: dict[int, list[RecordedEvent]] = {partition: [] for partition in batch}
        for message, event in checked.signed:
            events[message.partition].append(event)
        self._tell_foreign(checked.foreign)
        for partition, upto in _unsigned_ends(checked).items():
            seen = before[partition]
            stored = await self._stored_events(partition, seen.position if seen else None, upto)
            events[partition] = [*stored, *(event for event in events[partition] if event.position > upto)]
        starts = self.view.prefixes
        return {part: [event for event in found if event.stream.startswith(starts)] for part, found in events.items()}

    async def _checked(self, messages: Sequence[Message]) -> Checked:
        checked = await self._verifier.check(messages)
        if checked.signed:
            _, newest = max(checked.signed, key=lambda each: each[1].position)
            if not await self._verifier.holds(Checkpoint(newest.position, newest.id)):
                return await self._verifier.check(messages, trust=False)  # an older store was restored
        return checked

    async def _stored_events(self, partition: int, after: int | None, upto: int) -> list[RecordedEvent]:
        """The store's events of this partition. A record without a signature proves only that its own event is stored:
        others before it may not have been published yet, and would be skipped when they are.
        """
        found: list[RecordedEvent] = []
        while after is None or after < upto:
            page = await self._verifier.store.read_all(after, self.view.prefixes, PAGE)
            found += [each for each in page.events if each.position <= upto and _partition(each.stream) == partition]
            if page.caught_up:
                break
            after = page.position
        return found

    def _tell_foreign(self, foreign: Sequence[tuple[Message, str]]) -> None:
        for message, because in foreign:
            log.error("not an event of the store", view=self.view.name, place=message.place, because=because)
        metrics.FOREIGN_RECORDS.labels(self._group).inc(len(foreign))


def _unsigned_ends(checked: Checked) -> Mapping[int, int]:
    """The furthest position of an event without a signature, by partition. Copies in other partitions do not count."""
    ends: dict[int, int] = {}
    for message, event in checked.held:
        if _partition(event.stream) == message.partition:
            ends[message.partition] = max(event.position, ends.get(message.partition, 0))
    return ends


def _partition(stream: str) -> int:
    return partition_of(stream.partition("-")[2].encode())


class _Resume(ConsumerRebalanceListener):  # type: ignore[misc]
    """Seeks each assigned partition to its checkpoint."""

    def __init__(self, client: AIOKafkaConsumer, seek: Seek) -> None:
        self._client, self._seek = client, seek

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Nothing to do: offsets are stored with the rows."""

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        await self._seek(self._client, assigned)
