"""A Kafka projection applies each event once, also after failures of its database, its worker or Kafka."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, select

from chassis.base.cluster import Cluster
from chassis.base.ports import Store
from chassis.kafka.signature import signing_key
from chassis.kafka.verify import RecordVerifier
from chassis.project.from_kafka import KafkaProjection
from chassis.project.partition_checkpoints import checkpoint_table
from chassis.project.rebuild import rebuild, table_hash
from chassis.project.view import View
from chassis.relay.relay import Relay
from chassis.sql.database import Database
from chassis.write.repository import Repository
from support.background_tasks import PlainKeys, add_detail, file_many
from support.broker import committed_offsets, delete_topics, going, until
from support.lives_view import Slow, counted, define, lives
from support.stores import memory_store

KEY = signing_key(b"the master key of this test")
pytestmark = pytest.mark.broker


class Rows:
    """A view's database, as a test reads it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.metadata = MetaData()
        self.checkpoints, [self.table] = checkpoint_table(self.metadata), define(self.metadata, "")
        self.database = Database(f"sqlite:///{folder}/{name}.db", self.metadata)

    def projection(self, kafka: Cluster, store: Store, group: str, view: View[Any] | None = None) -> KafkaProjection:
        verifier = RecordVerifier(store, KEY)
        return KafkaProjection(self.database, self.metadata, view or lives(), verifier, kafka=kafka, group=group)

    async def count(self) -> int:
        return await counted(self.database, self.table)

    async def hash(self) -> str:
        return await self.database.read(lambda connection: table_hash(connection, self.table))

    async def position(self) -> int:
        query = select(self.checkpoints.c.position)
        return max(await self.database.read(lambda connection: list(connection.execute(query).scalars())), default=-1)


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    return Rows(tmp_path, "rows")


@pytest.fixture
def store() -> Store:
    return memory_store()


async def events(store: Store) -> int:
    return len((await store.read_all(None, limit=100_000)).events)


async def complete(rows: Rows, store: Store) -> None:
    """Wait until the rows equal a rebuild from the store, and check that they stay so."""
    wanted = await events(store)

    async def look() -> bool:
        return await rows.count() >= wanted

    await until(look)
    await asyncio.sleep(1)  # there is no event for "no more records"
    assert await rows.count() == wanted


async def same_as_rebuilt(rows: Rows, store: Store, folder: Path) -> None:
    anew = Rows(folder, "anew")
    await rebuild(store, anew.database, anew.metadata, lives())
    assert await rows.hash() == await anew.hash()


async def test_rows_are_those_of_a_rebuild_also_after_the_topics_were_deleted(
    empty_kafka: str, store: Store, rows: Rows, tmp_path: Path
) -> None:
    ids = await file_many(store, 300)
    repository = Repository(store, PlainKeys(), "intake")
    async with going(Relay(store, empty_kafka, key=KEY), rows.projection(empty_kafka, store, "views.rebuilt")):
        for number in range(20):
            await add_detail(repository, ids[number % 3], f"detail {number}")
        await complete(rows, store)
        await same_as_rebuilt(rows, store, tmp_path)
        await asyncio.to_thread(delete_topics, empty_kafka)
        await file_many(store, 50, start=300)
        await complete(rows, store)
        await file_many(store, 50, start=350)
        await complete(rows, store)
    await same_as_rebuilt(rows, store, tmp_path)
    assert await rows.position() == await events(store)


async def test_a_batch_that_could_not_be_written_leaves_rows_and_offsets_where_they_were(
    empty_kafka: str, store: Store, rows: Rows
) -> None:
    await file_many(store, 20)

    def fail(*arguments: Any) -> None:
        lives().apply(*arguments)
        raise RuntimeError("after all rows were written")

    broken = View("lives", define, fail, lives().prepare)
    async with going(Relay(store, empty_kafka, key=KEY)):
        with pytest.raises(RuntimeError, match="after all rows"):
            await asyncio.wait_for(rows.projection(empty_kafka, store, "views.broken", broken).run(), 30)
        assert (await rows.count(), await rows.position()) == (0, -1)
        async with going(rows.projection(empty_kafka, store, "views.broken")):
            await complete(rows, store)


async def test_a_batch_in_hand_when_another_worker_takes_its_partitions_is_not_applied_twice(
    empty_kafka: str, store: Store, rows: Rows
) -> None:
    await file_many(store, 50)
    slow = Slow()
    async with going(Relay(store, empty_kafka, key=KEY), rows.projection(empty_kafka, store, "views.two", slow.view())):
        await complete(rows, store)
        slow.go.clear()
        await file_many(store, 50, start=50)
        await asyncio.wait_for(slow.held.wait(), 20)
        async with going(rows.projection(empty_kafka, store, "views.two")):
            # The second worker has its partitions; the first one still has a batch of some of them.
            await until(lambda: _more_than(rows, 50))
            slow.go.set()
            await complete(rows, store)
            await file_many(store, 50, start=100)
            await complete(rows, store)
        await file_many(store, 50, start=150)
        await complete(rows, store)
    assert not await asyncio.to_thread(committed_offsets, empty_kafka, "views.two")


async def _more_than(rows: Rows, count: int) -> bool:
    return await rows.count() > count
