"""Which notifications are sent, once, and again after a topic was recreated."""

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from agency_inbox.delivery import NEWS, receipt_cause, undelivered
from agency_inbox.postbox import OutgoingMessage
from agency_inbox.reaction import Delivery
from chassis.base.clock import FixedClock
from chassis.base.message import Message
from chassis.project.registry import RegistryView
from chassis.react.reaction import Outcome, Reactor
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas.base.ids import event_id
from schemas.base.streams import complaint_stream
from schemas.complaint.state import Complaint
from schemas.events import COMPLAINT_EVENTS
from schemas.events.agency_inbox import ComplaintDelivered, ProgressRecorded
from schemas.events.intake import ComplaintWithdrawn, PersonalDataErased
from schemas.reference.load import policies
from support.background_tasks import impatient
from support.inbox import PLN, ROADS, T0, WORDS, complaint, detail, filed, given, keep, routed, then
from support.memory_postbox import MemoryPostbox

HELD = (filed(), routed())


def headers(message: Message) -> dict[str, str]:
    return {name: value.decode() for name, value in message.headers}


def kinds(postbox: MemoryPostbox, agency: str = PLN) -> list[str]:
    return [headers(message)["ce_type"] for message in postbox.records.get(agency, [])]


def delivered(state: Complaint, agency: str = PLN, topic: str = "topic-1") -> Complaint:
    receipt = ComplaintDelivered(
        at=T0, agency=agency, cluster="c", topic_id=topic, partition=0, offset=0, message_id=state.news[agency].event_id
    )
    return then(state, [receipt])


# --- what is undelivered ---------------------------------------------------------------------------------------


def test_the_holder_is_notified_until_its_receipt() -> None:
    state = given(*HELD)
    assert [letter.agency for letter in undelivered(state, (), {})] == [PLN]
    assert undelivered(delivered(state), (), {PLN: "topic-1"}) == []


def test_the_new_holder_is_notified_before_the_former_one() -> None:
    state = given(*HELD, routed(ROADS, cause="merger"))
    assert [(letter.agency, letter.news.kind) for letter in undelivered(state, (), {})] == [
        (ROADS, "assigned"),
        (PLN, "unassigned"),
    ]


def test_only_the_holder_of_an_open_complaint_is_notified_again_after_its_topic_was_recreated() -> None:
    state = delivered(given(*HELD))
    assert [letter.again for letter in undelivered(state, (), {PLN: "topic-2"})] == [True]
    assert undelivered(state, (), {}) == [], "an unknown topic is taken to be what it was"
    moved = then(state, [routed(ROADS, cause="merger")])
    gone = delivered(delivered(moved, ROADS), PLN)
    assert undelivered(gone, (), {PLN: "topic-2", ROADS: "topic-1"}) == []
    closed = delivered(then(state, [ComplaintWithdrawn(at=T0)]))
    assert undelivered(closed, (), {PLN: "topic-2"}) == []


def test_a_receipt_before_a_later_one_in_the_stream_counts() -> None:
    state = given(*HELD)
    cause = receipt_cause(state.news[PLN].event_id, "topic-1")
    written = event_id(complaint_stream(state.id), cause, "ComplaintDelivered", 0)
    assert undelivered(state, {written}, {PLN: "topic-1"}) == []
    assert undelivered(state, {written}, {PLN: "topic-2"}) != []


def test_facts_without_news_need_no_notification() -> None:
    assert NEWS <= COMPLAINT_EVENTS
    assert "ComplaintDelivered" not in NEWS
    state = delivered(given(*HELD))
    assert undelivered(then(state, [ProgressRecorded(at=T0, agency=PLN, text="x")]), (), {PLN: "topic-1"}) == []


# --- sending ----------------------------------------------------------------------------------------------------


async def test_a_message_has_the_whole_state_and_its_receipt_the_offset(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox
) -> None:
    await keep(repository.store, repository, complaint(), HELD)
    await Reactor(repository, delivery, impatient()).handle([complaint()])
    [message] = postbox.records[PLN]
    loaded = await repository.load(complaint())
    said, body = headers(message), json.loads(message.value or b"")
    assert (said["ce_type"], said["ce_sequence"], said["ce_subject"]) == ("complaint.assigned", "1", str(complaint()))
    assert said["ce_id"] == str(loaded.recorded[1].id)
    assert message.key == str(complaint()).encode()
    assert (body["content"]["text"], body["yours"], body["version"]) == (WORDS, True, 1)
    [receipt] = [told.fact for told in loaded.facts() if isinstance(told.fact, ComplaintDelivered)]
    assert (receipt.partition, receipt.offset, str(receipt.message_id)) == (0, 0, said["ce_id"])
    assert receipt.topic_id == postbox.known()[PLN]


