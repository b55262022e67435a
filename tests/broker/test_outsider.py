"""External consumer: a bad message becomes a dead letter, the others are handled; new topics are found."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from chassis.base.cluster import Cluster
from chassis.base.errors import Poison, StoreUnavailable
from chassis.base.message import Message
from chassis.deadletter.port import MemoryDeadLetters
from chassis.kafka.admin import Admin
from chassis.kafka.clients import producer, running
from chassis.react.external_consumer import ExternalConsumer
from schemas.base.topics import SUBMISSIONS_PATTERN, Topic, submissions_topic
from support.background_tasks import impatient
from support.broker import committed_offsets, going, until

pytestmark = pytest.mark.broker


class Taker:
    """Accepts messages; `bad` never succeeds, `later` succeeds at the third try, `broken` raises an unexpected error."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.tries = 0

    async def __call__(self, message: Message) -> None:
        value = message.value or b""
        if value == b"bad":
            raise Poison("not a complaint")
        if value == b"broken":
            raise RuntimeError("a citizen's words")
        if value == b"later":
            self.tries += 1
            if self.tries < 3:
                raise StoreUnavailable("away")
        self.got.append(value)

    async def has(self, *values: bytes) -> bool:
        return set(values) <= set(self.got)


async def ensure(kafka: Cluster, *topics: str) -> None:
    admin = Admin(kafka)
    await admin.ensure([Topic(name, 1) for name in topics])
    await admin.close()


async def send(kafka: Cluster, topic: str, values: Sequence[bytes], **settings: Any) -> None:
    async with running(producer(kafka, **settings)) as client:
        for value in values:
            await client.send_and_wait(topic, value, key=b"one client")


async def test_a_bad_message_is_set_aside_and_its_own_clients_next_ones_are_taken_in_order(kafka: Cluster) -> None:
    take, quarantine = Taker(), MemoryDeadLetters()
    await ensure(kafka, "outsider-bad")
    await send(kafka, "outsider-bad", [b"1", b"bad", b"later", b"broken", b"2"])
    group = "outsider.bad"
    road = ExternalConsumer(
        "taker", take, quarantine, kafka=kafka, group=group, topics=["outsider-bad"], retry_policy=impatient()
    )
    async with going(road):
        await until(lambda: take.has(b"2"))
        await until(lambda: _committed(kafka, group, 5))
    assert take.got == [b"1", b"later", b"2"]
    assert [(letter.message.value, letter.attempts) for letter in quarantine.letters] == [(b"bad", 1), (b"broken", 3)]
    reasons = [letter.reason for letter in quarantine.letters]
    assert reasons[0] == "Poison: not a complaint"
    assert "words" not in reasons[1]


async def _committed(kafka: Cluster, group: str, offset: int) -> bool:
    return offset in (await asyncio.to_thread(committed_offsets, kafka, group)).values()


async def test_what_its_writer_took_back_is_never_read(kafka: Cluster) -> None:
    take = Taker()
    await ensure(kafka, "outsider-aborted")
    async with running(producer(kafka, transactional_id="outsider")) as client:
        await client.begin_transaction()
        await client.send_and_wait("outsider-aborted", b"taken back")
        await client.abort_transaction()
    await send(kafka, "outsider-aborted", [b"meant"])
    road = ExternalConsumer(
        "taker", take, MemoryDeadLetters(), kafka=kafka, group="outsider.a", topics=["outsider-aborted"]
    )
    async with going(road):
        await until(lambda: take.has(b"meant"))
    assert take.got == [b"meant"]


async def test_a_topic_made_later_is_found_by_its_name_and_read_from_the_beginning(kafka: Cluster) -> None:
    take, pattern = Taker(), r"^outsider\.[a-z]+\.replies$"
    await ensure(kafka, "outsider.first.replies")
    await send(kafka, "outsider.first.replies", [b"first"])
    async with going(
        ExternalConsumer("taker", take, MemoryDeadLetters(), kafka=kafka, group="outsider.p", pattern=pattern)
    ):
        await until(lambda: take.has(b"first"))
        await ensure(kafka, "outsider.second.replies", "outsider.second.inbox")
        await send(kafka, "outsider.second.inbox", [b"not for us"])
        await send(kafka, "outsider.second.replies", [b"second"])
        await until(lambda: take.has(b"second"))
        await send(kafka, "outsider.first.replies", [b"third"])
        await until(lambda: take.has(b"third"))
    assert take.got == [b"first", b"second", b"third"]


