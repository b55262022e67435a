"""The first of several coroutines to end decides how all of them end."""

import asyncio

import pytest

from chassis.base.concurrency import first_of
from chassis.base.errors import Interrupted


async def _forever(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("cancelled")


async def _fails() -> None:
    raise ValueError("mine")


async def _is_cancelled_from_within() -> None:
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    lost.cancel()
    await lost


async def test_the_first_error_is_raised_as_it_is_and_the_others_are_cancelled() -> None:
    ended: list[str] = []
    with pytest.raises(ValueError, match="mine"):
        await first_of(_forever(ended), _fails())
    assert ended == ["cancelled"]


async def test_a_cancellation_that_nobody_asked_for_is_an_error_to_retry() -> None:
    ended: list[str] = []
    with pytest.raises(Interrupted):
        await first_of(_forever(ended), _is_cancelled_from_within())
    assert ended == ["cancelled"]


async def test_who_cancels_it_ends_it() -> None:
    ended: list[str] = []
    running = asyncio.create_task(first_of(_forever(ended)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended == ["cancelled"]
