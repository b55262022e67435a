"""Compares Kafka with the store: the event ids of the topic of events, and the message behind each valid receipt.

Ids are compared in a temporary SQLite file, so that millions of events need no memory. The file also has one row for
each complaint and agency with a receipt.
"""

import math
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Final, Self
from uuid import UUID

from aiokafka import TopicPartition

from audit.finding import Violation
from chassis.base.cluster import Cluster
from chassis.base.errors import Poison
from chassis.base.message import Message
from chassis.base.ports import Store
from chassis.kafka.admin import Admin
from chassis.kafka.clients import consumer, messages, running
from chassis.kafka.cloudevents import is_complaint_stream, to_recorded
from chassis.kafka.partition import partition_of
from schemas.base.envelope import RecordedEvent, published
from schemas.base.streams import COMPLAINT_PREFIX, complaint_stream
from schemas.base.topics import COMPLAINT_EVENTS, FIXED, agency_inbox
from schemas.complaint.state import Complaint

PUBLISH_WITHIN_S: Final = 30.0
"""Seconds of real time within which the relay must publish an event. Newer events are not checked."""
INBOX_PARTITIONS: Final = 1
EVERYTHING: Final[Mapping[int, int]] = MappingProxyType({})
_TABLES: Final = """
create table stored (digest blob primary key, stream text, version int, part int, position int) without rowid;
create table carried (digest blob primary key, id blob, stream text, place text) without rowid;
create table receipts (
    agency text, place int, at int, complaint blob, message blob, version int, topic text,
    primary key (agency, topic, place, at, complaint)
) without rowid;
create index receipts_by_complaint on receipts (agency, topic, place, complaint);
"""


