"""A subscription to all streams of some prefixes, over broken connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import structlog
from kurrentdbclient.exceptions import KurrentDBClientError

from chassis.base.errors import StoreUnavailable
from chassis.base.ports import Page
from chassis.base.retry import Patience
from chassis.store.kurrent.connection import Connection
from chassis.store.kurrent.errors import meaning, refuse_own_cancellation
from chassis.store.kurrent.mapping import to_filter, to_ours
from schemas.base.envelope import RecordedEvent

MOST: Final = 1_000
"""Events of one page, and records that the server looks through at a time."""
SHORTEST_IDLE_S, LONGEST_IDLE_S = 1.0, 8.0
"""After a silence of this length the store is read: only a read knows the newest position, and a dead server sends no
error.
"""
TRIES: Final = 3
RETRY: Final = Patience(first_s=0.2, longest_s=2.0)

log = structlog.get_logger(__name__)

ReadAll = Callable[[int | None, Sequence[str]], Awaitable[Page]]


async def follow(
    connection: Connection, read_all: ReadAll, after: int | None, prefixes: Sequence[str]
) -> AsyncIterator[Page]:
    """Pages without end. A subscription that breaks is made again after the last page.

    Raises StoreUnavailable: that failed for some seconds, or nothing was ever received.
    """
    position, failures, received = after, 0, False
    while True:
        try:
            async for page in _pages(connection, read_all, position, prefixes):
                if failures:
                    log.info("subscription goes on", store=connection.target, after=position)
                position, failures, received = page.position, 0, True
                yield page
        except StoreUnavailable as error:
            failures += 1
            if not received or failures > TRIES:
                raise
            if failures == 1:
                log.warning("subscription lost, making it again", after=position, because=str(error))
            await RETRY.wait(failures)


async def _pages(
    connection: Connection, read_all: ReadAll, position: int | None, prefixes: Sequence[str]
) -> AsyncIterator[Page]:
    """The past, read with `read_all`, and then the present from a subscription, until that breaks."""
    caught_up, first, idle_s = False, True, SHORTEST_IDLE_S
    feed: _Feed | None = None
    try:
        while True:
            page = await read_all(position, prefixes)
            if first or page.events or page.position != position or page.caught_up > caught_up:
                yield page
            first, position, caught_up = False, page.position, page.caught_up
            if not caught_up:
                continue
            if feed is None:
                feed = await _Feed.begin(connection, position, prefixes)
            while events := await feed.take(idle_s, position or 0):
                position, caught_up, idle_s = events[-1].position, feed.is_drained, SHORTEST_IDLE_S
                yield Page(events, position, caught_up)
            idle_s = min(LONGEST_IDLE_S, 2 * idle_s)
    finally:
        if feed is not None:
            await feed.end()


class _Feed:
    """A subscription, read ahead by a task."""

    def __init__(self, subscription: Any, target: str) -> None:
        self._subscription, self._target, self._live = subscription, target, False
        self._brought = asyncio.Queue[Any](MOST)
        self._reading = asyncio.create_task(self._read(), name="kurrent-subscription")

    @classmethod
    async def begin(cls, connection: Connection, after: int | None, prefixes: Sequence[str]) -> "_Feed":
        async def ask() -> Any:
            return await connection.client.subscribe_to_all(
                commit_position=after,
                include_caught_up=True,
                include_fell_behind=True,
                window_size=MOST,
                **to_filter(prefixes),
            )

        return cls(await connection.call(ask), connection.target)

    @property
    def is_drained(self) -> bool:
        """Whether the server has no more for now, and everything was taken."""
        return self._live and self._brought.empty()

    async def take(self, within_s: float, after: int) -> list[RecordedEvent]:
        """Events after the position `after`; none if nothing comes within `within_s` seconds.

        Raises StoreUnavailable: the subscription has ended.
        """
        brought, events = [], list[RecordedEvent]()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                brought.append(await self._brought.get())
        while not self._brought.empty():
            brought.append(self._brought.get_nowait())
        for one in brought:
            if isinstance(one, BaseException):
                raise StoreUnavailable(str(meaning(one, self._target))) from one
            if one.is_caught_up or one.is_fell_behind:
                self._live = one.is_caught_up
            elif one.commit_position > after:
                events.append(to_ours(one))
        return events

    async def end(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, self._subscription.stop(), return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for one in self._subscription:
                await self._brought.put(one)
            await self._brought.put(StoreUnavailable("the server ended the subscription"))
        except (KurrentDBClientError, asyncio.CancelledError) as error:
            refuse_own_cancellation(error)
            await self._brought.put(error)
