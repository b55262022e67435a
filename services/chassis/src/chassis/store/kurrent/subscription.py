"""A subscription to all streams of some prefixes, over broken connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

import structlog
from kurrentdbclient.exceptions import KurrentDBClientError

from chassis.base.ports import Page
from chassis.store import poll_subscription
from chassis.store.kurrent.connection import Connection
from chassis.store.kurrent.errors import refuse_own_cancellation
from chassis.store.kurrent.mapping import to_filter, to_ours

MOST: Final = 1_000
"""Events read ahead, and records that the server looks through at a time."""
SHORTEST_IDLE_S, LONGEST_IDLE_S = 1.0, 8.0
"""After a silence of this length the store is read: only a read knows the newest position, and a dead server sends no
error.
"""
PAUSE_S: Final = 0.2
"""Before a subscription that broke is made again."""

log = structlog.get_logger(__name__)

ReadAll = Callable[[int | None, Sequence[str]], Awaitable[Page]]


async def follow(
    connection: Connection, read_all: ReadAll, after: int | None, prefixes: Sequence[str]
) -> AsyncIterator[Page]:
    """Pages without end. Raises what `read_all` raises."""
    feed = _Feed(connection, read_all, prefixes)
    try:
        async for page in poll_subscription.follow(feed.read, feed.beyond, after):
            yield page
    finally:
        await feed.end()


class _Feed:
    """The past, and what a broken subscription missed, is read with `read_all`; the present comes from a subscription,
    which a task reads ahead.
    """

    def __init__(self, connection: Connection, read_all: ReadAll, prefixes: Sequence[str]) -> None:
        self._connection, self._read_all, self._prefixes = connection, read_all, prefixes
        self._reading: asyncio.Task[None] | None = None
        self._brought, self._taken = asyncio.Queue[Any](MOST), list[Any]()
        self._idle_s, self._live, self._lost = SHORTEST_IDLE_S, False, False

    async def read(self, after: int | None) -> Page:
        """Events after the position `after` that the subscription has brought; if there are none, what a read finds."""
        taken, self._taken = self._taken, []
        while not self._brought.empty():
            taken.append(self._brought.get_nowait())
        if taken and isinstance(why := taken[-1], BaseException):
            await self._lose(why, after)
            taken = []  # a read finds them again
        events = []
        for one in taken:
            if one.is_caught_up or one.is_fell_behind:
                self._live = one.is_caught_up
            elif one.commit_position > (after or 0):
                events.append(to_ours(one))
        if events:
            return Page(events, events[-1].position, self._live, events[-1].id)
        page = await self._read_all(after, self._prefixes)
        if self._lost:
            log.info("subscription goes on", store=self._connection.target, after=after)
        self._lost = False
        return page

    async def beyond(self, position: int) -> None:
        """Return when the subscription to what comes after `position` brings something, or nothing for some time."""
        if self._reading is None:
            begin = partial(
                self._connection.client.subscribe_to_all,
                commit_position=position or None,
                include_caught_up=True,
                include_fell_behind=True,
                window_size=MOST,
                **to_filter(self._prefixes),
            )
            self._reading = asyncio.create_task(_read(await self._connection.call(begin), self._brought))
        try:
            async with asyncio.timeout(self._idle_s):
                self._taken.append(await self._brought.get())
            self._idle_s = SHORTEST_IDLE_S
        except TimeoutError:
            self._idle_s = min(LONGEST_IDLE_S, 2 * self._idle_s)

    async def end(self) -> None:
        """End the subscription, if there is one."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
            self._reading = None

    async def _lose(self, why: BaseException, after: int | None) -> None:
        log.warning("subscription lost, making it again", store=self._connection.target, after=after, because=repr(why))
        self._live, self._lost = False, True
        await self.end()
        await asyncio.sleep(PAUSE_S)


async def _read(subscription: Any, brought: asyncio.Queue[Any]) -> None:
    """Put into `brought` whatever `subscription` brings, and at last why it ended."""
    try:
        async for one in subscription:
            await brought.put(one)
        await brought.put(EOFError("the server ended it"))
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - told to who follows, which begins again
        refuse_own_cancellation(error)
        await brought.put(error)
    finally:
        with suppress(KurrentDBClientError):
            await subscription.stop()
