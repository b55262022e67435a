"""The contract of every event store."""

import asyncio

import pytest

from chassis.base.errors import Conflict, EventTooLarge, IdClash
from chassis.base.ports import Append, Appended, Store
from chassis.store.append_rules import MOST_EVENT_BYTES
from schemas.base.envelope import NO_STREAM, NewEvent
from support.stores import event, read_until

A, B, C = event("a"), event("b"), event("c")


async def test_what_is_appended_is_read_back_as_it_was(store: Store) -> None:
    odd = event("odd", data='{"text":"jalan berlubang 🕳 \\u0000"}'.encode(), type_="ComplaintFiled")

    result = await store.append("complaint-1", NO_STREAM, [odd, B])

    first, second = await store.read("complaint-1")
    assert first[:4] == odd
    assert (first.stream, first.version, second.version) == ("complaint-1", 0, 1)
    assert first.position < second.position == result.position
    assert first.recorded_at.utcoffset() is not None
    assert result == Appended(1, second.position, written=True)


async def test_a_stream_that_nobody_wrote_is_empty(store: Store) -> None:
    assert await store.read("complaint-1") == []
    assert await store.read_many(["complaint-1", "complaint-2"]) == [[], []]
    page = await store.read_all(None)
    assert (list(page.events), page.position, page.caught_up) == ([], None, True)


async def test_a_stream_is_read_from_a_version_on(store: Store) -> None:
    await store.append("complaint-1", NO_STREAM, [A, B, C])

    assert [one.version for one in await store.read("complaint-1", 1)] == [1, 2]
    assert await store.read("complaint-1", 3) == []


async def test_appending_nothing_writes_nothing_if_the_version_is_as_expected(store: Store) -> None:
    assert (await store.append("complaint-1", NO_STREAM, [])).written is False
    await store.append("complaint-1", NO_STREAM, [A])
    assert (await store.append("complaint-1", 0, [])).version == 0
    with pytest.raises(Conflict):
        await store.append("complaint-1", 4, [])
    assert await store.append_many([]) == []


@pytest.mark.parametrize("expected", [NO_STREAM, 1, 2, 7])
async def test_another_version_than_expected_is_a_conflict_that_says_both(store: Store, expected: int) -> None:
    await store.append("complaint-1", NO_STREAM, [A])

    with pytest.raises(Conflict) as refused:
        await store.append("complaint-1", expected, [B])

    assert (refused.value.stream, refused.value.expected, refused.value.actual) == ("complaint-1", expected, 0)
    assert len(await store.read("complaint-1")) == 1


