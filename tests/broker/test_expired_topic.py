"""A topic whose old records expired: read models are filled from the store and follow without a gap or a double, the
relay goes on, and the audit compares what is there.
"""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import MetaData

from audit.kafka import Collected, compare
from chassis.base.cluster import Cluster
from chassis.kafka.signature import signing_key
from chassis.kafka.verify import RecordVerifier
from chassis.project.from_kafka import KafkaProjection
from chassis.project.partition_checkpoints import checkpoint_table
from chassis.relay.relay import Relay
from chassis.sql.database import Database
from chassis.store.memory import MemoryStore
from chassis.write.repository import Repository
from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from support.background_tasks import T0, PlainKeys, add_detail, file_many
from support.broker import committed, expire, going, topic_configs, until
from support.lives_view import counted, define, lives
from support.stores import STORE_ID, memory_store

KEY = signing_key(b"the master key of this test")
PARTITIONS = FIXED[COMPLAINT_EVENTS].partitions
pytestmark = pytest.mark.broker


class Rows:
    def __init__(self, folder: Path, store: MemoryStore, kafka: Cluster, group: str) -> None:
        self.metadata, self.store, self.kafka, self.group = MetaData(), store, kafka, group
        checkpoint_table(self.metadata)
        [self.table] = define(self.metadata, "")
        self.database = Database(f"sqlite:///{folder}/rows.db", self.metadata)

    def projection(self) -> KafkaProjection:
        verifier = RecordVerifier(self.store, KEY)
        return KafkaProjection(self.database, self.metadata, lives(), verifier, kafka=self.kafka, group=self.group)

    async def count(self) -> int:
        return await counted(self.database, self.table)

    async def complete(self) -> None:
        """Every event of the store was applied, and none twice."""
        wanted = len(self.store.events)

        async def look() -> bool:
            return await self.count() >= wanted

        await until(look)
        await asyncio.sleep(1)  # there is no event for "no more records"
        assert await self.count() == wanted


async def published(store: MemoryStore, kafka: Cluster, before: int = 0) -> None:
    async def look() -> bool:
        return len(await committed(kafka, COMPLAINT_EVENTS, PARTITIONS)) >= len(store.events) - before

    await until(look)


async def add_details(store: MemoryStore, ids: list[UUID], name: str) -> None:
    repository = Repository(store, PlainKeys(), "intake")
    for number, complaint in enumerate(ids):
        await add_detail(repository, complaint, f"{name} {number}")


async def test_a_new_view_is_filled_from_the_store_and_follows(empty_kafka: Cluster, tmp_path: Path) -> None:
    store, kafka = memory_store(), empty_kafka
    ids = await file_many(store, 60)
    async with going(Relay(store, kafka, key=KEY)):
        await published(store, kafka)
        await expire(kafka, COMPLAINT_EVENTS, PARTITIONS)
        await add_details(store, ids[:20], "after")
        rows = Rows(tmp_path, store, kafka, "views.new")
        async with going(rows.projection()):
            await rows.complete()
            await add_details(store, ids[10:30], "later")
            await rows.complete()


async def test_a_view_that_was_away_for_longer_than_the_records_stay_misses_nothing(
    empty_kafka: Cluster, tmp_path: Path
) -> None:
    store, kafka = memory_store(), empty_kafka
    ids = await file_many(store, 40)
    rows = Rows(tmp_path, store, kafka, "views.away")
    async with going(Relay(store, kafka, key=KEY)):
        async with going(rows.projection()):
            await rows.complete()
        await add_details(store, ids[:15], "while away")
        await published(store, kafka)
        await expire(kafka, COMPLAINT_EVENTS, PARTITIONS)
        await add_details(store, ids[5:20], "still away")
        async with going(rows.projection()):
            await rows.complete()
            await add_details(store, ids, "back")
            await rows.complete()


async def test_a_view_that_was_filled_while_kafka_was_away_finds_its_place(
    empty_kafka: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.project.fill.FAR", 10)
    store, kafka = memory_store(), empty_kafka
    ids = await file_many(store, 40)
    rows = Rows(tmp_path, store, kafka, "views.filled")
    filling = rows.projection()
    await filling.history.fill()
    assert await rows.count() == 40
    async with going(Relay(store, kafka, key=KEY)):
        await published(store, kafka)
        await add_details(store, ids[:7], "more")
        async with going(rows.projection()):
            await rows.complete()


async def test_the_relay_goes_on_after_expired_records_and_the_audit_finds_only_what_is_missing(
    empty_kafka: Cluster,
) -> None:
    store, kafka = MemoryStore(lambda: T0, STORE_ID), empty_kafka  # the audit leaves out what was stored just now
    ids = await file_many(store, 60)
    async with going(Relay(store, kafka, key=KEY)):
        await published(store, kafka)
    await expire(kafka, COMPLAINT_EVENTS, PARTITIONS)
    await add_details(store, ids, "after")
    async with going(Relay(store, kafka, key=KEY, events_days=30)):
        await published(store, kafka, before=60)
    await add_details(store, ids[:1], "never relayed")
    with Collected() as collected:
        collected.page((await store.read_all(None, limit=1_000)).events)
        found = [(each.code, each.version) async for each in compare(kafka, store, collected)]
    assert found == [("topic-missing", 2)]


async def test_the_topic_of_events_keeps_records_as_long_as_the_setting_says_and_is_never_compacted(
    empty_kafka: Cluster,
) -> None:
    store, kafka = memory_store(), empty_kafka
    for days, kept in ((None, "-1"), (30.0, str(30 * 24 * 3_600_000)), (None, "-1")):
        relay = Relay(store, kafka, key=KEY, events_days=days)

        async def is_ready(relay: Relay = relay) -> bool:
            return relay.unready() is None

        async with going(relay):
            await until(is_ready)
        configs = await asyncio.to_thread(topic_configs, kafka, COMPLAINT_EVENTS)
        assert (configs["retention.ms"], configs["cleanup.policy"]) == (kept, "delete")