class Collected:
    """Event ids and receipts collected while the store is read."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("")  # a temporary file, deleted with the connection
        self._rows.executescript(_TABLES)
        self.started_at = datetime.fromtimestamp(time.time(), UTC)
        self.agencies: set[str] = set()
        self._earliest: dict[int, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._rows.close()

    def page(self, events: Sequence[RecordedEvent], _seen: int = 0) -> None:
        """Add events of the store, except those too new to be in the topic."""
        old = (e for e in events if (self.started_at - e.recorded_at).total_seconds() > PUBLISH_WITHIN_S)
        ours = (e for e in old if e.stream.startswith(COMPLAINT_PREFIX))
        rows = [(_digest(e), e.stream, e.version, _partition(e), e.position) for e in ours]
        self._rows.executemany("insert or ignore into stored values (?, ?, ?, ?, ?)", rows)

    def judged(self, state: Complaint) -> None:
        """Add the newest receipt of each agency for this complaint."""
        self.agencies.update(state.receipts)
        self._rows.executemany(
            "insert or ignore into receipts values (?, ?, ?, ?, ?, ?, ?)",
            [
                (agency, r.partition, r.offset, state.id.bytes, r.message_id.bytes, state.version, r.topic_id)
                for agency, r in state.receipts.items()
            ],
        )

    def carries(self, batch: Sequence[Message]) -> Iterator[Violation]:
        """Add messages of the topic of events. Yields those that are no event of a complaint."""
        rows = []
        for message in batch:
            try:
                event = _event(message)
                rows.append((_digest(event), event.id.bytes, event.stream, message.place))
                earliest = self._earliest.get(message.partition, event.position)
                self._earliest[message.partition] = min(earliest, event.position)
            except Poison as poison:
                yield Violation("topic-foreign", COMPLAINT_EVENTS, message.offset, f"{message.place}: {poison.reason}")
        self._rows.executemany("insert or ignore into carried values (?, ?, ?, ?)", rows)

    def missing(self, first: Mapping[int, int] = EVERYTHING) -> Iterator[Violation]:
        """Events of the store that are not in the topic. `first`: the first offset of each partition; if it is not 0,
        older records expired, and only events from the earliest one that is there on are compared.
        """
        query = """
            select stream, version, part, position from stored where digest not in (select digest from carried)
            order by stream, version
        """
        for stream, version, partition, position in self._rows.execute(query):
            if first.get(partition, 0) > 0 and position < self._earliest.get(partition, math.inf):
                continue
            yield Violation("topic-missing", stream, version, f"{COMPLAINT_EVENTS} does not have this event")

    def unseen(self) -> dict[str, dict[bytes, tuple[UUID, str]]]:
        """Id and place of each event of the topic that was not read from the store, by stream and digest: newer than
        the audit, or foreign.
        """
        found: dict[str, dict[bytes, tuple[UUID, str]]] = {}
        query = "select digest, id, stream, place from carried where digest not in (select digest from stored)"
        for digest, id_, stream, place in self._rows.execute(query):
            found.setdefault(stream, {})[digest] = UUID(bytes=id_), place
        return found

    def expected(self, agency: str, topic_id: str, message: Message) -> Iterator[Violation]:
        """Compare one message with the receipts that point to it; remove those, and those of messages before it that
        it supersedes.
        """
        key = (agency, topic_id, message.partition, message.offset)
        query = (
            "select complaint, message, version from receipts where agency = ? and topic = ? and place = ? and at = ?"
        )
        given = {name: (value or b"").decode(errors="replace") for name, value in message.headers}
        for complaint, message_id, version in self._rows.execute(query, key).fetchall():
            about = (str(UUID(bytes=complaint)), str(UUID(bytes=message_id)))
            if (given.get("ce_subject"), given.get("ce_id")) != about:
                what = f"the receipt of {agency} points to {message.place}, which is about {given.get('ce_subject')}"
                yield _false(complaint, version, what)
        self._rows.execute("delete from receipts where agency = ? and topic = ? and place = ? and at = ?", key)
        self._supersede(agency, topic_id, message)

    def _supersede(self, agency: str, topic_id: str, message: Message) -> None:
        # The topic is compacted: a message may be gone as soon as a later one has its key, the complaint's id.
        try:
            complaint = UUID((message.key or b"").decode())
        except ValueError:
            return
        query = "delete from receipts where agency = ? and topic = ? and place = ? and complaint = ? and at < ?"
        self._rows.execute(query, (agency, topic_id, message.partition, complaint.bytes, message.offset))

    def unmatched(self, agency: str, topic_id: str, first: dict[int, int]) -> Iterator[Violation]:
        """Valid receipts without a message, unless the topic begins after them (`first`: offset by partition)."""
        query = "select complaint, place, at, version from receipts where agency = ? and topic = ?"
        for complaint, partition, offset, version in self._rows.execute(query, (agency, topic_id)):
            if offset >= first.get(partition, 0):
                where = f"{agency_inbox(agency)}/{partition}@{offset}"
                yield _false(complaint, version, f"the receipt of {agency} points to {where}, where no message is")


def _false(complaint: bytes, version: int, what: str) -> Violation:
    return Violation("false-receipt", complaint_stream(UUID(bytes=complaint)), version, what)


async def compare(kafka: Cluster, store: Store, collected: Collected) -> AsyncIterator[Violation]:
    """The differences between the topics and the store.

    Raises:
        BrokerUnavailable, AccessDenied.
    """
    admin = Admin(kafka)
    try:
        topics = {agency_inbox(agency): agency for agency in collected.agencies}
        ids = await admin.topic_ids([COMPLAINT_EVENTS, *topics])
    finally:
        await admin.close()
    first: dict[int, int] = {}
    if COMPLAINT_EVENTS in ids:
        async for batch in _whole(kafka, COMPLAINT_EVENTS, FIXED[COMPLAINT_EVENTS].partitions, first):
            for violation in collected.carries(batch):
                yield violation
    for violation in [*collected.missing(first), *await _foreign(store, collected.unseen())]:
        yield violation
    for topic, agency in topics.items():
        if topic in ids:  # receipts of another topic id are outdated, not false
            async for violation in _inbox(kafka, collected, agency, str(ids[topic])):
                yield violation


def _event(message: Message) -> RecordedEvent:
    event = to_recorded(message)
    if not is_complaint_stream(event.stream):
        raise Poison("ce_stream is not the name of a complaint's stream")
    return event


def _partition(event: RecordedEvent) -> int:
    return partition_of(event.stream.partition("-")[2].encode())


def _digest(event: RecordedEvent) -> bytes:
    """Of everything that a reader uses: a record may name a stored event and differ in the rest."""
    fields = (event.id, event.type, event.stream, event.version, event.position)
    return blake2b(repr((*fields, published(event.metadata), event.data)).encode(), digest_size=16).digest()


async def _foreign(store: Store, unseen: dict[str, dict[bytes, tuple[UUID, str]]]) -> list[Violation]:
    found: list[Violation] = []
    for stream, places in unseen.items():
        stored = {_digest(event): event.id for event in await store.read(stream)}
        ids = set(stored.values())
        for id_, place in (each for digest, each in places.items() if digest not in stored):
            differs = "with other contents than the store's" if id_ in ids else "which the store does not hold"
            found.append(Violation("topic-foreign", stream, -1, f"{place} has event {id_}, {differs}"))
    return found


async def _inbox(kafka: Cluster, collected: Collected, agency: str, topic_id: str) -> AsyncIterator[Violation]:
    first: dict[int, int] = {}
    async for batch in _whole(kafka, agency_inbox(agency), INBOX_PARTITIONS, first):
        for message in batch:
            for violation in collected.expected(agency, topic_id, message):
                yield violation
    for violation in collected.unmatched(agency, topic_id, first):
        yield violation


async def _whole(kafka: Cluster, topic: str, partitions: int, first: dict[int, int]) -> AsyncIterator[list[Message]]:
    """Every committed record of a topic up to its present end. Fills `first` with the first offsets."""
    parts = [TopicPartition(topic, number) for number in range(partitions)]
    async with running(consumer(kafka)) as client:
        client.assign(parts)
        begins, ends = await client.beginning_offsets(parts), await client.end_offsets(parts)
        first.update({part.partition: offset for part, offset in begins.items()})
        await client.seek_to_beginning(*parts)
        for part in parts:
            while await client.position(part) < ends[part]:
                found = await client.getmany(timeout_ms=100, max_records=5000)
                yield [message for records in found.values() for message in messages(records)]
