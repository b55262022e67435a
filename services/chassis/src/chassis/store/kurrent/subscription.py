"""A subscription to all streams of some prefixes: what the server sends, in pages, over broken connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import grpc
import structlog
from kurrentdbclient.exceptions import KurrentDBClientError
from kurrentdbclient.protos.v1.streams_pb2 import ReadResp

from chassis.base.errors import ChassisError, Retryable, StoreUnavailable
from chassis.base.ports import Page
from chassis.store.kurrent.connection import Link
from chassis.store.kurrent.errors import refuse_own_cancellation
from chassis.store.kurrent.read import recorded, subscription
from schemas.base.envelope import RecordedEvent

MOST: Final = 1_000
"""Events of one page; twice as many are read ahead."""
GATHER_S: Final = 0.005
"""What is past is taken in pages of what gathers meanwhile: handing on event by event costs more than reading them."""
PAST_S: Final = 30.0
"""A server that reads the past to us is not silent for as long."""
FIRST_IDLE_S, LONGEST_IDLE_S = 1.0, 8.0
"""A silent subscription is looked after: a window that is not full brings no checkpoint, a dead server no error."""
FIRST_PAUSE_S, LONGEST_PAUSE_S, MOST_TRIES = 0.1, 2.0, 6

log = structlog.get_logger(__name__)

ReadAll = Callable[[int | None, Sequence[str]], Awaitable[Page]]


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
    gathering = _Gathering(await link.read(subscription(position, prefixes), None))
    live, told, idle_s = False, False, FIRST_IDLE_S
    try:
        while True:
            responses = await (gathering.take(idle_s) if live else gathering.take(PAST_S, GATHER_S))
            before = position
            news = _News.of(responses, position)
            position = news.position
            live = news.live if news.live is not None else live
            if position != before:
                told = live and not news.ends and gathering.is_empty
                yield Page(news.events, position, told)
            idle_s = FIRST_IDLE_S if responses else min(LONGEST_IDLE_S, idle_s * 2)
            while news.ends or not responses:
                page = await read_all(position, prefixes)
                if page.events or page.position != position or page.caught_up > told:
                    position, told = page.position, page.caught_up
                    yield page
                if page.caught_up:
                    break
    finally:
        await gathering.end()


@dataclass(slots=True)
class _News:
    """What some responses tell: events after a position, how far they reach, and whether they are of the present."""

    events: list[RecordedEvent]
    position: int | None
    live: bool | None = None
    ends: bool = False
    """The past has ended here."""

    @classmethod
    def of(cls, responses: Sequence[ReadResp], position: int | None) -> "_News":
        news = cls([], position)
        for response in responses:
            match response.WhichOneof("content"):
                case "event":
                    if response.event.commit_position > (news.position or 0):
                        news.position = response.event.commit_position
                        news.events.append(recorded(response))
                case "checkpoint":
                    news.position = max(news.position or 0, response.checkpoint.commit_position)
                case "caught_up":
                    news.live = news.ends = True
                case "fell_behind":
                    news.live = False
        return news


class _Gathering:
    """What the call has brought and nobody has taken yet."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._responses: list[ReadResp] = []
        self._changed, self._room = asyncio.Event(), asyncio.Event()
        self._error: BaseException | None = None
        self._task = asyncio.create_task(self._gather(), name="kurrent-subscription")

    @property
    def is_empty(self) -> bool:
        return not self._responses

    async def take(self, limit_s: float, gather_s: float = 0.0) -> list[ReadResp]:
        """Up to `MOST`, waiting for the first, and `gather_s` for others; none if nothing came within `limit_s`. Raises
        what ended the call.
        """
        if not self._responses and self._error is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await self._changed.wait()
        if gather_s and self._responses and len(self._responses) < MOST:
            await asyncio.sleep(gather_s)
        if not self._responses and self._error is not None:
            raise self._error
        taken, self._responses = self._responses[:MOST], self._responses[MOST:]
        if not self._responses and self._error is None:
            self._changed.clear()
        self._room.set()
        return taken

    async def end(self) -> None:
        self._call.cancel()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _gather(self) -> None:
        try:
            async for response in self._call:
                self._responses.append(response)
                self._changed.set()
                while len(self._responses) >= 2 * MOST:
                    self._room.clear()
                    await self._room.wait()
            self._error = StoreUnavailable("the server ended the subscription")
        except grpc.RpcError as error:
            self._error = error
        except asyncio.CancelledError as error:
            self._error = StoreUnavailable("the connection was closed under the subscription")
            refuse_own_cancellation(error)
        finally:
            self._changed.set()
