"""Delivery and replies over a real Kafka, and delivery again after the broker lost all data."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from socket import AF_INET, SO_ACCEPTCONN, SOL_SOCKET, socket
from uuid import UUID

import pytest
from pydantic_core import from_json, to_json

from agency_inbox.app import open_background_tasks, open_inbox
from agency_inbox.context import Inbox
from agency_inbox.sweep import AgencyTopicProvisioner
from chassis.base.clock import SystemClock
from chassis.base.cluster import Cluster
from chassis.base.message import Message
from chassis.base.settings import Settings
from chassis.deadletter.port import DeadLetter, MemoryDeadLetters
from chassis.kafka.admin import Admin
from chassis.kafka.clients import producer, running
from chassis.keys.keyring import MemoryKeyRing
from chassis.project.registry import RegistryView
from chassis.relay.relay import Relay
from chassis.service.platform import Platform
from chassis.service.process import BackgroundTask
from chassis.store.memory import MemoryStore
from chassis.sweep.sweep import Sweep
from chassis.write.repository import Repository
from local.kafka.server import KafkaServer
from schemas.base.topics import agency_inbox, agency_replies
from schemas.complaint.lifecycle import Status
from schemas.events.registry import AgencyRegistered
from support.broker import committed, going, until
from support.inbox import CITY, PLN, ROADS, complaint, filed, keep, keep_registry, routed
from support.kafka import settings_for

# When the broker is wiped, kafka-python leaves sockets open; their ResourceWarnings are not ours.
pytestmark = [
    pytest.mark.broker,
    pytest.mark.usefixtures("no_socket_left"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def no_socket_left() -> Iterator[None]:
    """Close the sockets that kafka-python leaves open, so that no later test gets their warnings."""
    yield
    for each in gc.get_objects():
        if isinstance(each, socket) and each.fileno() >= 0 and _is_idle(each):
            each.close()


def _is_idle(each: socket) -> bool:
    if each.family is not AF_INET or each.getsockopt(SOL_SOCKET, SO_ACCEPTCONN):
        return False
    try:
        each.getpeername()
    except OSError:
        return True
    return False


@pytest.fixture
async def platform(private_kafka: KafkaServer, tmp_path: Path) -> Platform:
    clock = SystemClock()
    store, keys = MemoryStore(clock.now, UUID(int=1)), MemoryKeyRing()
    repository = Repository(store, keys, "router")
    await keep_registry(store, repository)
    settings = Settings(
        **{name.lower(): value for name, value in settings_for(private_kafka.cluster, tmp_path).items()},
        views_url=f"sqlite:///{tmp_path}/{{service}}.db",
        sweep_period_s=0.2,
        sweep_grace_s=1,
    )
    return Platform(settings, store, keys, clock, RegistryView(repository))


@pytest.fixture
async def letters() -> MemoryDeadLetters:
    return MemoryDeadLetters()


@pytest.fixture
async def inbox(platform: Platform, letters: MemoryDeadLetters) -> AsyncIterator[Inbox]:
    async with open_inbox(platform, letters) as inbox:
        yield inbox


@pytest.fixture
async def background_tasks(
    platform: Platform, inbox: Inbox, letters: MemoryDeadLetters
) -> AsyncIterator[list[BackgroundTask]]:
    async with open_background_tasks(platform, inbox, letters) as background_tasks:
        yield background_tasks


async def give(inbox: Inbox, indexes: Iterable[int], agency: str = PLN) -> None:
    at = inbox.clock.now()
    for index in indexes:
        await keep(inbox.repository.store, inbox.repository, complaint(index), [filed(at), routed(agency, at)])


def ids(messages: Iterable[Message]) -> list[str]:
    return [dict(message.headers)["ce_id"].decode() for message in messages]


async def told(inbox: Inbox, indexes: Iterable[int], agency: str = PLN) -> bool:
    loaded = await inbox.repository.load_many([complaint(index) for index in indexes])
    return all(agency in each.state.receipts for each in loaded)


async def answer(kafka: Cluster, type_: str, index: int, id_: str, **body: object) -> None:
    async with running(producer(kafka)) as client:
        value, key = to_json({"complaint": complaint(index), **body}), str(complaint(index)).encode()
        headers = [("ce_type", f"complaint.{type_}".encode()), ("ce_id", id_.encode())]
        await client.send_and_wait(agency_replies(PLN), value, key=key, headers=headers)


async def test_complaints_reach_the_agencys_topic_and_its_replies_are_appended(
    platform: Platform, inbox: Inbox, background_tasks: list[BackgroundTask], letters: MemoryDeadLetters
) -> None:
    kafka, many = platform.kafka("agency-inbox"), range(20)
    async with going(Relay(platform.store, kafka), *background_tasks):
        await give(inbox, many)
        await until(lambda: told(inbox, many))
        found = await committed(kafka, agency_inbox(PLN), 1)
        assert len(found) == 20
        assert len(set(ids(found))) == 20, "each is told once"
        loaded = await inbox.repository.load(complaint(0))
        receipt = loaded.state.receipts[PLN]
        assert found[receipt.offset].key == str(complaint(0)).encode()
        assert receipt.topic_id == (await _topic_ids(kafka, agency_inbox(PLN)))[0]

        await answer(kafka, "acknowledged", 0, "m-1")
        await answer(kafka, "acknowledged", 0, "m-1")
        await answer(kafka, "unheard-of", 1, "m-2")
        await answer(kafka, "progress", 2, "m-3", text="petugas di lokasi")
        await until(lambda: _has(inbox, 2, 3))
        assert (await inbox.repository.load(complaint(0))).state.status is Status.IN_PROGRESS
        refused = await until(lambda: inbox.quarantine.of(PLN, 0))
        assert [row["code"] for row in refused] == ["unknown-type"]
        assert len(await until(lambda: _kept(letters))) == 1
        notices = await until(lambda: _refusals(kafka))
        assert [(each.key, from_json(each.value or b"")["code"]) for each in notices] == [
            (f"{agency_replies(PLN)}/0/2".encode(), "unknown-type")
        ]

        await give(inbox, [40], CITY)
        await until(lambda: told(inbox, [40], CITY))

        async def printed() -> bool:
            return '"complaint.assigned"' in await _sample_client(kafka, CITY, "--acknowledge", "--seconds=5")

        await until(printed, within_s=90)
        await until(lambda: _has(inbox, 40, 3))
        assert (await inbox.repository.load(complaint(40))).state.status is Status.IN_PROGRESS

        new = AgencyRegistered(at=inbox.clock.now(), agency="baru", name="Baru", kind="city", level="regency")
        await keep_registry(platform.store, inbox.repository, new)
        await give(inbox, [50], "baru")
        await until(lambda: told(inbox, [50], "baru"))
        await until(lambda: _topic_ids(kafka, agency_replies("baru")))
        assert (await inbox.repository.load(complaint(0))).state.version == 3, (
            "receipts and answers are all that was added"
        )


async def test_after_the_broker_lost_everything_each_open_complaint_is_delivered_once_more(
    platform: Platform, inbox: Inbox, background_tasks: list[BackgroundTask], private_kafka: KafkaServer
) -> None:
    # Without relay and agent: only the sweep, from the store.
    from_the_store = [task for task in background_tasks if isinstance(task, AgencyTopicProvisioner | Sweep)]
    kafka, many = platform.kafka("agency-inbox"), range(10)
    async with going(*from_the_store):
        await give(inbox, many)
        await until(lambda: told(inbox, many))
        before = await committed(kafka, agency_inbox(PLN), 1)
        await asyncio.to_thread(private_kafka.wipe)
        await give(inbox, [20], ROADS)
        await asyncio.to_thread(private_kafka.start)
        await asyncio.to_thread(private_kafka.wait_ready)
        await until(lambda: told(inbox, [20], ROADS))
        await until(lambda: _all_live(inbox, kafka, many), within_s=90)
        after = await committed(kafka, agency_inbox(PLN), 1)
    assert set(ids(after)) == set(ids(before))
    assert len(after) == 10, "and no more than once"


async def _sample_client(kafka: Cluster, agency: str, *options: str) -> str:
    script = Path(__file__).parents[2] / "deploy/examples/agency_client.py"
    command = [sys.executable, str(script), agency, f"--kafka={kafka}", *options]
    env = {**os.environ, "KAFKA_USER": kafka.user, "KAFKA_PASSWORD": kafka.password}
    client = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=env)
    printed, _ = await client.communicate()
    assert client.returncode == 0
    return printed.decode()


async def _has(inbox: Inbox, index: int, version: int) -> bool:
    return (await inbox.repository.load(complaint(index))).state.version >= version


async def _all_live(inbox: Inbox, kafka: Cluster, indexes: Iterable[int]) -> bool:
    topic_ids = await _topic_ids(kafka, agency_inbox(PLN))
    loaded = await inbox.repository.load_many([complaint(index) for index in indexes])
    return bool(topic_ids) and all(each.state.receipts[PLN].topic_id == topic_ids[0] for each in loaded)


async def _kept(letters: MemoryDeadLetters) -> list[DeadLetter]:
    return letters.letters


async def _refusals(kafka: Cluster) -> list[Message]:
    found = await committed(kafka, agency_inbox(PLN), 1)
    return [each for each in found if dict(each.headers)["ce_type"] == b"reply.refused"]


async def _topic_ids(kafka: Cluster, topic: str) -> list[str]:
    admin = Admin(kafka)
    try:
        return [str(found) for found in (await admin.topic_ids([topic])).values()]
    finally:
        await admin.close()
