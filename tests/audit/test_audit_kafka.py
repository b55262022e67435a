"""The audit compares Kafka with the store: the set of events, and receipts with their messages."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from audit.finding import Violation
from audit.kafka import Collected, compare
from chassis.base.cluster import Cluster
from chassis.base.message import Message
from chassis.base.ports import Store
from chassis.kafka.admin import Admin
from chassis.kafka.clients import producer, running
from chassis.kafka.partition import partition_of
from chassis.relay.relay import Relay
from chassis.store.memory import MemoryStore
from chassis.write.repository import Repository
from local.kafka.server import KafkaServer
from schemas.base.topics import COMPLAINT_EVENTS, FIXED, Topic, agency_inbox
from schemas.complaint.state import NIL, Complaint, Receipt, new
from support.background_tasks import T0, PlainKeys, add_detail, file_many, message, number
from support.broker import event_ids, going, until
from support.kafka import TESTS
from support.lives import named

A, B = named("a"), named("b")
TOLD = UUID(int=5)


@pytest.fixture
def collected() -> Iterator[Collected]:
    with Collected() as made:
        yield made


def past_store() -> MemoryStore:
    return MemoryStore(lambda: T0, NIL)


async def walked(collected: Collected, store: Store) -> list[Message]:
    events = (await store.read_all(None, limit=100_000)).events
    collected.page(events)
    return [message(event, offset) for offset, event in enumerate(events)]


def pointing(offset: int, complaint: UUID = A, topic_id: str = "t") -> Complaint:
    return new(complaint)._replace(version=4, receipts={"pln": Receipt(TOLD, "c", topic_id, 0, offset)})


def telling(complaint: UUID = A, told: UUID = TOLD, offset: int = 0) -> Message:
    headers = [("ce_subject", str(complaint).encode()), ("ce_id", str(told).encode())]
    return Message(agency_inbox("pln"), 0, offset, None, b"{}", headers)


async def test_a_topic_that_carries_all_also_twice_is_sound(collected: Collected) -> None:
    store = past_store()
    await file_many(store, 20)
    told = await walked(collected, store)
    assert list(collected.carries([*told, *told])) == []
    assert (list(collected.missing()), collected.unseen()) == ([], {})


async def test_an_event_that_the_topic_lost_is_named_and_so_is_one_that_the_store_never_held(
    collected: Collected,
) -> None:
    store, other = past_store(), past_store()
    await file_many(store, 20)
    [strange] = await file_many(other, 1, start=99)
    told = await walked(collected, store)
    foreign = message((await other.read_all(None)).events[0], 77)
    list(collected.carries([*told[:7], *told[8:], foreign]))
    assert [(v.code, v.version) for v in collected.missing()] == [("topic-missing", 0)]
    assert list(collected.unseen()) == [f"complaint-{strange}"]


async def test_events_older_than_the_first_record_of_a_topic_that_expires_are_not_missed_and_later_ones_are(
    collected: Collected,
) -> None:
    store = past_store()
    await file_many(store, 1)
    repository = Repository(store, PlainKeys(), "intake")
    for text in ("one", "two", "three"):
        await add_detail(repository, number(0), text)
    _expired, first, _lost, last = await walked(collected, store)
    partition = partition_of(first.key or b"")
    list(collected.carries([each._replace(partition=partition) for each in (first, last)]))
    assert [each.version for each in collected.missing()] == [0, 2]
    assert [each.version for each in collected.missing({partition: 1})] == [2]
    assert [each.version for each in collected.missing({partition: 0})] == [0, 2]


async def test_a_record_that_is_no_event_of_ours_is_told(collected: Collected) -> None:
    assert [v.code for v in collected.carries([Message(COMPLAINT_EVENTS, 0, 3, None, b"{}")])] == ["topic-foreign"]


def test_a_receipt_whose_message_is_there_is_true(collected: Collected) -> None:
    collected.judged(pointing(0))
    assert list(collected.expected("pln", "t", telling())) == []
    assert list(collected.unmatched("pln", "t", {0: 0})) == []


@pytest.mark.parametrize("there", [telling(complaint=B), telling(told=UUID(int=6))])
def test_a_receipt_that_points_to_another_message_is_false(collected: Collected, there: Message) -> None:
    collected.judged(pointing(0))
    assert [v.code for v in collected.expected("pln", "t", there)] == ["false-receipt"]


def test_a_receipt_that_points_to_nothing_is_false_unless_the_topic_begins_after_it(collected: Collected) -> None:
    collected.judged(pointing(9))
    assert [v.code for v in collected.unmatched("pln", "t", {0: 0})] == ["false-receipt"]
    assert list(collected.unmatched("pln", "t", {0: 10})) == []


def keyed(complaint: UUID, offset: int) -> Message:
    return telling(complaint=complaint, offset=offset)._replace(key=str(complaint).encode())


def test_a_receipt_whose_message_was_compacted_is_true_and_one_that_no_later_message_follows_is_false(
    collected: Collected,
) -> None:
    for complaint in (A, B):
        collected.judged(pointing(4, complaint))
    assert list(collected.expected("pln", "t", keyed(B, 3))) == []
    assert list(collected.expected("pln", "t", keyed(A, 9))) == []
    assert [v.stream for v in collected.unmatched("pln", "t", {0: 0})] == [f"complaint-{B}"]


def test_a_foreign_key_supersedes_nothing(collected: Collected) -> None:
    collected.judged(pointing(4))
    for key in (None, b"", b"\xff", b"0812-3456-7890", b"agency.pln.replies/0/7"):
        assert list(collected.expected("pln", "t", telling(offset=9)._replace(key=key))) == []
    assert [v.code for v in collected.unmatched("pln", "t", {0: 0})] == ["false-receipt"]


def test_a_receipt_of_a_topic_that_is_no_more_is_stale_and_not_false(collected: Collected) -> None:
    collected.judged(pointing(9, topic_id="before"))
    assert list(collected.unmatched("pln", "t", {0: 0})) == []


@pytest.fixture
def server(kafka_jars: list[Path], tmp_path: Path) -> Iterator[KafkaServer]:
    made = KafkaServer(tmp_path / "kafka", kafka_jars, superuser=TESTS)
    made.start()
    made.wait_ready()
    yield made
    made.stop(limit_s=10)


@pytest.mark.broker
async def test_on_a_real_broker_what_the_relay_carried_and_an_agency_was_told_agrees(
    server: KafkaServer, collected: Collected
) -> None:
    store, kafka = past_store(), server.cluster
    ids = await file_many(store, 200)
    relay = Relay(store, kafka)
    async with going(relay):
        await until(_published(relay, kafka, 200))
    await add_detail(Repository(store, PlainKeys(), "intake"), ids[3], "never relayed")
    inbox = agency_inbox("pln")
    admin = Admin(kafka)
    topic_id = str((await admin.ensure([Topic(inbox, 1)]))[inbox])
    await admin.close()
    async with running(producer(kafka)) as client:
        right = telling()
        await client.send_and_wait(inbox, b"{}", partition=0, headers=list(right.headers))
    await walked(collected, store)
    collected.judged(pointing(0, topic_id=topic_id))
    collected.judged(pointing(1, complaint=B, topic_id=topic_id))
    found: list[Violation] = [violation async for violation in compare(kafka, store, collected)]
    assert [(v.code, v.stream, v.version) for v in found] == [
        ("topic-missing", f"complaint-{ids[3]}", 1),
        ("false-receipt", f"complaint-{B}", 4),
    ]


def _published(relay: Relay, kafka: Cluster, count: int) -> Callable[[], Awaitable[bool]]:
    """Kafka confirms a transaction before every partition shows it to readers of committed records."""

    async def look() -> bool:
        partitions = FIXED[COMPLAINT_EVENTS].partitions
        return relay.published >= count and len(await event_ids(kafka, COMPLAINT_EVENTS, partitions)) >= count

    return look