async def test_repeated_reactions_send_each_message_once(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox
) -> None:
    await keep(repository.store, repository, complaint(), HELD)
    reactor = Reactor(repository, delivery, impatient())
    for _ in range(3):
        await reactor.handle([complaint()])
    await keep(repository.store, repository, complaint(), [detail()])
    for _ in range(3):
        await reactor.handle([complaint()])
    assert kinds(postbox) == ["complaint.assigned", "complaint.detail-added"]
    assert (await repository.load(complaint())).state.version == 4


async def test_two_agencies_are_notified_in_one_reaction(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox
) -> None:
    await keep(repository.store, repository, complaint(), [*HELD, routed(ROADS, cause="merger")])
    await Reactor(repository, delivery, impatient()).handle([complaint()])
    assert (kinds(postbox), kinds(postbox, ROADS)) == (["complaint.unassigned"], ["complaint.assigned"])
    assert "content" not in json.loads(postbox.records[PLN][0].value or b"")
    assert set((await repository.load(complaint())).state.receipts) == {PLN, ROADS}


async def test_a_crash_between_sending_and_appending_sends_again_under_the_same_id(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox, clock: FixedClock
) -> None:
    await keep(repository.store, repository, complaint(), HELD)
    await delivery([await repository.load(complaint())])  # and the process crashes here
    restarted = Delivery(postbox, RegistryView(repository, fresh_s=0), policies(), clock)
    await Reactor(repository, restarted, impatient()).handle([complaint()])
    first, second = (headers(message)["ce_id"] for message in postbox.records[PLN])
    assert first == second
    assert (await repository.load(complaint())).state.receipts[PLN].offset == 1


