"""Facts exported to Parquet, compared with a loop that reads the same rows, parses their JSON and writes the same columns.

The bare loop leaves nothing out that people wrote, knows no types of events, keeps no manifest and no hash.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic_core import from_json

from bench.measure import Result
from bench.stock import fill
from chassis.keys.keyring import MemoryKeyRing
from chassis.store import open_store
from chassis.write.repository import Repository
from reporting.export.append import GROUP, append_facts
from reporting.export.facts import FACTS

LIVES, TURNS = 8_000, 3
SELECT: Final = (
    "SELECT position, stream, version, type, id, data, metadata, recorded_at FROM events WHERE position > ? "
    "ORDER BY position LIMIT 5000"
)


def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> list[Result]:
    store = open_store(f"sqlite:///{folder}/store.db")
    try:
        events = len(await fill(Repository(store, MemoryKeyRing(), "bench"), LIVES))
        ours, bare = [], []
        for turn in range(TURNS):
            begun = time.process_time()
            _bare(folder / "store.db", folder / f"bare-{turn}.parquet")
            bare.append(time.process_time() - begun)
            begun = time.process_time()
            await append_facts(store, folder / f"ours-{turn}")
            ours.append(time.process_time() - begun)
    finally:
        await store.close()
    notes = {"events": events, "least of": TURNS}
    return [Result("export, of processor time", events / min(ours), events / min(bare), "events/s", 0.5, notes)]


def _bare(source: Path, target: Path) -> None:
    waiting: list[dict[str, Any]] = []
    with pq.ParquetWriter(target, FACTS, compression="zstd") as writer:
        for row in _rows(source):
            waiting.append(row)
            if len(waiting) == GROUP:
                writer.write_table(pa.Table.from_pylist(waiting, FACTS))
                waiting = []
        writer.write_table(pa.Table.from_pylist(waiting, FACTS))


def _rows(source: Path) -> Iterator[dict[str, Any]]:
    connection, position = sqlite3.connect(source), 0
    while page := connection.execute(SELECT, (position,)).fetchall():
        for position, stream, version, type_, id_, data, metadata, recorded_at in page:
            body, about = from_json(data), from_json(metadata)
            at = datetime.fromisoformat(about["at"])
            yield {
                "store_position": position, "stream": stream, "complaint": stream, "version": version, "type": type_,
                "event_id": id_.hex(), "happened_at": at, "known_at": at, "writer": about["writer"],
                "recorded_at": datetime.fromtimestamp(recorded_at / 1e6, UTC), "causation_id": about["causation_id"],
                "correlation_id": about["correlation_id"], "agency": body.get("agency"), "sector": body.get("sector"),
                "region": body.get("region"), "data": data if isinstance(data, str) else data.decode(),
            }  # fmt: skip
    connection.close()
