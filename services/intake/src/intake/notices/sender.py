"""Sends queued notices to the mailbox, several at a time. Each notice has its own back-off, so a wrong address does not
delay other notices; while the mailbox is down all tries back off together.
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
from intake.notices.port import NoSuchAddress, NotNow, NotSent, Undeliverable
from schemas.deadlines.policies import Policies

AT_ONCE: Final = 4
IDLE_S: Final = 0.5
FIRST_S: Final = 5.0
LONGEST_S: Final = 600.0
STOP_TIMEOUT_S: Final = 5.0
"""For notices being sent when the process stops."""
DOWN_S: Final = 1.0
DOWN_LONGEST_S: Final = 30.0
"""Shortest and longest pause while the mailbox accepts nothing."""
log = structlog.get_logger(__name__)


class MailSender:
    """The background task from the outbox to the mailbox. Several processes may run it."""

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
                group.create_task(self._send_all())
            group.create_task(self._measure())

    def unready(self) -> str | None:
        """Never: filing and answering work without it."""
        return None

    async def once(self) -> bool:
        """Try the notice that has been due longest; False: none is due."""
        row = await self._outbox.claim()
        if row is None:
            return False
        notice = await self._outbox.opened(row)
        if notice is None:
            await self._outbox.end(row, FORGOTTEN)
            return True
        try:
            await self._outbox.mailbox.send(notice)
        except Undeliverable as error:
            await self._give_up(row, error)
        except Exception as error:  # noqa: BLE001 - after any error the notice is retried and the others go on
            await self._retry_later(row, error)
        else:
            await self._retry_policy.until_up(lambda: self._delete_if_erased(row), "outbox")
            # Retried until our database answers: otherwise the notice would be sent again.
            await self._retry_policy.until_up(lambda: self._outbox.end(row, "sent"), "outbox")
            self._up()
        return True

    async def _delete_if_erased(self, row: QueuedNotice) -> None:
        # An erasure may run between claiming the notice and sending it, so the mailbox's copy is deleted again.
        if await self._outbox.forgotten(row):
            await self._outbox.mailbox.forget(row.complaint)

    async def _send_all(self) -> None:
        while True:
            found = await self._retry_policy.until_up(self._once_uninterrupted, "outbox")
            if self._down:
                await self._sleep(RetryPolicy(first_s=DOWN_S, longest_s=DOWN_LONGEST_S, certain=1.0).wait_s(self._down))
            elif not found:
                await self._sleep(IDLE_S)

    async def _once_uninterrupted(self) -> bool:
        """`once`, but finished before a stop: a notice cut off in the middle would be sent twice."""
        task = asyncio.ensure_future(self.once())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=STOP_TIMEOUT_S)
            task.cancel()
            raise

    async def _retry_later(self, row: QueuedNotice, error: Exception) -> None:
        # A notice that its address refuses, or that fails for another reason of its own, is given up after some days;
        # an outage of the mailbox ends no notice.
        tried_for = timedelta(days=self._policies.at(row.queued_at).letters_d)
        if _own_fault(error) and self._now() - row.queued_at >= tried_for:
            await self._give_up(row, error)
            return
        if not _own_fault(error):
            self._down += 1
            if self._down == 1:
                log.warning("mailbox down", because=reason(error))
        else:
            log.warning("notice waits", notice=str(row.id), because=reason(error), tries=row.tries)
        waits = RetryPolicy(first_s=FIRST_S, longest_s=LONGEST_S, jitter=self._jitter)
        await self._outbox.postpone(row, waits.wait_s(row.tries))

    async def _give_up(self, row: QueuedNotice, error: Exception) -> None:
        await self._outbox.end(row, "undeliverable")
        if isinstance(error, NoSuchAddress):
            await self._outbox.give_up_address(row, error.status)
        metrics.NOTICES_UNDELIVERABLE.inc()
        log.warning("notice undeliverable", notice=str(row.id), because=reason(error), tries=row.tries)

    def _up(self) -> None:
        if self._down:
            log.info("mailbox up", tries=self._down)
        self._down = 0

    async def _measure(self) -> None:
        while True:
            count, oldest_s = await self._retry_policy.until_up(self._outbox.waiting, "outbox")
            metrics.NOTICES_WAITING.set(count)
            metrics.NOTICES_OLDEST.set(oldest_s)
            for outcome, mails in (await self._retry_policy.until_up(self._outbox.returned.counts, "outbox")).items():
                metrics.BOUNCES.labels(outcome).set(mails)
            await self._sleep(10 * IDLE_S)


def _own_fault(error: Exception) -> bool:
    """Whether the error concerns this notice alone, and not the mailbox."""
    return isinstance(error, NotNow) or not isinstance(error, NotSent)
