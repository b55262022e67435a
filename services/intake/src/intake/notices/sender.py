"""Brings waiting notices to the mailbox: several at a time, each tried again by itself with growing rests, so that
neither a mailbox that is down or slow nor one wrong address keeps other notices waiting.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from chassis.base import metrics
from chassis.base.retry import RetryPolicy, reason
from intake.notices.outbox import FORGOTTEN, Outbox, QueuedNotice
from intake.notices.port import NotNow, NotSent, Undeliverable
from schemas.deadlines.policies import Policies

AT_ONCE: Final = 4
IDLE_S: Final = 0.5
FIRST_S: Final = 5.0
LONGEST_S: Final = 600.0
FINISH_S: Final = 5.0
"""For what is in hand when the process is asked to stop."""
DOWN_S: Final = 1.0
DOWN_LONGEST_S: Final = 30.0
"""Between two tries while the mailbox takes nothing."""
log = structlog.get_logger(__name__)


class MailSender:
    """The road from the outbox to the mailbox behind it. Several processes may run one each."""

    def __init__(
        self,
        outbox: Outbox,
        now: Callable[[], datetime],
        policies: Policies,
        *,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`now`: real time."""
        self._outbox, self._now, self._policies, self._jitter, self._sleep = outbox, now, policies, jitter, sleep
        self._retry_policy, self._down = RetryPolicy(sleep=sleep), 0

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._carry())
            group.create_task(self._tell())

    def unready(self) -> str | None:
        """Never: complaints are taken and told of without it."""
        return None

    async def once(self) -> bool:
        """Try the notice that is due for longest; False: none is due."""
        letter = await self._outbox.claim()
        if letter is None:
            return False
        notice = await self._outbox.opened(letter)
        if notice is None:
            await self._outbox.end(letter, FORGOTTEN)
            return True
        try:
            await self._outbox.behind.send(notice)
        except Undeliverable as error:
            await self._give_up(letter, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the notice waits and the others go on
            await self._wait(letter, error)
        else:
            await self._retry_policy.until_up(lambda: self._forget_again(letter), "outbox")
            # It must not be forgotten that it was sent, also if our own database is away for a while.
            await self._retry_policy.until_up(lambda: self._outbox.end(letter, "sent"), "outbox")
            self._up()
        return True

    async def _forget_again(self, letter: QueuedNotice) -> None:
        # Read before its reporter was forgotten, written after what the mailbox keeps had been removed.
        if await self._outbox.forgotten(letter):
            await self._outbox.behind.forget(letter.complaint)

    async def _carry(self) -> None:
        while True:
            found = await self._retry_policy.until_up(self._finishing, "outbox")
            if self._down:
                await self._sleep(min(DOWN_LONGEST_S, DOWN_S * 2 ** min(self._down - 1, 10)))
            elif not found:
                await self._sleep(IDLE_S)

    async def _finishing(self) -> bool:
        """`once`; at a stop, what is in hand is finished first: cut off in the middle it would be sent twice."""
        task = asyncio.ensure_future(self.once())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=FINISH_S)
            task.cancel()
            raise

    async def _wait(self, letter: QueuedNotice, error: Exception) -> None:
        # What its address refuses is given up in the end; an outage of the mailbox itself ends no notice.
        tried_for = timedelta(days=self._policies.at(letter.queued_at).letters_d)
        if isinstance(error, NotNow) and self._now() - letter.queued_at >= tried_for:
            await self._give_up(letter, error)
            return
        if isinstance(error, NotSent) and not isinstance(error, NotNow):
            self._down += 1
            if self._down == 1:
                log.warning("mailbox down", because=reason(error))
        else:
            log.warning("notice waits", notice=str(letter.id), because=reason(error), tries=letter.tries)
        longest = min(LONGEST_S, FIRST_S * 2 ** min(letter.tries - 1, 30))
        await self._outbox.rest(letter, longest * (0.5 + 0.5 * self._jitter()))

    async def _give_up(self, letter: QueuedNotice, error: Exception) -> None:
        await self._outbox.end(letter, "undeliverable")
        metrics.NOTICES_UNDELIVERABLE.inc()
        log.warning("notice undeliverable", notice=str(letter.id), because=reason(error), tries=letter.tries)

    def _up(self) -> None:
        if self._down:
            log.info("mailbox up", tries=self._down)
        self._down = 0

    async def _tell(self) -> None:
        while True:
            count, oldest_s = await self._retry_policy.until_up(self._outbox.waiting, "outbox")
            metrics.NOTICES_WAITING.set(count)
            metrics.NOTICES_OLDEST.set(oldest_s)
            await self._sleep(10 * IDLE_S)
