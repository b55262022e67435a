"""An older copy of the store is restored under newer checkpoints: each reader notices and begins anew, also when new
events have passed its position.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import MetaData

from chassis.base.message import Message
from chassis.kafka.cloudevents import to_headers
from chassis.kafka.signature import Signer, signing_key
from chassis.kafka.verify import RecordVerifier
from chassis.project.from_kafka import KafkaProjection
from chassis.project.from_store import StoreProjection
from chassis.project.partition_checkpoints import PartitionCheckpoint, checkpoint_table
from chassis.project.position import position_table
from chassis.project.registry import RegistryView
from chassis.project.view import Overtaken
from chassis.relay.checkpoint import OtherHistory, RelayCheckpoint
from chassis.relay.leader import CheckedPublisher
from chassis.relay.publisher import target
from chassis.sql.database import Database
from chassis.sql.lease import lease_table
from chassis.store.memory import MemoryStore
from chassis.sweep.catch_up import CatchUpSweep
from chassis.write.command import FINGERPRINTS
from chassis.write.repository import Cause, Repository
from schemas.base.streams import REGISTRY, complaint_stream
from support.background_tasks import PlainKeys, file_many, message
from support.foreign import changed, forged
from support.lives_view import counted, define, lives
from support.placing import country
from support.stores import copy_of, memory_store

KEY = signing_key(b"a master key")
LATER = [0, 1, 10, 30]
"""Complaints filed after the restore; 10 were lost: fewer, as many, and more."""


class Restored:
    """A store with 20 complaints, and its copy of when there were 10, with some more filed since."""

    def __init__(self) -> None:
        self.newer, self.older = memory_store(), memory_store()

    async def fill(self, later: int) -> "Restored":
        await file_many(self.newer, 10)
        self.older = copy_of(self.newer)
        await file_many(self.newer, 10, start=10)
        await file_many(self.older, later, start=100)
        return self


class Rows:
    def __init__(self, folder: Path) -> None:
        self.metadata = MetaData()
        position_table(self.metadata)
        checkpoint_table(self.metadata)
        lease_table(self.metadata)
        [self.table] = define(self.metadata, "")
        self.database = Database(f"sqlite:///{folder}/rows.db", self.metadata)

    def of_store(self, store: MemoryStore) -> StoreProjection:
        return StoreProjection(store, self.database, self.metadata, lives())

    async def of_kafka(self, store: MemoryStore) -> KafkaProjection:
        verifier = RecordVerifier(store, KEY)
        made = KafkaProjection(self.database, self.metadata, lives(), verifier, kafka="nowhere:1", group="views")
        await made.resume("topic")
        return made

    async def streams(self) -> dict[str, tuple[int, int]]:
        query = self.table.select()
        rows = await self.database.read(lambda connection: list(connection.execute(query)))
        return {row.stream: (row.events, row.newest) for row in rows}


@pytest.fixture
async def rows(tmp_path: Path) -> AsyncIterator[Rows]:
    made = Rows(tmp_path)
    yield made
    await made.database.close()


def applied(store: MemoryStore) -> dict[str, tuple[int, int]]:
    """Every stream of a store whose complaints have one event each."""
    return {event.stream: (1, 0) for event in store.events}


async def records(store: MemoryStore, *, key: bytes | None = KEY) -> dict[int, list[Message]]:
    """What the relay published, by partition."""
    signer = Signer(key, await store.store_id()) if key else None
    batch: dict[int, list[Message]] = {}
    for event in store.events:
        partition = target(event)[1]
        there = batch.setdefault(partition, [])
        sent = message(event, len(there))._replace(headers=to_headers(event, signer, partition), partition=partition)
        there.append(sent)
    return batch


@pytest.mark.parametrize("later", LATER)
async def test_a_store_projection_begins_anew(rows: Rows, later: int) -> None:
    both = await Restored().fill(later)
    await rows.of_store(both.newer).catch_up()
    await rows.of_store(both.older).catch_up()
    assert await rows.streams() == applied(both.older)


@pytest.mark.parametrize("later", LATER)
async def test_a_store_projection_that_runs_begins_anew(rows: Rows, later: int) -> None:
    both = await Restored().fill(later)
    projection = rows.of_store(both.newer)
    await projection.catch_up()
    await file_many(both.newer, 1, start=50)
    projection._store = both.older  # noqa: SLF001 - the store behind the same address
    projection._checked_s = float("-inf")  # noqa: SLF001 - five seconds pass
    await projection.catch_up()
    assert await rows.streams() == applied(both.older)


async def test_a_checkpoint_of_a_version_without_ids_is_trusted_and_gets_its_id(rows: Rows) -> None:
    both = await Restored().fill(0)
    await rows.of_store(both.newer).catch_up()
    await rows.database.run(lambda connection: connection.exec_driver_sql("update feed_position set event_id = ''"))
    await rows.of_store(both.newer).catch_up()
    assert (await rows.of_store(both.newer).checkpoint()).event_id == both.newer.events[-1].id
    assert await counted(rows.database, rows.table) == 20


@pytest.mark.parametrize("later", LATER)
async def test_a_kafka_projection_begins_anew_and_takes_no_event_that_was_lost(rows: Rows, later: int) -> None:
    both = await Restored().fill(later)
    old, new = await records(both.newer), await records(both.older)
    await (await rows.of_kafka(both.newer)).apply(old)
    projection = await rows.of_kafka(both.older)
    assert await rows.streams() == {}
    await projection.apply(old)
    await projection.resume("renewed")
    await projection.apply(new)
    assert await rows.streams() == applied(both.older)


async def test_a_kafka_projection_that_runs_notices_it(rows: Rows) -> None:
    both = await Restored().fill(30)
    projection = await rows.of_kafka(both.newer)
    await projection.apply(await records(both.newer))
    await projection.verify()
    projection._verifier = RecordVerifier(both.older, KEY)  # noqa: SLF001 - the store behind the same address
    with pytest.raises(Overtaken):
        await projection.verify()
    assert await rows.streams() == {}


async def test_a_position_from_a_forged_record_of_before_is_not_trusted(rows: Rows) -> None:
    store = (await Restored().fill(0)).newer
    projection = await rows.of_kafka(store)
    await rows.database.run(
        lambda connection: projection._checkpoints.replace(connection, {0: PartitionCheckpoint("topic", 5, 10**12)})  # noqa: SLF001
    )
    await projection.resume("topic")
    await projection.apply(await records(store))
    assert await rows.streams() == applied(store)


@pytest.mark.parametrize("name", [name for name, _ in forged(Message("t", 0, 0, b"", b""))])
async def test_a_read_model_passes_over_a_foreign_record_and_takes_what_is_behind_it(rows: Rows, name: str) -> None:
    store = memory_store()
    await file_many(store, 30)
    batch = await records(store)
    for partition, sent in batch.items():
        bad = dict(forged(sent[0]))[name]
        batch[partition] = [bad, *sent, bad]
    await (await rows.of_kafka(store)).apply(batch)
    assert await rows.streams() == applied(store)


async def test_copies_of_true_records_change_nothing_wherever_they_are(rows: Rows) -> None:
    store = memory_store()
    await file_many(store, 30)
    batch = await records(store)
    every = [each for sent in batch.values() for each in sent]
    copied = {part: [*sent, *(each._replace(partition=part) for each in every)] for part, sent in batch.items()}
    await (await rows.of_kafka(store)).apply(copied)
    assert await rows.streams() == applied(store)


async def test_an_unsigned_record_of_a_later_event_hides_none_before_it(rows: Rows) -> None:
    store = memory_store()
    await file_many(store, 30)
    batch = await records(store)
    part, sent = max(batch.items(), key=lambda each: len(each[1]))
    early = changed(sent[-1], ("ce_signature", b""), ("ce_position", b"%d" % 2**62))
    projection = await rows.of_kafka(store)
    await projection.apply({part: [early]})
    await projection.apply(batch)
    assert await rows.streams() == applied(store)


async def test_records_from_before_signatures_fill_a_read_model(rows: Rows) -> None:
    store = memory_store()
    await file_many(store, 30)
    await (await rows.of_kafka(store)).apply(await records(store, key=None))
    assert await rows.streams() == applied(store)


@pytest.mark.parametrize("later", LATER)
async def test_a_catch_up_sweep_begins_anew(rows: Rows, later: int) -> None:
    both = await Restored().fill(later)
    seen: list[UUID] = []

    async def handle(complaints: Any) -> None:
        seen.extend(complaints)

    now = datetime(2100, 1, 1, tzinfo=UTC)
    sweep = CatchUpSweep(
        both.newer, rows.database, rows.metadata, "x", handle, types=["ComplaintFiled"], grace_s=0, now=lambda: now
    )
    await sweep.once()
    seen.clear()
    sweep._store = both.older  # noqa: SLF001 - the store behind the same address
    await sweep.once()
    assert {complaint_stream(each) for each in seen} == {event.stream for event in both.older.events}


@pytest.mark.parametrize("later", LATER)
async def test_the_relay_publishes_nothing_and_names_the_command(later: int) -> None:
    both = await Restored().fill(later)
    sent: list[Any] = []

    class Publisher:
        async def publish(self, events: Any) -> None:
            sent.extend(events)

    last = both.newer.events[-1]
    at = RelayCheckpoint(await both.newer.store_id(), last.position, {}, last.id)
    with pytest.raises(OtherHistory, match="satupintu topics renew"):
        await CheckedPublisher(Publisher(), both.older, at).publish(both.older.events[-1:])
    assert sent == []
    await CheckedPublisher(Publisher(), both.newer, at).publish([last])
    assert sent == [last]


async def test_the_registry_is_folded_again_from_what_the_store_holds() -> None:
    store = memory_store()
    repository = Repository(store, PlainKeys(), "router")
    facts = country()
    events = repository.encode(REGISTRY, facts, Cause(UUID(int=1), UUID(int=1), facts[0].at), FINGERPRINTS)
    await store.append(REGISTRY, -1, events[:-1])
    older = copy_of(store)
    await store.append(REGISTRY, len(events) - 2, events[-1:])
    view = RegistryView(repository, fresh_s=0)
    assert (await view.now()).version == len(events) - 1
    repository.store = older
    assert (await view.now()) == await Repository(older, PlainKeys(), "router").registry()
