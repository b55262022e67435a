"""A subscription to all streams of some prefixes: what the server sends, in pages, over broken connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import grpc
import structlog
from kurrentdbclient import RecordedEvent as Theirs
from kurrentdbclient.exceptions import KurrentDBClientError

from chassis.errors import ChassisError, Retryable, StoreUnavailable
from chassis.ports import Page
from chassis.stores.kurrent_events import recorded
from chassis.stores.kurrent_link import Link

WINDOW: Final = 1_000
"""Records that the server looks through from one checkpoint to the next."""
MOST: Final = 1_000
"""Events of one page; twice as many are read ahead."""
CONFIRM_S: Final = 10.0
FIRST_IDLE_S, LONGEST_IDLE_S = 1.0, 8.0
"""A silent subscription is looked after: a window that is not full brings no checkpoint, a dead server no error."""
FIRST_PAUSE_S, LONGEST_PAUSE_S, MOST_TRIES = 0.1, 2.0, 6

NOT_OF_THE_SYSTEM: Final = r"[^$].*"
log = structlog.get_logger(__name__)

ReadAll = Callable[[int | None, Sequence[str]], Awaitable[Page]]


def filtered(prefixes: Sequence[str]) -> dict[str, Any]:
    """What the client is told for these prefixes; without any, all but the server's own streams."""
    if prefixes and "" not in prefixes:
        return {"filter_include": tuple(prefixes), "filter_by_prefix": True, "filter_by_stream_name": True}
    return {"filter_include": (NOT_OF_THE_SYSTEM,), "filter_by_stream_name": True}


async def follow(link: Link, read_all: ReadAll, after: int | None, prefixes: Sequence[str]) -> AsyncIterator[Page]:
    """Pages without end. A connection that breaks is made again after the last page; raises when that fails for some
    seconds, and at once when nothing was ever received.
    """
    position, failures, received = after, 0, False
    while True:
        try:
            async for page in _pages(link, read_all, position, prefixes):
                if failures:
                    log.info("subscription goes on", store=link.target, after=position)
                position, failures, received = page.position, 0, True
                yield page
        except (KurrentDBClientError, grpc.RpcError, TimeoutError, ChassisError) as error:
            meant = await link.meaning(error)
            failures += 1
            if not isinstance(meant, Retryable) or not received or failures > MOST_TRIES:
                raise meant from error
            if failures == 1:
                log.warning("subscription lost, making it again", store=link.target, after=position, because=str(meant))
            await link.mend(error)
            await asyncio.sleep(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**failures))


async def _pages(link: Link, read_all: ReadAll, position: int | None, prefixes: Sequence[str]) -> AsyncIterator[Page]:
    """Pages until the connection breaks. At the end of the past, and after a silence, what a read says counts: it alone
    knows the newest position, also when nothing of these prefixes is near it.
    """
    async with asyncio.timeout(CONFIRM_S):
        subscription = await link.client.subscribe_to_all(
            commit_position=position,
            include_checkpoints=True,
            include_caught_up=True,
            include_fell_behind=True,
            window_size=WINDOW,
            checkpoint_interval_multiplier=1,
            **filtered(prefixes),
        )
    gathering = _Gathering(subscription)
    live, told, idle_s = False, False, FIRST_IDLE_S
    try:
        while True:
            items = await gathering.take(idle_s if live else CONFIRM_S * 3)
            before = position
            events = [one for one in items if _is_event(one) and one.commit_position > (position or 0)]
            position = _reached(items, position)
            live = _lives(items, live)
            ends = any(one.is_caught_up for one in items)
            if position != before:
                told = live and not ends and gathering.is_empty
                yield Page([recorded(one) for one in events], position, told)
            idle_s = FIRST_IDLE_S if items else min(LONGEST_IDLE_S, idle_s * 2)
            while ends or not items:
                page = await read_all(position, prefixes)
                if page.events or page.position != position or page.caught_up > told:
                    position, told = page.position, page.caught_up
                    yield page
                if page.caught_up:
                    break
    finally:
        await gathering.end()


def _is_event(item: Theirs) -> bool:
    return not (item.is_checkpoint or item.is_caught_up or item.is_fell_behind)


def _reached(items: Sequence[Theirs], position: int | None) -> int | None:
    reached = [one.commit_position for one in items if _is_event(one) or one.is_checkpoint]
    return max([*reached, position or 0]) if reached else position


def _lives(items: Sequence[Theirs], live: bool) -> bool:
    for item in items:
        live = True if item.is_caught_up else False if item.is_fell_behind else live
    return live


class _Gathering:
    """What the subscription has brought and nobody has taken yet."""

    def __init__(self, subscription: Any) -> None:
        self._subscription = subscription
        self._items: list[Theirs] = []
        self._changed, self._room = asyncio.Event(), asyncio.Event()
        self._error: BaseException | None = None
        self._task = asyncio.create_task(self._gather(), name="kurrent-subscription")

    @property
    def is_empty(self) -> bool:
        return not self._items

    async def take(self, limit_s: float) -> list[Theirs]:
        """Up to `MOST` items, waiting for the first; none if nothing came within `limit_s`. Raises what ended it."""
        if not self._items and self._error is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await self._changed.wait()
        if not self._items and self._error is not None:
            raise self._error
        taken, self._items = self._items[:MOST], self._items[MOST:]
        self._changed.clear()
        if self._items or self._error is not None:
            self._changed.set()
        self._room.set()
        return taken

    async def end(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self._task
        with suppress(KurrentDBClientError, grpc.RpcError, asyncio.CancelledError):
            await self._subscription.stop()

    async def _gather(self) -> None:
        try:
            async for item in self._subscription:
                self._items.append(item)
                self._changed.set()
                while len(self._items) >= 2 * MOST:
                    self._room.clear()
                    await self._room.wait()
            self._error = StoreUnavailable("the server ended the subscription")
        except (KurrentDBClientError, grpc.RpcError) as error:
            self._error = error
        finally:
            self._changed.set()