async def test_the_events_of_a_refused_append_are_all_missing(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.append("complaint-1", 0, [A, B])

    assert await store.read("complaint-1") == []
    await store.append("complaint-1", NO_STREAM, [A, B])
    assert len(await store.read("complaint-1")) == 2


@pytest.mark.parametrize("expected", [NO_STREAM, 1, 2])
async def test_an_append_told_twice_succeeds_and_writes_once(store: Store, expected: int) -> None:
    first = await store.append("complaint-1", NO_STREAM, [A, B])

    again = await store.append("complaint-1", expected, [A, B])

    assert again == Appended(1, first.position, written=False)
    assert len(await store.read("complaint-1")) == 2


async def test_an_append_told_again_after_later_events_still_succeeds(store: Store) -> None:
    await store.append("complaint-1", NO_STREAM, [A])
    later = await store.append("complaint-1", 0, [B, C])

    assert await store.append("complaint-1", NO_STREAM, [A]) == Appended(2, later.position, written=False)
    assert await store.append("complaint-1", 2, [A], seen={A.id, B.id, C.id}) == Appended(2, later.position, False)
    assert len(await store.read("complaint-1")) == 3


async def test_some_of_the_ids_in_the_stream_are_a_clash_and_nothing_is_written(store: Store) -> None:
    await store.append("complaint-1", NO_STREAM, [A])

    with pytest.raises(IdClash) as refused:
        await store.append("complaint-1", 0, [B, A], seen={A.id})

    assert refused.value.ids == {A.id}
    assert len(await store.read("complaint-1")) == 1


async def test_who_asks_for_what_another_has_written_in_part_meanwhile_is_to_look_again(store: Store) -> None:
    await store.append("complaint-1", NO_STREAM, [A])
    await store.append("complaint-1", 0, [B])

    with pytest.raises(Conflict) as refused:
        await store.append("complaint-1", 0, [B, C], seen={A.id})

    assert refused.value.actual == 1
    assert len(await store.read("complaint-1")) == 2


async def test_one_id_twice_in_one_append_is_a_clash(store: Store) -> None:
    with pytest.raises(IdClash):
        await store.append("complaint-1", NO_STREAM, [A, A])

    assert await store.read("complaint-1") == []


async def test_the_same_id_in_another_stream_is_another_event(store: Store) -> None:
    await store.append("complaint-1", NO_STREAM, [A])

    assert (await store.append("complaint-2", NO_STREAM, [A])).written is True


async def test_many_streams_are_answered_each_for_itself_and_in_order(store: Store) -> None:
    await store.append("complaint-2", NO_STREAM, [A])
    await store.append("complaint-4", NO_STREAM, [A])

    results = await store.append_many([
        Append("complaint-1", NO_STREAM, [A, B]),
        Append("complaint-2", NO_STREAM, [B]),
        Append("complaint-3", NO_STREAM, [A]),
        Append("complaint-4", 0, [A, B]),
        Append("complaint-2", 5, [A]),
    ])  # fmt: skip

    assert isinstance(results[0], Appended)
    assert isinstance(results[1], Conflict)
    assert isinstance(results[2], Appended)
    assert isinstance(results[3], IdClash)
    assert isinstance(results[4], Appended)
    assert [result.written for result in results if isinstance(result, Appended)] == [True, True, False]
    found = await store.read_many(["complaint-3", "complaint-2", "complaint-1", "complaint-4"])
    assert [len(events) for events in found] == [1, 1, 2, 1]


async def test_a_stream_named_twice_in_one_call_meets_its_own_earlier_events(store: Store) -> None:
    results = await store.append_many([
        Append("complaint-1", NO_STREAM, [A]),
        Append("complaint-1", 0, [B]),
        Append("complaint-1", 0, [C]),
        Append("complaint-1", NO_STREAM, [A]),
    ])  # fmt: skip

    assert [type(result) for result in results] == [Appended, Appended, Conflict, Appended]
    assert [one.id for one in await store.read("complaint-1")] == [A.id, B.id]


async def test_a_stream_asked_for_twice_is_given_twice(store: Store) -> None:
    await store.append("complaint-1", NO_STREAM, [A])

    one, none, again = await store.read_many(["complaint-1", "complaint-2", "complaint-1"])

    assert one == again
    assert none == []


async def test_many_streams_are_read_each_from_its_own_version_on(store: Store) -> None:
    await store.append("complaint-1", NO_STREAM, [A, B, C])
    await store.append("complaint-2", NO_STREAM, [A, B])

    streams = ["complaint-2", "complaint-1", "complaint-3", "complaint-1", "complaint-2"]
    found = await store.read_many(streams, [1, 2, 0, 0, 7])

    assert [[one.version for one in events] for events in found] == [[1], [2], [], [0, 1, 2], []]


async def test_more_streams_than_one_statement_takes_are_appended_and_read_together(store: Store) -> None:
    streams = [f"complaint-{number}" for number in range(1300)]

    await store.append_many([Append(stream, NO_STREAM, [event(stream)]) for stream in streams])
    await store.append_many([Append(stream, 0, [event(f"{stream} next")]) for stream in streams])

    found = await store.read_many(streams)
    assert [events[0].stream for events in found] == streams
    assert {len(events) for events in found} == {2}


async def test_events_of_the_greatest_size_are_kept_and_greater_ones_refused_with_their_whole_call(
    store: Store,
) -> None:
    room = MOST_EVENT_BYTES - len(A.metadata)
    await store.append("complaint-1", NO_STREAM, [event("fits", data=b"1" * room)])

    with pytest.raises(EventTooLarge):
        await store.append_many([
            Append("complaint-2", NO_STREAM, [A]),
            Append("complaint-3", NO_STREAM, [event("large", data=b"1" * (room + 1))]),
        ])  # fmt: skip

    assert await store.read("complaint-2") == []


async def test_all_events_are_paged_through_in_the_order_of_their_positions(store: Store) -> None:
    for number in range(5):
        await store.append(f"complaint-{number}", NO_STREAM, [event(f"{number} a"), event(f"{number} b")])

    first = await store.read_all(None, limit=4)
    second = await store.read_all(first.position, limit=4)
    third = await store.read_all(second.position, limit=4)

    events = [*first.events, *second.events, *third.events]
    assert [len(page.events) for page in (first, second, third)] == [4, 4, 2]
    assert [page.caught_up for page in (first, second, third)] == [False, False, True]
    positions = [one.position for one in events]
    assert positions == sorted(set(positions))
    assert third.position == positions[-1]
    assert [one.stream for one in events] == [f"complaint-{number}" for number in range(5) for _ in "ab"]


async def test_how_far_there_is_to_read_is_the_position_of_the_newest_event(store: Store) -> None:
    assert await store.newest() == 0
    await store.append("complaint-1", NO_STREAM, [A])
    await store.append("registry", NO_STREAM, [B])
    assert await store.newest() == (await store.read_all(None)).events[-1].position


async def test_only_streams_of_the_prefixes_are_read(store: Store) -> None:
    for stream in ["complaint-1", "complain", "registry", "complaint", "support-1", "complaint.1"]:
        await store.append(stream, NO_STREAM, [A])

    async def streams(*prefixes: str) -> list[str]:
        return [one.stream for one in (await store.read_all(None, prefixes)).events]

    assert await streams("complaint-") == ["complaint-1"]
    assert await streams("registry", "support-") == ["registry", "support-1"]
    assert await streams("nothing") == []
    assert len(await streams()) == 6


async def test_a_reader_of_quiet_streams_still_moves_on(store: Store) -> None:
    await store.append("registry", NO_STREAM, [A])
    last = await store.append_many([Append(f"complaint-{number}", NO_STREAM, [B]) for number in range(20)])

    page = await store.read_all(None, ["registry"])

    assert [one.stream for one in page.events] == ["registry"]
    assert isinstance(last[-1], Appended)
    assert (page.position, page.caught_up) == (last[-1].position, True)
    nothing = await store.read_all(page.position, ["registry"])
    assert (list(nothing.events), nothing.position, nothing.caught_up) == ([], page.position, True)


async def test_a_subscription_brings_the_past_says_it_has_caught_up_and_then_brings_the_present(store: Store) -> None:
    await store.append("complaint-1", NO_STREAM, [A])
    following = asyncio.create_task(read_until(store, lambda events, _: len(events) == 3))
    caught_up = await read_until(store, lambda _, page: page.caught_up)
    assert [one.id for page in caught_up for one in page.events] == [A.id]

    await store.append("complaint-2", NO_STREAM, [B])
    await store.append("complaint-1", 0, [C])

    events = [one for page in await following for one in page.events]
    assert [one.id for one in events] == [A.id, B.id, C.id]


async def test_a_subscription_begins_after_its_position(store: Store) -> None:
    first = await store.append("complaint-1", NO_STREAM, [A])
    await store.append("complaint-1", 0, [B])

    pages = await read_until(store, lambda _, page: page.caught_up, after=first.position)

    assert [one.id for page in pages for one in page.events] == [B.id]


async def test_a_subscription_to_an_empty_store_says_at_once_that_it_has_caught_up(store: Store) -> None:
    [page] = await read_until(store, lambda _, page: page.caught_up)

    assert (list(page.events), page.position) == ([], None)


async def test_a_subscription_to_quiet_streams_brings_checkpoints(store: Store) -> None:
    following = asyncio.create_task(
        read_until(store, lambda _, page: bool(page.position and page.position >= 3), prefixes=["registry"])
    )
    for number in range(3):
        await store.append(f"complaint-{number}", NO_STREAM, [A])

    pages = await following

    assert not any(page.events for page in pages)


async def test_many_callers_at_once_each_get_their_own_answer(store: Store) -> None:
    async def claim(name: int) -> bool:
        try:
            return (await store.append(f"complaint-{name % 7}", NO_STREAM, [event(f"claim {name}")])).written
        except Conflict:
            return False

    won = await asyncio.gather(*[claim(name) for name in range(140)])

    assert sum(won) == 7
    assert [len(events) for events in await store.read_many([f"complaint-{n}" for n in range(7)])] == [1] * 7


def in_other_words(one: NewEvent) -> NewEvent:
    return one._replace(data=b'{"n":2}')


@pytest.mark.parametrize("together", [True, False], ids=["one call", "call by call"])
@pytest.mark.parametrize("expected", [NO_STREAM, 0])
async def test_who_says_what_another_has_said_in_other_words_is_told_that_nothing_was_written(
    store: Store, other: Store, expected: int, together: bool
) -> None:
    seen = {A.id} if expected == 0 else set()
    if expected == 0:
        await other.append("complaint-1", NO_STREAM, [A])
    assert (await store.append("complaint-1", expected, [B, C], seen)).written

    twins = Append("complaint-1", expected, [in_other_words(B), C], seen)
    asked = [twins, Append("complaint-2", NO_STREAM, [A])]
    told = await other.append_many(asked) if together else [(await other.append_many([one]))[0] for one in asked]

    assert [result.written for result in told if isinstance(result, Appended)] == [False, True]
    assert (await store.read("complaint-1"))[-2].data == B.data


@pytest.mark.parametrize("expected", [NO_STREAM, 0])
async def test_of_two_who_say_the_same_ids_at_once_who_is_told_that_it_wrote_finds_its_own_words(
    store: Store, other: Store, expected: int
) -> None:
    streams = [f"complaint-{number}" for number in range(20)]
    if expected == 0:
        await store.append_many([Append(stream, NO_STREAM, [A]) for stream in streams])
    seen = {A.id} if expected == 0 else set()

    async def say(by: Store, stream: str, event: NewEvent) -> bool:
        return (await by.append(stream, expected, [event], seen)).written

    told = await asyncio.gather(
        *[say(by, stream, said) for stream in streams for by, said in ((store, B), (other, in_other_words(B)))]
    )

    for number, stream in enumerate(streams):
        first, second = told[2 * number : 2 * number + 2]
        last = (await store.read(stream))[-1]
        assert (first, second) == (last.data == B.data, last.data != B.data)


async def test_a_store_keeps_its_id(store: Store) -> None:
    assert await store.store_id() == await store.store_id()


async def test_the_id_of_an_event_is_found_by_its_position_and_by_no_other_number(store: Store) -> None:
    await store.append("complaint-1", NO_STREAM, [A, B])
    await store.append("support-1", NO_STREAM, [C])

    events = (await store.read_all(None)).events

    assert [await store.id_at(each.position) for each in events] == [A.id, B.id, C.id]
    assert [await store.id_at(at) for at in (0, -1, events[-1].position + 1, 2**63 - 1, 10**40)] == [None] * 5


async def test_a_page_names_the_event_at_its_position_also_of_another_stream(store: Store) -> None:
    await store.append("complaint-1", NO_STREAM, [A])
    await store.append("support-1", NO_STREAM, [B])

    page = await store.read_all(None, ("complaint-",))

    assert (page.event_id, await store.id_at(page.position or 0)) == (B.id, B.id)
    assert (await store.read_all(None, ("complaint-",), limit=1)).event_id == A.id
    assert (await store.read_all(page.position)).position == page.position
