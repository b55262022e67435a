"""Passing a message on without tasks has the same outcome as Faust's own race."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from chassis.react.faust_consumer import EagerService


class Handing(EagerService):  # type: ignore[misc]
    """A service with nothing but `wait_first`."""


async def race(handing_on: Coroutine[Any, Any, Any], suspended: asyncio.Event | None = None) -> Any:
    return await Handing().wait_first(handing_on, (suspended or asyncio.Event()).wait())


async def give(value: Any) -> Any:
    return value


async def take(queue: "asyncio.Queue[str]", also: "asyncio.Queue[str]") -> tuple[str, str]:
    return await queue.get(), await also.get()


async def test_what_need_not_wait_is_done_at_once() -> None:
    tasks = len(asyncio.all_tasks())
    found = await race(give("handed on"))
    assert (found.results, found.stopped) == (["handed on"], False)
    assert len(asyncio.all_tasks()) == tasks


async def test_what_waits_several_times_is_waited_for() -> None:
    one, two = asyncio.Queue[str](), asyncio.Queue[str]()
    racing = asyncio.create_task(race(take(one, two)))
    for queue, word in ((one, "first"), (two, "second")):
        await asyncio.sleep(0)
        queue.put_nowait(word)
    assert ("first", "second") in (await racing).results


async def test_a_rebalance_ends_the_wait_and_cancels_what_waits() -> None:
    ended, suspended = asyncio.Event(), asyncio.Event()

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    racing = asyncio.create_task(race(wait_for_ever(), suspended))
    await asyncio.sleep(0)
    suspended.set()
    assert (await racing).results == [True]
    await asyncio.wait_for(ended.wait(), 5)


async def test_an_error_comes_through_whether_before_or_after_waiting() -> None:
    async def fail(wait_s: float | None) -> None:
        if wait_s is not None:
            await asyncio.sleep(wait_s)
        raise KeyError("no callback")

    for wait_s in (None, 0.0, 0.001):
        with pytest.raises(KeyError):
            await race(fail(wait_s))


async def test_a_service_that_was_stopped_says_so() -> None:
    service = Handing()
    await service.stop()
    found = await service.wait_first(give("too late"), asyncio.Event().wait())
    assert found.stopped is True
