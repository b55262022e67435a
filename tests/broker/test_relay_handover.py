"""Relay processes: one publishes, others stand by; after kills and freezes each event is published once."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.base.cluster import Cluster
from chassis.kafka.cloudevents import to_recorded
from chassis.store.sql.store import SqlStore
from local.process.child import ManagedProcess
from schemas.base.envelope import RecordedEvent
from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from support.background_tasks import clock, file_many
from support.broker import committed, until
from support.kafka import settings_for

pytestmark = pytest.mark.broker
EVENTS = 400


class Relays:
    """Relay processes over one store file."""

    def __init__(self, folder: Path, kafka: Cluster) -> None:
        (folder / "secret").write_text("ab" * 32)
        self._folder, self._started = folder, list[ManagedProcess]()
        self._env = {
            "SATUPINTU_STORE_URL": f"sqlite:///{folder}/store.db",
            "SATUPINTU_KEYRING_URL": f"sqlite:///{folder}/keyring.db",
            "SATUPINTU_MASTER_KEY_FILE": f"{folder}/secret",
            **{f"SATUPINTU_{name}": value for name, value in settings_for(kafka, folder).items()},
            "SATUPINTU_PORT": "0",
        }

    def start(self) -> ManagedProcess:
        number = len(self._started)
        argv = [sys.executable, "-m", "chassis.cli.relay"]
        relay = ManagedProcess(f"relay {number}", argv, self._folder / f"relay-{number}.log", self._env)
        relay.start()
        self._started.append(relay)
        return relay

    def close(self) -> None:
        for relay in self._started:
            relay.kill()


@pytest.fixture
def relays(tmp_path: Path, empty_kafka: str) -> Iterator[Relays]:
    relays = Relays(tmp_path, empty_kafka)
    yield relays
    relays.close()


def said(relay: ManagedProcess, words: str) -> Callable[[], "asyncio.Future[bool]"]:
    async def look() -> bool:
        assert relay.running, relay.last_lines()
        return any(words in line for line in relay.last_lines(500))

    return lambda: asyncio.ensure_future(look())


async def published(kafka: Cluster) -> list[RecordedEvent]:
    return [to_recorded(each) for each in await committed(kafka, COMPLAINT_EVENTS, FIXED[COMPLAINT_EVENTS].partitions)]


async def test_a_killed_and_a_frozen_relay_are_followed_by_the_next_one_and_nothing_is_there_twice(
    relays: Relays, empty_kafka: str, tmp_path: Path
) -> None:
    store = SqlStore(f"sqlite:///{tmp_path}/store.db", clock().now)
    first = relays.start()
    await until(said(first, "relay publishes"))
    second = relays.start()
    await until(said(second, "relay stands by"))

    await file_many(store, EVENTS)
    first.kill()
    await until(said(second, "relay publishes"))
    third = relays.start()
    await until(said(third, "relay stands by"))

    writing = asyncio.create_task(file_many(store, EVENTS, start=EVENTS))
    second.send(signal.SIGSTOP)
    await writing
    await until(said(third, "relay publishes"))
    second.send(signal.SIGCONT)
    await file_many(store, EVENTS, start=2 * EVENTS)
    await until(lambda: _all_there(empty_kafka, 3 * EVENTS))

    found = await published(empty_kafka)
    assert [each.position for each in sorted(found, key=lambda each: each.position)] == list(range(1, 3 * EVENTS + 1))
    # The resumed process was fenced, stood by again and now publishes.
    assert await asyncio.to_thread(third.stop, 15)
    await file_many(store, EVENTS, start=3 * EVENTS)
    await until(lambda: _all_there(empty_kafka, 4 * EVENTS))
    assert len({each.id for each in await published(empty_kafka)}) == len(await published(empty_kafka))
    await store.close()


async def _all_there(kafka: Cluster, count: int) -> bool:
    return len(await published(kafka)) >= count
