"""Callers who ask at once share one commit, each with an answer of their own; a backlog is told before it grows."""

import asyncio
from collections.abc import Sequence
from threading import Event

import pytest

from chassis.base.errors import Busy, StoreUnavailable
from chassis.base.group_commit import GroupCommit


class Work:
    """Doubles numbers, when it is let; remembers its groups."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.let, self.begun = Event(), Event()

    def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.groups.append(list(numbers))
        self.begun.set()
        self.let.wait()
        if 13 in numbers:
            raise ZeroDivisionError
        if 99 in numbers:
            raise StoreUnavailable("down")
        return [2 * number if number else KeyError("zero") for number in numbers]


async def ask(group: GroupCommit[int, int], work: Work, *numbers: int) -> list[int | BaseException]:
    """All the numbers, while the work on a first one is still under way."""
    first = asyncio.create_task(group.submit(1))
    await asyncio.to_thread(work.begun.wait)
    rest = [asyncio.create_task(group.submit(number)) for number in numbers]
    await asyncio.sleep(0)
    work.let.set()
    await first
    return await asyncio.gather(*rest, return_exceptions=True)


async def test_what_is_asked_during_a_commit_goes_together_into_the_next() -> None:
    work = Work()
    group = GroupCommit[int, int]("test", work, limit=3)

    assert await ask(group, work, 2, 3, 4, 5) == [4, 6, 8, 10]

    assert work.groups == [[1], [2, 3, 4], [5]]
    await group.close()


async def test_an_answer_that_is_an_error_is_told_to_its_caller_alone() -> None:
    work = Work()
    group = GroupCommit[int, int]("test", work)

    two, zero = await ask(group, work, 2, 0)

    assert (two, type(zero)) == (4, KeyError)
    await group.close()


async def test_a_request_at_fault_does_not_fail_its_neighbours() -> None:
    work = Work()
    group = GroupCommit[int, int]("test", work)

    two, fault, four = await ask(group, work, 2, 13, 4)

    assert (two, type(fault), four) == (4, ZeroDivisionError, 8)
    assert work.groups == [[1], [2, 13, 4], [2], [13], [4]]
    await group.close()


async def test_a_store_that_is_down_is_told_to_all_at_once() -> None:
    work = Work()
    group = GroupCommit[int, int]("test", work)

    answers = await ask(group, work, 2, 99)

    assert [type(answer) for answer in answers] == [StoreUnavailable, StoreUnavailable]
    assert len(work.groups) == 2
    await group.close()


async def test_a_backlog_is_refused_with_the_time_to_come_back() -> None:
    work = Work()
    group = GroupCommit[int, int]("test", work, busy_after_s=0.0)
    first = asyncio.create_task(group.submit(1))
    await asyncio.to_thread(work.begun.wait)

    with pytest.raises(Busy) as refused:
        await group.submit(2)

    assert refused.value.retry_after_s >= 0
    work.let.set()
    assert await first == 2
    await group.close()


async def test_a_caller_who_goes_away_leaves_the_others_their_answers() -> None:
    work = Work()
    group = GroupCommit[int, int]("test", work)
    first = asyncio.create_task(group.submit(1))
    await asyncio.to_thread(work.begun.wait)
    gone, stays = asyncio.create_task(group.submit(2)), asyncio.create_task(group.submit(3))
    await asyncio.sleep(0)

    gone.cancel()
    work.let.set()

    assert (await first, await stays) == (2, 6)
    await group.close()


async def test_what_was_accepted_is_finished_before_closing_and_nothing_is_accepted_after() -> None:
    work = Work()
    group = GroupCommit[int, int]("test", work)
    accepted = [asyncio.create_task(group.submit(number)) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    work.let.set()

    await group.close()
    await group.close()

    assert await asyncio.gather(*accepted) == [2, 4, 6]
    with pytest.raises(StoreUnavailable, match="closed"):
        await group.submit(4)
