"""A broker, a store filled with finished complaints, and a rate measurement."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.fold import recorded
from chassis.base.cluster import Cluster
from chassis.base.ports import Append, Store
from chassis.kafka.admin import Admin
from chassis.write.repository import Repository
from local.kafka import jars
from local.kafka.server import KafkaServer
from local.paths import kafka_cache
from schemas.base.envelope import NewEvent, RecordedEvent
from schemas.base.ids import derived_id
from schemas.base.topics import Topic

GROUP = 200


@contextmanager
def broker(home: Path) -> Iterator[KafkaServer]:
    """A separate broker with its data in `home`."""
    kafka = KafkaServer(home, jars.ensure(kafka_cache()), superuser="bench")
    kafka.start()
    try:
        kafka.wait_ready()
        yield kafka
    finally:
        kafka.stop()


async def make(kafka: Cluster, *topics: Topic) -> None:
    """Create topics."""
    admin = Admin(kafka)
    await admin.ensure(topics)
    await admin.close()


async def fill(repository: Repository, lives: int) -> list[RecordedEvent]:
    """Append the events of this many complaints, each encrypted with its own key; returns all events of the store."""
    for start in range(0, lives, GROUP):
        ids = {index: derived_id("bench", str(index)) for index in range(start, min(start + GROUP, lives))}
        keys = await repository.keyring.ensure(ids.values())
        await repository.store.append_many([_append(recorded(index, keys[id_])) for index, id_ in ids.items()])
    return await every(repository.store)


async def every(store: Store) -> list[RecordedEvent]:
    """All events of a store."""
    found: list[RecordedEvent] = []
    position: int | None = None
    while True:
        page = await store.read_all(position, limit=5_000)
        found += page.events
        position = page.position
        if page.caught_up:
            return found


async def pace(done: Callable[[], int], warm: int, total: int) -> float:
    """Items per second between the moments when `warm` and `total` are done."""
    while (first := done()) < warm:
        await asyncio.sleep(0.001)
    start = time.perf_counter()
    while done() < total:
        await asyncio.sleep(0.001)
    return (total - first) / (time.perf_counter() - start)


def _append(events: Sequence[RecordedEvent]) -> Append:
    return Append(events[0].stream, -1, [NewEvent(*event[:4]) for event in events])
