"""The relay on a real broker publishes every stored event exactly once for readers of committed records, also after kills."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.base.cluster import Cluster
from chassis.base.errors import BrokerUnavailable, Fenced, Retryable, WrongStore
from chassis.base.ports import Store
from chassis.kafka.admin import Admin
from chassis.kafka.cloudevents import to_recorded
from chassis.relay.checkpoint import last_checkpoint
from chassis.relay.publisher import publishing
from chassis.relay.relay import TOPICS, Relay
from chassis.store import open_store
from chassis.store.memory import MemoryStore
from chassis.store.sql.store import SqlStore
from chassis.write.repository import Repository
from local.kafka.server import KafkaServer
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import REGISTRY
from schemas.base.topics import COMPLAINT_EVENTS, FIXED, REGISTRY_EVENTS
from support.background_tasks import PlainKeys, add_detail, clock, file_many
from support.broker import committed, delete_topics, event_ids, going, until
from support.kafka import settings_for
from support.kurrentdb.process import running as running_kurrentdb
from support.stores import event, memory_store

# While a broker is down, kafka-python leaves its sockets to the garbage collector.
pytestmark = [pytest.mark.broker, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]
PARTITIONS = FIXED[COMPLAINT_EVENTS].partitions


@pytest.fixture
def kafka(empty_kafka: str) -> str:
    """The relay's topics have fixed names."""
    return empty_kafka


async def stored(store: Store) -> list[RecordedEvent]:
    return list((await store.read_all(None, limit=1_000_000)).events)


async def published(kafka: Cluster) -> list[RecordedEvent]:
    return [to_recorded(each) for each in await committed(kafka, COMPLAINT_EVENTS, PARTITIONS)]


async def all_there(kafka: Cluster, store: Store) -> Callable[[], Any]:
    """Whether everything in the store can be read from the topic."""
    events = [event for event in await stored(store) if event.stream.startswith("complaint-")]

    async def look() -> bool:
        admin = Admin(kafka)
        try:
            if len(await admin.topic_ids(TOPICS)) < len(TOPICS):
                return False
        except BrokerUnavailable:
            return False
        finally:
            await admin.close()
        checkpoints = [each.checkpoint for each in await last_checkpoint(kafka)]
        if not checkpoints or checkpoints[-1].position < events[-1].position:
            return False
        return len(await published(kafka)) >= len(events)

    return look


async def test_every_event_arrives_once_in_the_order_of_its_stream_with_its_headers(
    kafka: Cluster, store: Store
) -> None:
    ids = await file_many(store, 300)
    repository = Repository(store, PlainKeys(), "intake")
    for number in range(30):
        await add_detail(repository, ids[number % 7], f"detail {number}")
    async with going(Relay(store, kafka)):
        await until(await all_there(kafka, store))
    found = await published(kafka)
    assert sorted(found, key=lambda each: each.position) == await stored(store)
    for stream in {each.stream for each in found}:
        versions = [each.version for each in found if each.stream == stream]
        assert versions == list(range(len(versions)))


async def test_the_registry_has_a_topic_of_its_own_and_supports_are_not_relayed(kafka: Cluster) -> None:
    store = memory_store()
    await store.append(REGISTRY, -1, [event("agency", type_="AgencyRegistered")])
    await store.append(f"support-{UUID(int=5)}", -1, [event("support")])
    await file_many(store, 1)
    async with going(Relay(store, kafka)):
        await until(await all_there(kafka, store))
    assert len(await event_ids(kafka, REGISTRY_EVENTS, 1)) == 1
    assert len(await published(kafka)) == 1


async def test_a_relay_resumes_at_its_checkpoint_and_publishes_nothing_twice(kafka: Cluster, store: Store) -> None:
    await file_many(store, 50)
    async with going(Relay(store, kafka)):
        await until(await all_there(kafka, store))
    await file_many(store, 50, start=50)
    async with going(Relay(store, kafka)):
        await until(await all_there(kafka, store))
    assert sorted(await published(kafka), key=lambda each: each.position) == await stored(store)


