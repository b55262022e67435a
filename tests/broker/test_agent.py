"""The Faust shell on a real broker loses no message on errors, kills, stalls and rebalances."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path

import pytest

from chassis.base.cluster import Cluster
from chassis.base.message import Message
from chassis.deadletter.port import MemoryDeadLetters
from chassis.kafka.admin import Admin
from chassis.kafka.clients import producer, running
from chassis.react.agent import Agent
from chassis.react.reaction import Guard, Outcome, per_complaint
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas.base.topics import Topic
from support import agent_process
from support.background_tasks import PlainKeys, file_many, impatient, message, note_once
from support.broker import committed_offsets, going, group_state, until
from support.stores import memory_store

pytestmark = pytest.mark.broker
PARTITIONS = 3
_numbers = count(1)


class Bench:
    """A test's topic, consumer group and worker processes."""

    def __init__(self, kafka: Cluster, folder: Path) -> None:
        number = next(_numbers)
        self.kafka, self.topic, self.service = kafka, f"agent-test-{number}", f"agenttest{number}"
        self._file = folder / "handled"
        self._file.touch()
        self._started: list[subprocess.Popen[bytes]] = []

    async def create(self) -> None:
        admin = Admin(self.kafka)
        await admin.ensure([Topic(self.topic, PARTITIONS)])
        await admin.close()

    async def send(self, numbers: Sequence[int]) -> None:
        async with running(producer(self.kafka)) as client:
            sent = [
                await client.send(self.topic, b"{}", key=b"%d" % number, partition=number % 3) for number in numbers
            ]
            await asyncio.gather(*sent)

    def start(self, manner: str = "well") -> "subprocess.Popen[bytes]":
        arguments = [json.dumps(asdict(self.kafka)), self.service, self.topic, str(self._file), manner]
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        started = subprocess.Popen([sys.executable, "-P", agent_process.__file__, *arguments], env=environment)
        self._started.append(started)
        return started

    def handled(self) -> list[int]:
        return [int(word) for word in self._file.read_text().split()]

    async def has_handled(self, least: int) -> bool:
        return len(set(self.handled())) >= least

    async def is_stuck(self) -> bool:
        return self._file.with_name(f"{self._file.name}.stuck").exists()

    async def committed(self) -> dict[tuple[str, int], int]:
        return await asyncio.to_thread(committed_offsets, self.kafka, f"{self.service}.test")

    async def group(self) -> tuple[str, int]:
        return await asyncio.to_thread(group_state, self.kafka, f"{self.service}.test")

    def close(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()


@pytest.fixture
async def bench(kafka: Cluster, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(kafka, tmp_path)
    await bench.create()
    yield bench
    bench.close()


async def ended(process: "subprocess.Popen[bytes]", within_s: float) -> int:
    return await asyncio.to_thread(process.wait, within_s)


async def test_a_bad_message_is_tried_set_aside_and_the_ones_behind_it_are_handled(bench: Bench) -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    ids = await file_many(store, 12)

    def react(loaded: LoadedStream) -> Outcome | None:
        if loaded.state.id == ids[4]:
            raise RuntimeError("cannot")
        return note_once(loaded)

    guard = Guard(Repository(store, PlainKeys(), "test"), per_complaint(react), letters, retry_policy=impatient())
    events = (await store.read_all(None)).events
    async with running(producer(bench.kafka)) as client:
        for each in map(message, events):
            await client.send_and_wait(bench.topic, each.value, key=each.key, headers=each.headers, partition=0)
    async with going(Agent(bench.service, "test", [bench.topic], guard, kafka=bench.kafka, ignores=guard.ignores)):

        async def all_done() -> bool:
            noted = [each for each in (await store.read_all(None)).events if each.type == "ProgressRecorded"]
            return len(noted) == len(ids) - 1 and len(letters.letters) == 1

        await until(all_done)
    [letter] = letters.letters
    assert (letter.message.offset, letter.attempts) == (4, 3)
    assert letter.reason.startswith("RuntimeError at ")
    assert (await bench.committed())[bench.topic, 0] == len(ids)


async def test_ignored_events_and_transaction_markers_are_skipped_and_committed(bench: Bench) -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    ids = await file_many(store, 9)
    repository = Repository(store, PlainKeys(), "test")
    await Guard(repository, per_complaint(note_once), letters)(list(map(message, (await store.read_all(None)).events)))
    seen: list[str] = []

    async def look(loaded: Sequence[LoadedStream]) -> Sequence[None]:
        seen.extend(str(each.state.id) for each in loaded)
        return [None for _ in loaded]

    heeding = Guard(repository, look, letters, event_types=["ProgressRecorded"])
    async with running(producer(bench.kafka, transactional_id=bench.service)) as client:
        for each in map(message, (await store.read_all(None)).events):
            async with client.transaction():
                await client.send(bench.topic, each.value, key=each.key, headers=each.headers, partition=0)
        async with client.transaction():
            trash = [("ce_type", b"ComplaintMislaid")]
            await client.send(bench.topic, b"{}", headers=trash, partition=0)
            await client.send_and_wait(bench.topic, b"{}", headers=[("ce_type", b"ComplaintFiled")], partition=0)
    # Nine filings and nine details, each followed by a transaction marker, and the two records of the last transaction.
    end = (9 + 9) * 2 + 2

    async def all_committed() -> bool:
        return (await bench.committed()).get((bench.topic, 0), 0) >= end

    async with going(Agent(bench.service, "test", [bench.topic], heeding, kafka=bench.kafka, ignores=heeding.ignores)):
        await until(all_committed)
    assert sorted(seen) == sorted(map(str, ids))
    assert [letter.message.offset for letter in letters.letters] == [end - 2]


async def test_a_guard_that_gives_up_ends_the_process_with_nothing_committed_past_it(bench: Bench) -> None:
    await bench.send(range(60))
    assert await ended(bench.start("refusing:31"), 120) == 1
    handled, committed = bench.handled(), await bench.committed()
    assert 31 not in handled
    assert committed.get((bench.topic, 1), 0) <= 10  # 31 is the eleventh record of its partition
    bench.start()
    await until(lambda: bench.has_handled(60))


async def test_a_stuck_message_does_not_hang_a_stop_and_is_not_committed(bench: Bench) -> None:
    await bench.send(range(30))
    process = bench.start("stuck:13")
    # Having joined is not enough: without a batch in progress it would stop in an orderly way.
    await until(bench.is_stuck)
    await bench.send(range(30, 60))
    process.send_signal(signal.SIGTERM)
    assert await ended(process, 20) == 1
    assert (await bench.committed()).get((bench.topic, 1), 0) <= 4  # 13 is the fifth record of its partition
    bench.start()
    await until(lambda: bench.has_handled(60))


async def test_a_stop_under_load_loses_nothing_and_leaves_the_group_empty(bench: Bench) -> None:
    await bench.send(range(1500))
    for _ in range(2):
        least = len(set(bench.handled())) + 100  # a stopped process finishes its batch, of unknown size
        process = bench.start("slowly")
        await until(lambda least=least: bench.has_handled(least))  # type: ignore[misc]
        process.send_signal(signal.SIGTERM)
        assert await ended(process, 20) == 0
        done, at = set(bench.handled()), await bench.committed()
        for partition in range(PARTITIONS):
            order = [number for number in range(1500) if number % PARTITIONS == partition]
            assert set(order[: at.get((bench.topic, partition), 0)]) <= done
        assert await bench.group() == ("Empty", 0)
    bench.start()
    await until(lambda: bench.has_handled(1500))


async def test_workers_that_join_leave_and_die_under_load_lose_nothing(bench: Bench) -> None:
    sending = asyncio.create_task(_send_slowly(bench, 2000))
    first = bench.start("slowly")
    await until(lambda: bench.has_handled(100))
    second = bench.start("slowly")
    await until(lambda: _members(bench, 2))
    await until(lambda: bench.has_handled(600))
    first.send_signal(signal.SIGTERM)
    assert await ended(first, 20) == 0
    await until(lambda: bench.has_handled(1000))
    second.kill()
    bench.start()
    await sending
    await until(lambda: bench.has_handled(2000))


async def _members(bench: Bench, wanted: int) -> bool:
    state, members = await bench.group()
    return state == "Stable" and members == wanted


async def _send_slowly(bench: Bench, total: int) -> None:
    for start in range(0, total, 100):
        await bench.send(range(start, start + 100))
        await asyncio.sleep(0.1)


async def test_what_comes_while_a_batch_is_in_hand_comes_together_in_the_next(bench: Bench) -> None:
    batches: list[int] = []
    in_hand, done = asyncio.Event(), asyncio.Event()

    async def handle(messages: Sequence[Message]) -> None:
        batches.append(len(messages))
        in_hand.set()
        await done.wait()

    await bench.send([0])
    async with going(Agent(bench.service, "test", [bench.topic], handle, kafka=bench.kafka)):
        await asyncio.wait_for(in_hand.wait(), 30)
        await bench.send(range(1, 301))
        assert batches == [1]
        done.set()

        async def all_committed() -> bool:
            return sum((await bench.committed()).values()) == 301

        await until(all_committed)
    assert sum(batches) == 301
    assert len(batches) <= 1 + PARTITIONS, "each partition's records may come with a fetch of their own"
