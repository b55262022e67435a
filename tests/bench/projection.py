"""(d) A read model fed from Kafka, compared with `getmany` and the same SQL: rows and offsets in one transaction.

The bare loop does not detect a recreated topic, skips no known events, reads no headers and does not check that it still
owns the partition. In the row with the mark both are given finished rows. The row below it is the real read model, which
makes its rows by loading and folding each changed complaint.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import MetaData, delete, insert, make_url

from bench.measure import Result
from bench.stock import broker, fill, pace
from chassis.base.cluster import Cluster
from chassis.kafka.clients import consumer, running
from chassis.kafka.signature import signing_key
from chassis.kafka.verify import RecordVerifier
from chassis.keys.keyring import MemoryKeyRing
from chassis.project.from_kafka import MOST, WAIT_MS, KafkaProjection
from chassis.project.partition_checkpoints import checkpoint_table
from chassis.project.view import View
from chassis.relay.relay import Relay
from chassis.sql.database import Database
from chassis.sql.engine import prepare_file, writing_engine
from chassis.store import open_store
from chassis.write.repository import Repository
from reporting.report_row import ReportRow
from reporting.views import put_rows, reports_tables, reports_view
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.base.topics import COMPLAINT_EVENTS
from support.broker import going

KEY = signing_key(b"the master key of this benchmark")
LIVES, WARM, TURNS = 6_000, 4_000, 3
Rows = Mapping[bytes, ReportRow]


def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder) / "kafka") as kafka:
        return asyncio.run(_run(Path(folder), kafka.cluster))


async def _run(folder: Path, kafka: Cluster) -> list[Result]:
    store = open_store(f"sqlite:///{folder}/store.db")
    repository = Repository(store, MemoryKeyRing(), "bench")
    try:
        events = await fill(repository, LIVES)
        relay = Relay(store, kafka, key=KEY)
        async with going(relay):
            await pace(lambda: relay.published, 1, len(events))
        real = reports_view(repository)
        rows = {row.complaint.encode(): row for row in await real.prepare(events)}
        given = View("reports", reports_tables, put_rows, _given(rows))
        verifier = RecordVerifier(store, KEY)
        plain, ours, whole = [], [], []
        for turn in range(TURNS):
            plain.append(await _bare(folder / f"bare-{turn}.db", kafka, rows, len(events)))
            ours.append(await _rate(folder / f"ours-{turn}.db", kafka, verifier, given, len(events)))
            whole.append(await _rate(folder / f"whole-{turn}.db", kafka, verifier, real, len(events)))
    finally:
        await store.close()
    bare, notes = _median(plain), {"events": len(events), "median of": TURNS}
    return [
        Result("(d) projection", _median(ours), bare, "events/s", 0.6, notes),
        Result("(d) the read model reports", _median(whole), bare, "events/s", None, notes),
    ]


async def _rate(file: Path, kafka: Cluster, verifier: RecordVerifier, view: View[ReportRow], total: int) -> float:
    metadata, seen = MetaData(), 0

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[ReportRow]:
        nonlocal seen
        items = await view.prepare(events)
        seen += len(events)
        return items

    checkpoint_table(metadata)
    view.define(metadata, "")
    database = Database(f"sqlite:///{file}", metadata)
    counted = View(view.name, view.define, view.apply, prepare)
    projection = KafkaProjection(database, metadata, counted, verifier, kafka=kafka, group=f"bench.{file.stem}")
    async with going(projection):
        rate = await pace(lambda: seen, WARM, total)
    await database.close()
    return rate


def _given(rows: Rows) -> Callable[[Sequence[RecordedEvent]], Awaitable[Sequence[ReportRow]]]:
    by_stream = {f"{COMPLAINT_PREFIX}{key.decode()}": row for key, row in rows.items()}

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[ReportRow]:
        return [by_stream[stream] for stream in dict.fromkeys(event.stream for event in events)]

    return prepare


async def _bare(file: Path, kafka: Cluster, rows: Rows, total: int) -> float:
    metadata, done, start, first = MetaData(), 0, 0.0, 0
    offsets, tables = checkpoint_table(metadata), reports_tables(metadata, "")
    url = make_url(f"sqlite:///{file}")
    prepare_file(url)
    engine = writing_engine(url, 1)
    metadata.create_all(engine)
    async with running(consumer(kafka, COMPLAINT_EVENTS, group=f"bench.{file.stem}")) as client:
        while done < total:
            got = await client.getmany(timeout_ms=WAIT_MS, max_records=MOST)
            touched = dict.fromkeys(record.key for records in got.values() for record in records)
            ends = {part.partition: records[-1].offset + 1 for part, records in got.items() if records}
            if ends:
                with engine.begin() as connection:
                    put_rows(connection, tables, [rows[key] for key in touched])
                    connection.execute(delete(offsets).where(offsets.c.partition.in_(list(ends))))
                    connection.execute(insert(offsets), [_offset(part, end) for part, end in ends.items()])
            done += sum(map(len, got.values()))
            if not start and done >= WARM:
                start, first = time.perf_counter(), done
    engine.dispose()
    return (total - first) / (time.perf_counter() - start)


def _offset(partition: int, end: int) -> dict[str, object]:
    return {"view": "reports", "partition": partition, "topic_id": "bench", "offset": end, "position": end}


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
