"""(c) The relay (store to Kafka in transactions), compared with an idempotent producer that sends the same records from
memory: no store, no checkpoint, no transaction.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Result
from bench.stock import broker, fill, make, pace
from chassis.base.cluster import Cluster
from chassis.kafka.clients import producer, running
from chassis.kafka.cloudevents import to_headers
from chassis.kafka.signature import signing_key
from chassis.keys.keyring import MemoryKeyRing
from chassis.relay.publisher import BATCH_BYTES
from chassis.relay.relay import MOST, Relay
from chassis.store import open_store
from chassis.write.repository import Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.topics import COMPLAINT_EVENTS, FIXED, Topic
from support.broker import delete_topics, going

KEY = signing_key(b"the master key of this benchmark")
LIVES, WARM, TURNS = 6_000, 4_000, 3
BARE = Topic("bench-bare", FIXED[COMPLAINT_EVENTS].partitions)


def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder) / "kafka") as kafka:
        return asyncio.run(_run(Path(folder), kafka.cluster))


async def _run(folder: Path, kafka: Cluster) -> list[Result]:
    store = open_store(f"sqlite:///{folder}/store.db")
    try:
        events = await fill(Repository(store, MemoryKeyRing(), "bench"), LIVES)
        pairs = []
        for _ in range(TURNS):
            await make(kafka, BARE)
            bare = await _bare(kafka, events)
            relay = Relay(store, kafka, key=KEY)
            async with going(relay):
                ours = await pace(lambda relay=relay: relay.published, WARM, len(events))  # type: ignore[misc]
            pairs.append((ours, bare))
            await asyncio.to_thread(delete_topics, kafka)
    finally:
        await store.close()
    ours, bare = sorted(pairs, key=lambda pair: pair[0] / pair[1])[TURNS // 2]
    return [Result("(c) relay", ours, bare, "events/s", 0.6, {"events": len(events), "median of": TURNS})]


async def _bare(kafka: Cluster, events: Sequence[RecordedEvent]) -> float:
    records = [(event.data, event.stream.partition("-")[2].encode(), to_headers(event)) for event in events]
    async with running(producer(kafka, max_batch_size=BATCH_BYTES)) as client:
        start = 0.0
        for begin in range(0, len(records), MOST):
            if begin == WARM:
                start = time.perf_counter()
            sent = [
                await client.send(BARE.name, value, key=key, headers=headers)
                for value, key, headers in records[begin : begin + MOST]
            ]
            await asyncio.gather(*sent)
        return (len(records) - WARM) / (time.perf_counter() - start)
