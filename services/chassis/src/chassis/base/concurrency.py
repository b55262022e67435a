"""Runs coroutines concurrently until the first of them ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from chassis.base.errors import Interrupted


async def first_of(*coroutines: Coroutine[Any, Any, Any]) -> None:
    """Run these until the first ends; cancel the others and wait for them. Raises the first one's error unwrapped: a
    TaskGroup would wrap it, and a retry policy would not recognise a `Retryable`.

    Raises:
        Interrupted: the first ended by a cancellation that did not come from here. aiokafka's clients do so while their
            broker changes, and passed on it would look like a request to end the whole background task.
    """
    tasks = [asyncio.create_task(each) for each in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        if task.cancelled():
            raise Interrupted("a client's own task was cancelled")
        task.result()