async def test_another_relay_takes_over_when_the_first_one_stops(kafka: Cluster) -> None:
    store = memory_store()
    await file_many(store, 20)
    first, second = Relay(store, kafka), Relay(store, kafka)
    async with going(first):
        await until(await all_there(kafka, store))
        async with going(second):
            await until(lambda: _ready(second))
        # the second relay has stopped: the first one continues
        await file_many(store, 20, start=20)
        await until(await all_there(kafka, store))
    async with going(second):
        await file_many(store, 20, start=40)
        await until(await all_there(kafka, store))
    assert sorted(each.position for each in await published(kafka)) == list(range(1, 61))


async def _ready(relay: Relay) -> bool:
    return relay.unready() is None


async def test_only_one_of_two_relays_publishes(kafka: Cluster) -> None:
    store = memory_store()
    await file_many(store, 500)
    one, two = Relay(store, kafka), Relay(store, kafka)
    async with going(one, two):
        await until(await all_there(kafka, store))
        await file_many(store, 500, start=500)
        await until(await all_there(kafka, store))
    assert sorted(each.position for each in await published(kafka)) == list(range(1, 1001))


async def test_a_zombie_is_fenced_and_what_it_had_begun_is_never_seen(kafka: Cluster, store: Store) -> None:
    await file_many(store, 40)
    events, store_id = await stored(store), await store.store_id()
    admin = Admin(kafka)
    ids = {name: str(id_) for name, id_ in (await admin.ensure([FIXED[name] for name in TOPICS])).items()}
    await admin.close()
    async with publishing(kafka, store_id, ids) as zombie:
        await zombie.publish(events[:10])
        async with publishing(kafka, store_id, ids) as heir:
            await heir.publish(events[10:20])
            for _ in range(2):
                with pytest.raises(Fenced):
                    await zombie.publish(events[10:30])
            await heir.publish(events[20:40])
    await until(await all_there(kafka, store))
    assert sorted(await published(kafka), key=lambda each: each.position) == events


async def test_a_store_that_is_not_the_one_published_before_is_refused_loudly(kafka: Cluster) -> None:
    store = memory_store()
    await file_many(store, 5)
    async with going(Relay(store, kafka)):
        await until(await all_there(kafka, store))
    stranger = MemoryStore(clock().now, UUID(int=99))
    await file_many(stranger, 5)
    with pytest.raises(WrongStore, match="the topics hold events of store"):
        await asyncio.wait_for(Relay(stranger, kafka).run(), 30)
    assert len(await published(kafka)) == 5


async def test_a_topic_made_anew_while_running_is_filled_from_the_beginning(kafka: Cluster) -> None:
    store = memory_store()
    await file_many(store, 30)
    async with going(Relay(store, kafka)):
        await until(await all_there(kafka, store))
        await asyncio.to_thread(delete_topics, kafka)
        await file_many(store, 10, start=30)
        await until(await all_there(kafka, store))
    assert {each.position for each in await published(kafka)} == set(range(1, 41))


