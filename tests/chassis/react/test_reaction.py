"""A guard decides on the stream, sets aside what cannot be handled, and lets everything else through."""

from collections.abc import Sequence
from typing import Any

import pytest

from chassis.base.errors import Poison, StoreUnavailable
from chassis.base.message import Message
from chassis.deadletter.port import MemoryDeadLetters
from chassis.react.reaction import DeadLetterLimit, Guard, Outcome, Reaction, StopProcess, per_complaint
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas.base.envelope import NewEvent
from schemas.base.ids import derived_id
from schemas.base.streams import complaint_stream
from support.background_tasks import (
    PlainKeys,
    add_detail,
    file,
    file_many,
    impatient,
    message,
    messages,
    note_once,
    number,
)
from support.stores import memory_store


def guard(store: Any, react: Reaction, letters: MemoryDeadLetters, **more: Any) -> Guard:
    return Guard(Repository(store, PlainKeys(), "agency_inbox"), react, letters, retry_policy=impatient(), **more)


async def progress(store: Any) -> list[str]:
    events = (await store.read_all(None, limit=10_000)).events
    return [event.stream for event in events if event.type == "ProgressRecorded"]


async def test_every_complaint_of_a_batch_is_decided_once_and_written() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    ids = await file_many(store, 20)
    prompts = await messages(store)
    await guard(store, per_complaint(note_once), letters)(prompts * 2)
    assert sorted(await progress(store)) == sorted(map(complaint_stream, ids))
    assert letters.letters == []


async def test_duplicates_and_old_messages_change_nothing() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    await file_many(store, 3)
    prompts = await messages(store)
    handle = guard(store, per_complaint(note_once), letters)
    for _ in range(3):
        await handle(list(reversed(prompts)))
    assert len(await progress(store)) == 3


async def test_one_bad_complaint_is_tried_again_then_set_aside_with_its_reason_and_the_rest_is_handled() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    ids = await file_many(store, 5)
    tries = 0

    def react(loaded: LoadedStream) -> Outcome | None:
        nonlocal tries
        if loaded.state.id == ids[2]:
            tries += 1
            raise RuntimeError(f"cannot read {loaded.state.text}")
        return note_once(loaded)

    await guard(store, per_complaint(react), letters)(await messages(store))
    assert sorted(await progress(store)) == sorted(complaint_stream(each) for each in ids if each != ids[2])
    [letter] = letters.letters
    assert letter.message.key == str(ids[2]).encode()
    assert letter.service == "agency_inbox"
    assert letter.reason.startswith("RuntimeError at ")
    assert "sekolah" not in letter.reason  # a dead letter's reason never quotes the citizen
    assert (letter.attempts, tries) == (3, 4)  # once with the batch, three times alone


async def test_a_poison_is_set_aside_at_once() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    await file_many(store, 1)

    def react(_loaded: LoadedStream) -> Outcome | None:
        raise Poison("this can never be")

    await guard(store, per_complaint(react), letters)(await messages(store))
    assert [(letter.reason, letter.attempts) for letter in letters.letters] == [("Poison: this can never be", 1)]


async def test_a_message_without_headers_is_set_aside_before_its_body_is_read() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    await file_many(store, 1)
    bad = Message("complaint-events", 3, 9, b"k", b"\xff not json")
    await guard(store, per_complaint(note_once), letters)([bad, *await messages(store)])
    assert [(letter.message, letter.reason) for letter in letters.letters] == [
        (bad, "Poison: ce_specversion is missing")
    ]
    assert len(await progress(store)) == 1


async def test_an_event_of_a_newer_version_is_set_aside_and_says_so() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    [first, second] = await file_many(store, 2)
    strange = NewEvent(derived_id("x"), "ComplaintTeleported", b"{}", b'{"writer":"new"}')
    await store.append(complaint_stream(first), 0, [strange])
    await guard(store, per_complaint(note_once), letters)(await messages(store))
    assert await progress(store) == [complaint_stream(second)]
    assert {letter.reason for letter in letters.letters} == {
        "UnknownEvent: the stream holds ComplaintTeleported, which this version does not know; a newer service wrote it"
    }


async def test_a_conflict_is_decided_again_on_the_winners_fact() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    [complaint] = await file_many(store, 1)
    repository, seen = Repository(store, PlainKeys(), "intake"), list[int]()

    async def react(loaded: Sequence[LoadedStream]) -> list[Outcome | None]:
        seen.append(loaded[0].state.version)
        if len(seen) < 3:
            await add_detail(repository, complaint, f"detail {len(seen)}")
        return [note_once(each) for each in loaded]

    await guard(store, react, letters)(await messages(store))
    assert seen == [0, 1, 2]
    assert await progress(store) == [complaint_stream(complaint)]
    assert letters.letters == []


class Flaky:
    """A store that is away for the first calls."""

    def __init__(self, store: Any, failures: int) -> None:
        self._store, self.failures = store, failures

    async def read_many(self, streams: Any, *versions: Sequence[int]) -> Any:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("away")
        return await self._store.read_many(streams, *versions)

    async def append_many(self, appends: Any) -> Any:
        return await self._store.append_many(appends)


async def test_a_store_that_is_away_is_waited_for_and_never_makes_a_dead_letter() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    await file_many(store, 2)
    prompts = await messages(store)
    await guard(Flaky(store, 50), per_complaint(note_once), letters)(prompts)
    assert len(await progress(store)) == 2
    assert letters.letters == []


async def test_too_many_dead_letters_are_an_outage_and_stop_the_process() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    await file_many(store, 10)

    def react(_loaded: LoadedStream) -> Outcome | None:
        raise RuntimeError

    with pytest.raises(StopProcess):
        await guard(store, per_complaint(react), letters, limit=DeadLetterLimit(most=4))(await messages(store))
    assert len(letters.letters) == 4


async def test_the_limit_counts_a_window_of_time() -> None:
    store, letters, now = memory_store(), MemoryDeadLetters(), 0.0
    await file_many(store, 8)
    prompts = await messages(store)

    def react(_loaded: LoadedStream) -> Outcome | None:
        raise Poison("no")

    handle = guard(store, per_complaint(react), letters, limit=DeadLetterLimit(4, 60), clock=lambda: now)
    await handle(prompts[:4])
    now = 61.0
    await handle(prompts[4:])
    assert len(letters.letters) == 8


async def test_events_that_are_not_heeded_wake_nobody() -> None:
    store, letters = memory_store(), MemoryDeadLetters()
    repository = Repository(store, PlainKeys(), "intake")
    await file(repository, number(1))
    await add_detail(repository, number(1), "more")
    asked: list[Any] = []

    async def react(loaded: Sequence[LoadedStream]) -> list[Outcome | None]:
        asked.append([each.state.id for each in loaded])
        return [None] * len(loaded)

    [filed, detail] = (await store.read_all(None)).events
    handle = guard(store, react, letters, event_types=["DetailAdded"])
    await handle([message(filed)])
    assert asked == []
    await handle([message(detail)])
    assert asked == [[number(1)]]
