"""A guard sets aside what the store does not hold, whatever it claims and however much of it there is."""

from uuid import UUID

import pytest

from chassis.base.message import Message
from chassis.deadletter.port import MemoryDeadLetters
from chassis.kafka.cloudevents import to_headers
from chassis.kafka.signature import Signer, signing_key
from chassis.kafka.verify import RecordVerifier
from chassis.react.reaction import Guard, per_complaint
from chassis.store.memory import MemoryStore
from chassis.write.repository import Repository
from schemas.base.streams import complaint_stream
from support.background_tasks import PlainKeys, file_many, impatient, message, messages, note_once
from support.foreign import changed, forged
from support.stores import memory_store

KEY = signing_key(b"a master key")


async def progress(store: MemoryStore) -> list[str]:
    return [event.stream for event in store.events if event.type == "ProgressRecorded"]


def guard(store: MemoryStore, letters: MemoryDeadLetters) -> Guard:
    repository = Repository(store, PlainKeys(), "agency_inbox")
    verifier = RecordVerifier(store, KEY)
    return Guard(repository, per_complaint(note_once), letters, retry_policy=impatient(), verifier=verifier)


async def signed(store: MemoryStore) -> list[Message]:
    signer = Signer(KEY, await store.store_id())
    return [message(each, n)._replace(headers=to_headers(each, signer)) for n, each in enumerate(store.events)]


def names() -> list[str]:
    return [name for name, _ in forged(Message("t", 0, 0, b"", b""))]


@pytest.mark.parametrize("name", names())
async def test_a_foreign_record_is_set_aside_with_its_reason_and_those_around_it_are_handled(name: str) -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    ids = await file_many(store, 2)
    first, second = await signed(store)
    bad = dict(forged(first))[name]
    await guard(store, letters)([first, bad, second])
    assert sorted(await progress(store)) == sorted(map(complaint_stream, ids))
    [letter] = letters.letters
    assert letter.message == bad
    assert letter.reason


async def test_ten_thousand_foreign_records_end_nothing() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    [complaint] = await file_many(store, 1)
    [true] = await signed(store)
    flood = [changed(true, ("ce_id", str(UUID(int=n)).encode())) for n in range(1, 10_001)]
    handle = guard(store, letters)
    for start in range(0, len(flood), 500):
        await handle(flood[start : start + 500])
    await handle([true])
    assert await progress(store) == [complaint_stream(complaint)]
    assert len(letters.letters) == 10_000


@pytest.mark.parametrize("name", ["ce_signature", "ce_metadata", "ce_type", "ce_position"])
async def test_a_record_of_a_stored_event_is_handled_whatever_else_it_claims(name: str) -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    [complaint] = await file_many(store, 1)
    [true] = await signed(store)
    value = b"123456789" if name == "ce_position" else b"Something"
    await guard(store, letters)([changed(true, (name, value))._replace(partition=9), true, true])
    assert await progress(store) == [complaint_stream(complaint)]
    assert letters.letters == []


async def test_records_from_before_signatures_are_handled() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    ids = await file_many(store, 3)
    await guard(store, letters)(await messages(store))
    assert sorted(await progress(store)) == sorted(map(complaint_stream, ids))
    assert letters.letters == []


async def test_a_signed_record_of_an_event_that_a_restored_store_lost_is_set_aside_without_a_limit() -> None:
    newer, letters = memory_store(), MemoryDeadLetters()
    await file_many(newer, 80)
    records = await signed(newer)
    older = memory_store()
    [complaint] = await file_many(older, 1)
    await guard(older, letters)(records)
    assert await progress(older) == [complaint_stream(complaint)]
    assert len(letters.letters) == 79