async def test_a_relay_that_refused_publishes_each_event_once_after_its_topics_were_made_anew(
    kafka: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It looks for the return of the newer store before it looks whether its topics are still the same.
    monkeypatch.setattr("chassis.relay.relay.HISTORY_CHECK_S", 0.2)
    monkeypatch.setattr("chassis.kafka.admin.TOPIC_CHECK_S", 3600)
    newer, older = (MemoryStore(clock().now, UUID(int=7)) for _ in range(2))
    await file_many(newer, 30)
    async with going(Relay(newer, kafka)):
        await until(await all_there(kafka, newer))
    await file_many(older, 10, start=100)
    relay, admin = Relay(older, kafka), Admin(kafka)

    async def refused() -> bool:
        return "topics renew" in (relay.unready() or "")

    async def published_under_the_present_ids() -> bool:
        ids = {name: str(id_) for name, id_ in (await admin.topic_ids(TOPICS)).items()}
        return [dict(each.checkpoint.topic_ids) for each in await last_checkpoint(kafka)][-1:] == [ids]

    try:
        async with going(relay):
            await until(refused)
            await admin.delete(TOPICS)
            await admin.ensure([FIXED[name] for name in TOPICS])
            await until(published_under_the_present_ids)
            await until(await all_there(kafka, older))
    finally:
        await admin.close()
    assert sorted(each.id for each in await published(kafka)) == sorted(each.id for each in await stored(older))


async def test_a_wiped_broker_gets_everything_again(private_kafka: KafkaServer) -> None:
    store, kafka = memory_store(), private_kafka.cluster
    await file_many(store, 30)
    async with going(Relay(store, kafka)):
        await until(await all_there(kafka, store))
        await asyncio.to_thread(private_kafka.wipe)
        await file_many(store, 10, start=30)
        await asyncio.to_thread(private_kafka.start)
        await asyncio.to_thread(private_kafka.wait_ready)
        await until(await all_there(kafka, store))
    assert {each.position for each in await published(kafka)} == set(range(1, 41))


class RelayProcess:
    """`python -m chassis.cli.relay` over a store file."""

    def __init__(self, folder: Path, kafka: Cluster) -> None:
        secret = folder / "secret"
        secret.write_text("ab" * 32)
        settings = {
            "STORE_URL": f"sqlite:///{folder}/store.db",
            "KEYRING_URL": f"sqlite:///{folder}/keyring.db",
            "MASTER_KEY_FILE": str(secret),
            "CODE_SECRET_FILE": str(secret),
            "CLOCK_FILE": f"{folder}/clock",
            **settings_for(kafka, folder),
            "PORT": "0",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SATUPINTU_")}
        self._env = kept | {f"SATUPINTU_{name}": value for name, value in settings.items()}
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-m", "chassis.cli.relay"], env=self._env, stderr=subprocess.DEVNULL)

    def kill_and_start(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = self._start()


async def test_a_relay_whose_kurrentdb_is_killed_and_comes_back_publishes_each_event_once(
    kafka: Cluster, tmp_path: Path
) -> None:
    dice = random.Random(815)
    with running_kurrentdb(tmp_path) as server:
        store, reader = open_store(server.url), open_store(server.url)
        async with going(Relay(reader, kafka)):
            for round_ in range(3):
                writing = asyncio.create_task(_file_whatever_happens(store, 200, start=200 * round_))
                await asyncio.sleep(dice.uniform(0.1, 0.6))
                await asyncio.to_thread(server.restart)
                await writing
            await until(await all_there(kafka, store), within_s=90)
        found = await published(kafka)
        assert sorted(found, key=lambda each: each.position) == await stored(store)
        assert len(found) == 600
        for opened in (store, reader):
            await opened.close()


async def _file_whatever_happens(store: Store, count: int, start: int) -> None:
    while True:
        try:
            await file_many(store, count, start)
        except Retryable:
            await asyncio.sleep(0.1)
            continue
        return


async def _holds(store: Store, events: int) -> bool:
    return len(await stored(store)) >= events


async def test_a_killed_relay_comes_back_and_loses_and_repeats_nothing(kafka: Cluster, tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path}/store.db", clock().now)
    await file_many(store, 500)
    relay = RelayProcess(tmp_path, kafka)
    try:
        for round_ in range(2):
            await until(await all_there(kafka, store))
            writing = asyncio.create_task(file_many(store, 3000, start=500 + 3000 * round_))
            some = 500 + 3000 * round_ + 1000
            await until(lambda some=some: _holds(store, some))  # in the middle of publishing
            relay.kill_and_start()
            await writing
        await file_many(store, 1, start=6500)  # only the last process can publish this, so it has started
        await until(await all_there(kafka, store))
        relay.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(relay.process.wait, 15) == 0
    finally:
        relay.process.kill()
        relay.process.wait()
    found = [each.id for each in await published(kafka)]
    assert len(found) == len(set(found))
    assert set(found) == {each.id for each in await stored(store)}
    checkpoint = (await last_checkpoint(kafka))[-1].checkpoint
    newest = (await stored(store))[-1]
    assert (checkpoint.position, checkpoint.event_id) == (newest.position, newest.id)
    await store.close()