async def test_a_conflict_after_sending_does_not_send_again(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox
) -> None:
    await keep(repository.store, repository, complaint(), HELD)
    disturbed = False

    async def disturbing(loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        nonlocal disturbed
        outcomes = await delivery(loaded)
        if not disturbed:
            disturbed = True
            await keep(repository.store, repository, complaint(), [ProgressRecorded(at=T0, agency=PLN, text="x")])
        return outcomes

    assert await Reactor(repository, disturbing, impatient()).handle([complaint()]) == {}
    assert kinds(postbox) == ["complaint.assigned"]
    assert PLN in (await repository.load(complaint())).state.receipts


async def test_two_workers_at_once_leave_one_receipt(
    repository: Repository, postbox: MemoryPostbox, delivery: Delivery, clock: FixedClock
) -> None:
    await keep(repository.store, repository, complaint(), HELD)
    other = Delivery(postbox, RegistryView(repository, fresh_s=0), policies(), clock)

    async def slow(loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        outcomes = await delivery(loaded)
        await Reactor(repository, other, impatient()).handle([complaint()])
        return outcomes

    await Reactor(repository, slow, impatient()).handle([complaint()])
    types = [event.type for event in (await repository.load(complaint())).recorded]
    assert types.count("ComplaintDelivered") == 1
    assert len({headers(message)["ce_id"] for message in postbox.records[PLN]}) == 1


async def test_after_a_wipe_every_open_complaint_gets_one_new_message(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox
) -> None:
    for index in range(3):
        await keep(repository.store, repository, complaint(index), HELD)
    await keep(repository.store, repository, complaint(2), [ComplaintWithdrawn(at=T0)])
    every = [complaint(index) for index in range(3)]
    reactor = Reactor(repository, delivery, impatient())
    await reactor.handle(every)
    told_before = {headers(message)["ce_id"] for message in postbox.records[PLN]}
    postbox.wipe()
    for _ in range(3):
        await reactor.handle(every)
    assert len(postbox.records[PLN]) == 2, "the closed one is not told again"
    assert {headers(message)["ce_id"] for message in postbox.records[PLN]} < told_before


async def test_while_the_broker_is_down_the_reaction_raises_and_later_succeeds(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox
) -> None:
    await keep(repository.store, repository, complaint(), HELD)
    postbox.is_up, tries = False, 0

    async def counting(loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        nonlocal tries
        tries += 1
        postbox.is_up = tries > 3
        return await delivery(loaded)

    await Reactor(repository, counting, impatient()).handle([complaint()])
    assert (kinds(postbox), tries) == (["complaint.assigned"], 4)


async def test_the_sweep_leaves_messages_within_the_grace_to_the_agent(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox, clock: FixedClock
) -> None:
    await keep(repository.store, repository, complaint(), HELD)
    react = partial(delivery.deliver_overdue, timedelta(seconds=30))
    clock.advance(timedelta(seconds=29))
    await Reactor(repository, react, impatient()).handle([complaint()])
    assert kinds(postbox) == []
    clock.advance(timedelta(seconds=2))
    await Reactor(repository, react, impatient()).handle([complaint()])
    assert kinds(postbox) == ["complaint.assigned"]


async def test_after_an_erasure_every_notified_agency_gets_an_erasure_message_without_text(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox
) -> None:
    await keep(repository.store, repository, complaint(), [*HELD, routed(ROADS, cause="merger")])
    reactor = Reactor(repository, delivery, impatient())
    await reactor.handle([complaint()])
    gone = [ComplaintWithdrawn(at=T0, cause="erasure"), PersonalDataErased(at=T0)]
    await keep(repository.store, repository, complaint(), gone)
    await repository.keyring.destroy(complaint())
    await reactor.handle([complaint()])
    assert (kinds(postbox)[-1], kinds(postbox, ROADS)[-1]) == ("complaint.erased", "complaint.erased")
    last = postbox.records[PLN][-1].value or b"", postbox.records[ROADS][-1].value or b""
    assert not any(WORDS.encode() in body for body in last)


ERASURE = [ComplaintWithdrawn(at=T0, cause="erasure"), PersonalDataErased(at=T0)]


def has_words(message: Message) -> bool:
    return WORDS.encode() in (message.value or b"")


async def test_words_sent_after_the_message_of_an_erasure_are_followed_by_it_again(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox, clock: FixedClock
) -> None:
    await keep(repository.store, repository, complaint(), HELD)
    other = Delivery(postbox, RegistryView(repository, fresh_s=0), policies(), clock)
    disturbed = False

    async def paused(loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        # This process read the complaint, and sends its words after another process has told of the erasure.
        nonlocal disturbed
        if not disturbed:
            disturbed = True
            await keep(repository.store, repository, complaint(), ERASURE)
            await Reactor(repository, other, impatient()).handle([complaint()])
        return await delivery(loaded)

    await Reactor(repository, paused, impatient()).handle([complaint()])
    assert kinds(postbox) == ["complaint.erased", "complaint.assigned", "complaint.erased"]
    receipt = (await repository.load(complaint())).state.receipts[PLN]
    assert (receipt.offset, receipt.message_id) == (2, UUID(headers(postbox.records[PLN][2])["ce_id"]))
    await Reactor(repository, delivery, impatient()).handle([complaint()])
    assert len(postbox.records[PLN]) == 3, "and once only"


async def test_no_event_after_an_erasure_is_told_to_an_agency() -> None:
    state = delivered(then(given(*HELD), ERASURE))
    later = then(state, [routed(ROADS, cause="merger")])
    assert (later.news[PLN].kind, ROADS in later.news) == ("erased", False)


async def test_after_a_wipe_agencies_are_told_of_an_erasure_again_without_words(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox
) -> None:
    await keep(repository.store, repository, complaint(), [*HELD, routed(ROADS, cause="merger"), *ERASURE])
    reactor = Reactor(repository, delivery, impatient())
    await reactor.handle([complaint()])
    postbox.wipe()
    for _ in range(3):
        await reactor.handle([complaint()])
    assert (kinds(postbox), kinds(postbox, ROADS)) == (["complaint.erased"], ["complaint.erased"])
    assert not any(has_words(message) for messages in postbox.records.values() for message in messages)


async def test_a_message_that_is_too_large_loses_its_oldest_details(
    repository: Repository, delivery: Delivery, postbox: MemoryPostbox
) -> None:
    many = [detail(f"{n} " + "a" * 9_990) for n in range(120)]
    await keep(repository.store, repository, complaint(), [*HELD, *many])
    await Reactor(repository, delivery, impatient()).handle([complaint()])
    [message] = postbox.records[PLN]
    details = json.loads(message.value or b"")["content"]["details"]
    assert len(message.value or b"") <= 900_000
    assert details[-1]["text"].startswith("119 ")
    assert 50 < len(details) < 120


def test_a_receipts_cause_is_the_message_and_the_topic() -> None:
    told = UUID(int=3)
    assert receipt_cause(told, "a") == receipt_cause(told, "a")
    assert receipt_cause(told, "a") != receipt_cause(told, "b")


def test_headers_are_a_cloud_event() -> None:
    state = given(*HELD)
    said = dict(OutgoingMessage(PLN, state.id, state.news[PLN], T0, b"{}").headers())
    assert said["ce_specversion"] == b"1.0"
    assert said["content-type"] == b"application/json"
