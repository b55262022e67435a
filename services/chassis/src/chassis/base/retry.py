"""Retry policy: how often and how long to retry, with exponential back-off; and how an error is named in logs."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from chassis.base.errors import Busy, KafkaDenied, Permanent, Retryable
from schemas.base.refusals import Refusal
from schemas.base.sealed import BrokenSeal
from schemas.events.codec import MalformedEvent, UnknownEvent

Sleep = Callable[[float], Awaitable[None]]
T = TypeVar("T")

UNREADABLE: Final = (UnknownEvent, MalformedEvent, BrokenSeal)
"""A stream cannot be read: it is corrupt, or a newer version wrote it."""
HOPELESS: Final = (Permanent, *UNREADABLE)
"""An immediate retry cannot help."""

DENIED_S: Final = 120.0
"""For how long Kafka may refuse a user or a right before a person is needed: users and rights of a new broker are made
while its clients are already connecting.
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`attempts`: tries for one message before it becomes a dead letter. Waits double from `first_s` up to `longest_s`;
    the share `certain` of a wait is fixed, the rest random.
    """

    attempts: int = 5
    first_s: float = 0.05
    longest_s: float = 5.0
    sleep: Sleep = asyncio.sleep
    jitter: Callable[[], float] = random.random
    certain: float = 0.5

    def wait_s(self, tries: int) -> float:
        """Seconds to wait after the `tries`-th failure (from 1)."""
        longest: float = min(self.longest_s, self.first_s * 2 ** min(tries - 1, 30))
        return longest * (self.certain + (1 - self.certain) * self.jitter())

    async def wait(self, tries: int) -> None:
        """Wait after the `tries`-th failure (from 1)."""
        await self.sleep(self.wait_s(tries))

    async def until_up(self, act: Callable[[], Awaitable[T]], what: str) -> T:
        """The result of `act`, retried without limit on `Retryable`: an outage is never a message's fault; and for
        `DENIED_S` of waiting on `KafkaDenied`. Other errors pass through. Logs the start and the end of an outage.
        """
        tries, denied_s = 0, 0.0
        told: type[BaseException] | None = None
        while True:
            try:
                result = await act()
            except (Retryable, KafkaDenied) as error:
                tries += 1
                denied_s = denied_s + self.wait_s(tries) if isinstance(error, KafkaDenied) else 0.0
                if denied_s > DENIED_S:
                    raise
                if type(error) is not told:
                    told = type(error)
                    log.warning("waiting", what=what, because=told.__name__, detail=str(error))
                if isinstance(error, Busy):
                    await self.sleep(error.retry_after_s)
                await self.wait(tries)
            else:
                if tries:
                    log.info("going on", what=what, tries=tries)
                return result


def reason(error: BaseException) -> str:
    """Why it failed, without citizens' words: quotes only our own errors and names the place of others."""
    if isinstance(error, UnknownEvent):
        return f"UnknownEvent: the stream holds {error}, which this version does not know; a newer service wrote it"
    if isinstance(error, Permanent | Retryable):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, Refusal):
        return f"refused: {error.code()}"
    return f"{type(error).__name__} at {_place(error)}"


def _place(error: BaseException) -> str:
    """Module and line of the innermost frame outside libraries."""
    found, trace = "an unknown place", error.__traceback__
    while trace is not None:
        frame, trace_line = trace.tb_frame, trace.tb_lineno
        if "site-packages" not in frame.f_code.co_filename:
            found = f"{frame.f_globals.get('__name__', '?')}:{trace_line}"
        trace = trace.tb_next
    return found
