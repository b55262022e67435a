"""How long does a road keep trying? Waiting times between tries, and the outcome of a fault."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from chassis.base.errors import Busy, Permanent, Retryable
from schemas.base.refusals import Refusal
from schemas.base.sealed import BrokenSeal
from schemas.events.codec import MalformedEvent, UnknownEvent

Sleep = Callable[[float], Awaitable[None]]
T = TypeVar("T")

UNREADABLE: Final = (UnknownEvent, MalformedEvent, BrokenSeal)
"""One stream cannot be understood: corruption, or a newer version's events."""
HOPELESS: Final = (Permanent, *UNREADABLE)
"""Trying again at once cannot help."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`attempts`: tries for one message before it is set aside. Waits double from `first_s` up to `longest_s`."""

    attempts: int = 5
    first_s: float = 0.05
    longest_s: float = 5.0
    sleep: Sleep = asyncio.sleep
    jitter: Callable[[], float] = random.random

    async def wait(self, tries: int) -> None:
        """After the `tries`-th failure (from 1): half of the wait is certain, half at random."""
        longest = min(self.longest_s, self.first_s * 2 ** min(tries - 1, 30))
        await self.sleep(longest * (0.5 + 0.5 * self.jitter()))

    async def until_up(self, act: Callable[[], Awaitable[T]], what: str) -> T:
        """The result of `act`, tried without end while a store or broker is not there: that is never a message's
        fault. Other errors go through. Logged when it begins and when it is over.
        """
        tries = 0
        while True:
            try:
                result = await act()
            except Retryable as error:
                tries += 1
                if tries == 1:
                    log.warning("waiting", what=what, because=type(error).__name__, detail=str(error))
                if isinstance(error, Busy):
                    await self.sleep(error.retry_after_s)
                await self.wait(tries)
            else:
                if tries:
                    log.info("going on", what=what, tries=tries)
                return result


def reason(error: BaseException) -> str:
    """Why it failed, without a word of the data: only our own errors are quoted, others are named with their place."""
    if isinstance(error, UnknownEvent):
        return f"UnknownEvent: the stream holds {error}, which this version does not know; a newer service wrote it"
    if isinstance(error, Permanent | Retryable):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, Refusal):
        return f"refused: {error.code()}"
    return f"{type(error).__name__} at {_place(error)}"


def _place(error: BaseException) -> str:
    """The innermost line that is not a library's."""
    found, trace = "an unknown place", error.__traceback__
    while trace is not None:
        frame, trace_line = trace.tb_frame, trace.tb_lineno
        if "site-packages" not in frame.f_code.co_filename:
            found = f"{frame.f_globals.get('__name__', '?')}:{trace_line}"
        trace = trace.tb_next
    return found