async def test_a_worker_that_was_cut_off_reads_again_what_it_had_not_finished(kafka: Cluster) -> None:
    first, second, held = Taker(), Taker(), asyncio.Event()

    async def hold(message: Message) -> None:
        await first(message)
        held.set()
        await asyncio.Event().wait()

    await ensure(kafka, "outsider-cut")
    await send(kafka, "outsider-cut", [b"1", b"2"])
    where: dict[str, Any] = {"kafka": kafka, "group": "outsider.cut", "topics": ["outsider-cut"]}
    async with going(ExternalConsumer("taker", hold, MemoryDeadLetters(), **where)):
        await asyncio.wait_for(held.wait(), 30)
    async with going(ExternalConsumer("taker", second, MemoryDeadLetters(), **where)):
        await until(lambda: second.has(b"2"))
    assert (first.got, second.got) == ([b"1"], [b"1", b"2"])


async def test_one_senders_flood_does_not_delay_the_others(kafka: Cluster) -> None:
    """Also with a first record that takes long, and with a flood of records that are refused."""
    flood, bad, other = "flood.a.replies", "flood.b.replies", "flood.c.replies"
    await ensure(kafka, flood, bad, other)
    async with running(producer(kafka, linger_ms=20)) as client:
        for topic, value in ((flood, b"flood"), (bad, b"bad")):
            await asyncio.gather(*[await client.send(topic, value) for _ in range(10_000)])
    seen, done = {flood: 0, bad: 0}, asyncio.Event()

    async def take(message: Message) -> None:
        if message.topic == other:
            done.set()
            return
        seen[message.topic] += 1
        await asyncio.sleep(0.002)
        if message.topic == bad:
            raise Poison("not a reply")

    road = ExternalConsumer(
        "taker", take, MemoryDeadLetters(), kafka=kafka, group="outsider.flood", pattern=r"^flood\.[a-z]\.replies$"
    )
    async with going(road):
        await until(lambda: _any(seen[flood] > 100 and seen[bad] > 100))
        await send(kafka, other, [b"acknowledged"])
        await asyncio.wait_for(done.wait(), 60)
        assert max(seen.values()) < 1_000, "more than 9,000 of each flood still wait"


async def test_one_gateways_flood_does_not_delay_another_gateway(kafka: Cluster) -> None:
    """Records of gateways are independent of each other, so that one gateway's are handled at once, and not in order."""
    flood, bad, other = "submissions.flood", "submissions.bad", "submissions.other"
    admin = Admin(kafka)
    await admin.ensure([submissions_topic(name, -1) for name in (flood, bad, other)])
    await admin.close()
    async with running(producer(kafka, linger_ms=20)) as client:
        for topic in (flood, bad):
            await asyncio.gather(*[await client.send(topic, b"%d" % number) for number in range(5_000)])
    seen, done = {flood: 0, bad: 0}, asyncio.Event()

    async def take(message: Message) -> None:
        if message.topic == other:
            done.set()
            return
        seen[message.topic] += 1
        await asyncio.sleep(0.1)
        if message.topic == bad:
            raise Poison("not a submission")

    road = ExternalConsumer(
        "taker", take, MemoryDeadLetters(), kafka=kafka, group="outsider.gateways", pattern=SUBMISSIONS_PATTERN,
        ordered=False,
    )  # fmt: skip
    async with going(road):
        await until(lambda: _any(min(seen.values()) > 100))
        before = max(seen.values())
        await send(kafka, other, [b"m1"])
        await asyncio.wait_for(done.wait(), 60)
        assert max(seen.values()) - before < 3_000, "most of each flood still waits"


async def _any(found: bool) -> bool:
    return found
