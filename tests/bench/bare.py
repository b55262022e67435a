"""The bare loop for comparison: the same processes, events and bytes as the platform, written as simply as possible.

    filer -> SQLite (fsync, 100 a transaction) -> relay (transactions) -> Kafka -> router -> SQLite -> relay -> Kafka
    -> inbox -> the agency's topic (acks=all) -> SQLite

Run as `python -m bench.bare ROLE OPTIONS DATABASE SAMPLE`. No rules, no folding, no sealing, no retries.
"""

import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

EVENTS, INBOX = "complaint-events", "agency.bench.inbox"
GROUP = 100
Sample = dict[str, str]
Options = dict[str, Any]
"""Where and as whom the clients reach Kafka."""


def connect(database: str) -> sqlite3.Connection:
    link = sqlite3.connect(database, isolation_level=None, timeout=10)
    link.execute("pragma journal_mode=wal")
    link.execute("pragma synchronous=full")
    link.execute(
        "create table if not exists events (position integer primary key autoincrement, stream text, version int, "
        "id text, type text, data blob, metadata blob, unique (stream, version), unique (stream, id))"
    )
    return link


def write(link: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    link.execute("begin immediate")
    link.executemany("insert into events (stream, version, id, type, data, metadata) values (?, ?, ?, ?, ?, ?)", rows)
    link.execute("commit")


def row(sample: Sample, stream: str, version: int, type_: str) -> tuple[Any, ...]:
    return stream, version, f"{stream}/{version}", type_, sample[type_].encode(), sample["metadata"].encode()


async def relay(kafka: Options, database: str, _sample: Sample) -> None:
    producer = AIOKafkaProducer(**kafka, transactional_id="bare", acks="all", linger_ms=0, max_batch_size=512 * 1024)
    await producer.start()
    link, position = connect(database), 0
    while True:
        rows = link.execute("select * from events where position > ? order by position limit 2000", (position,))
        if not (found := rows.fetchall()):
            await asyncio.sleep(0.005)
            continue
        async with producer.transaction():
            for at, stream, version, id_, type_, data, metadata in found:
                headers = [("ce_id", id_.encode()), ("ce_type", type_.encode()), ("ce_stream", stream.encode())]
                headers += [("ce_sequence", b"%d" % version), ("ce_position", b"%d" % at), ("ce_metadata", metadata)]
                await producer.send(EVENTS, data, key=stream.encode(), headers=headers)
            await producer.send("relay-checkpoint", b"%d" % found[-1][0], key=b"relay")
        position = found[-1][0]


async def _react(kafka: Options, group: str, event_type: bytes, act: Any) -> None:
    consumer = AIOKafkaConsumer(EVENTS, **kafka, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    while True:
        got = await consumer.getmany(timeout_ms=10, max_records=4 * GROUP)
        streams = [
            dict(record.headers)["ce_stream"].decode()
            for records in got.values()
            for record in records
            if dict(record.headers)["ce_type"] == event_type
        ]
        for start in range(0, len(streams), GROUP):
            await act(streams[start : start + GROUP])
        if got:
            await consumer.commit()


async def router(kafka: Options, database: str, sample: Sample) -> None:
    link = connect(database)

    async def place(streams: Sequence[str]) -> None:
        write(
            link,
            [
                row(sample, stream, version, type_)
                for stream in streams
                for version, type_ in ((1, "ComplaintClassified"), (2, "ComplaintRouted"))
            ],
        )

    await _react(kafka, "bare.router", b"ComplaintFiled", place)


async def inbox(kafka: Options, database: str, sample: Sample) -> None:
    link, body = connect(database), sample["message"].encode()
    producer = AIOKafkaProducer(**kafka, acks="all", enable_idempotence=True, linger_ms=2)
    await producer.start()

    async def deliver(streams: Sequence[str]) -> None:
        sent = [
            await producer.send(INBOX, body, key=s.encode(), headers=[("ce_id", s.encode()), ("ce_type", b"assigned")])
            for s in streams
        ]
        await asyncio.gather(*sent)
        write(link, [row(sample, stream, 3, "ComplaintDelivered") for stream in streams])

    await _react(kafka, "bare.inbox", b"ComplaintRouted", deliver)


def file(database: str, sample: Sample, names: Sequence[str], per_s: float = 0.0) -> None:
    """File these as fast as possible, or `per_s` per second."""
    link, start = connect(database), time.monotonic()
    size = GROUP if not per_s else 1
    for index in range(0, len(names), size):
        if per_s:
            time.sleep(max(0.0, start + index / per_s - time.monotonic()))
        write(link, [row(sample, name, 0, "ComplaintFiled") for name in names[index : index + size]])


if __name__ == "__main__":
    role, kafka_file, database, sample_file = sys.argv[1:]
    kafka, sample = (json.loads(Path(file).read_text()) for file in (kafka_file, sample_file))
    asyncio.run(globals()[role](kafka, database, sample))
