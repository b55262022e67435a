"""Does Kafka carry what the store holds? The events' topic as a set of ids, and the message behind each live receipt.

Ids are compared in a temporary SQLite file, so that millions of events need no memory. Receipts: one row for each
complaint and body, in the same file.
"""

import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, Self
from uuid import UUID

from aiokafka import TopicPartition

from audit.finding import Violation
from chassis.base.errors import Poison
from chassis.base.message import Message
from chassis.base.ports import Store
from chassis.kafka.admin import Admin
from chassis.kafka.clients import consumer, messages, running
from chassis.kafka.cloudevents import event_header
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX, complaint_stream
from schemas.base.topics import COMPLAINT_EVENTS, FIXED, agency_inbox
from schemas.complaint.state import Complaint

FLIGHT_S: Final = 30.0
"""Real time in which the relay must have published an event; younger ones may be on their way."""
INBOX_PARTITIONS: Final = 1
_TABLES: Final = """
create table stored (id blob primary key, stream text, version int) without rowid;
create table carried (id blob primary key, stream text, place text) without rowid;
create table receipts (
    agency text, place int, at int, complaint blob, message blob, version int, topic text,
    primary key (agency, topic, place, at, complaint)
) without rowid;
"""


class Collected:
    """What the walk through the store hands over."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("")  # a file that vanishes with the connection
        self._rows.executescript(_TABLES)
        self.started_at = datetime.fromtimestamp(time.time(), UTC)
        self.agencies: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._rows.close()

    def page(self, events: Sequence[RecordedEvent], _seen: int = 0) -> None:
        """These are in the store; what is too young to be in the topic is left out."""
        old = (e for e in events if (self.started_at - e.recorded_at).total_seconds() > FLIGHT_S)
        rows = [(e.id.bytes, e.stream, e.version) for e in old if e.stream.startswith(COMPLAINT_PREFIX)]
        self._rows.executemany("insert or ignore into stored values (?, ?, ?)", rows)

    def judged(self, state: Complaint) -> None:
        """What each body's newest receipt says."""
        self.agencies.update(state.receipts)
        self._rows.executemany(
            "insert or ignore into receipts values (?, ?, ?, ?, ?, ?, ?)",
            [
                (agency, r.partition, r.offset, state.id.bytes, r.message_id.bytes, state.version, r.topic_id)
                for agency, r in state.receipts.items()
            ],
        )

    def carries(self, told: Sequence[Message]) -> Iterator[Violation]:
        """These are in the topic of events."""
        rows = []
        for message in told:
            try:
                told_of = event_header(message.headers)
                rows.append((told_of.id.bytes, told_of.stream, message.place))
            except Poison as poison:
                yield Violation("topic-foreign", COMPLAINT_EVENTS, message.offset, f"{message.place}: {poison.reason}")
        self._rows.executemany("insert or ignore into carried values (?, ?, ?)", rows)

    def missing(self) -> Iterator[Violation]:
        """What the store holds and the topic does not."""
        query = "select stream, version from stored where id not in (select id from carried) order by stream, version"
        for stream, version in self._rows.execute(query):
            yield Violation("topic-missing", stream, version, f"{COMPLAINT_EVENTS} does not carry this event")

    def unseen(self) -> dict[str, dict[UUID, str]]:
        """What the topic carries and the walk did not see in the store, by stream: newer than the walk, or false."""
        found: dict[str, dict[UUID, str]] = {}
        query = "select id, stream, place from carried where id not in (select id from stored)"
        for id_, stream, place in self._rows.execute(query):
            found.setdefault(stream, {})[UUID(bytes=id_)] = place
        return found

    def expected(self, agency: str, topic_id: str, message: Message) -> Iterator[Violation]:
        """Compare one message with the receipts that point to it, and tick those off."""
        key = (agency, topic_id, message.partition, message.offset)
        query = (
            "select complaint, message, version from receipts where agency = ? and topic = ? and place = ? and at = ?"
        )
        given = {name: value.decode(errors="replace") for name, value in message.headers}
        for complaint, told, version in self._rows.execute(query, key).fetchall():
            about = (str(UUID(bytes=complaint)), str(UUID(bytes=told)))
            if (given.get("ce_subject"), given.get("ce_id")) != about:
                what = f"the receipt of {agency} points to {message.place}, which tells of {given.get('ce_subject')}"
                yield _false(complaint, version, what)
        self._rows.execute("delete from receipts where agency = ? and topic = ? and place = ? and at = ?", key)

    def unmet(self, agency: str, topic_id: str, first: dict[int, int]) -> Iterator[Violation]:
        """Live receipts to which no message was found, save where the topic begins after them (`first` offsets)."""
        query = "select complaint, place, at, version from receipts where agency = ? and topic = ?"
        for complaint, partition, offset, version in self._rows.execute(query, (agency, topic_id)):
            if offset >= first.get(partition, 0):
                where = f"{agency_inbox(agency)}/{partition}@{offset}"
                yield _false(complaint, version, f"the receipt of {agency} points to {where}, where nothing is")


def _false(complaint: bytes, version: int, what: str) -> Violation:
    return Violation("false-receipt", complaint_stream(UUID(bytes=complaint)), version, what)


async def compare(kafka: str, store: Store, collected: Collected) -> AsyncIterator[Violation]:
    """What the topics say otherwise than the store.

    Raises:
        BrokerUnavailable, AccessDenied.
    """
    admin = Admin(kafka)
    try:
        topics = {agency_inbox(agency): agency for agency in collected.agencies}
        ids = await admin.topic_ids([COMPLAINT_EVENTS, *topics])
    finally:
        await admin.close()
    if COMPLAINT_EVENTS in ids:
        async for batch in _whole(kafka, COMPLAINT_EVENTS, FIXED[COMPLAINT_EVENTS].partitions, {}):
            for violation in collected.carries(batch):
                yield violation
    for violation in [*collected.missing(), *await _foreign(store, collected.unseen())]:
        yield violation
    for topic, agency in topics.items():
        if topic in ids:  # receipts of another topic id are stale, not false
            async for violation in _inbox(kafka, collected, agency, str(ids[topic])):
                yield violation


async def _foreign(store: Store, unseen: dict[str, dict[UUID, str]]) -> list[Violation]:
    found: list[Violation] = []
    for stream, places in unseen.items():
        known = {event.id for event in await store.read(stream)}
        wrong = {id_: place for id_, place in places.items() if id_ not in known}
        found += [
            Violation("topic-foreign", stream, -1, f"{place} carries event {id_}, which the store does not hold")
            for id_, place in wrong.items()
        ]
    return found


async def _inbox(kafka: str, collected: Collected, agency: str, topic_id: str) -> AsyncIterator[Violation]:
    first: dict[int, int] = {}
    async for batch in _whole(kafka, agency_inbox(agency), INBOX_PARTITIONS, first):
        for message in batch:
            for violation in collected.expected(agency, topic_id, message):
                yield violation
    for violation in collected.unmet(agency, topic_id, first):
        yield violation


async def _whole(kafka: str, topic: str, partitions: int, first: dict[int, int]) -> AsyncIterator[list[Message]]:
    """Every committed record of a topic up to its present end; `first` is told where each partition begins."""
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
