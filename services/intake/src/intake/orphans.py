"""Deletes unfinished data: persons in the vault that no complaint names, addresses that were never confirmed, files
that were sent before a complaint that never came, and claims of keyless reports whose minutes are over.
"""

import asyncio
from datetime import timedelta
from typing import Final

from chassis.base.retry import RetryPolicy
from intake import files_ahead
from intake.context import Intake

PERIOD_S: Final = 60.0
BATCH: Final = 500
FILED_WITHIN: Final = timedelta(minutes=2)
"""Whoever filed a complaint attaches its files within this time; else they are attached here."""


class Orphans:
    """Deletes persons and addresses after the policy's `unfinished_d` and `unconfirmed_d` (law 27/2022: personal data
    is kept only as long as it is needed).
    """

    def __init__(self, context: Intake) -> None:
        self._context = context

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await RetryPolicy().until_up(self.once, "vault sweep")
            await asyncio.sleep(PERIOD_S)

    def unready(self) -> str | None:
        """Never: nothing depends on it."""
        return None

    async def once(self) -> int:
        """Run once; the number of deleted rows."""
        await self._context.repeats.expire(self._context.clock.now())
        return await self._persons() + await self._addresses() + await self._files()

    async def _files(self) -> int:
        context, removed = self._context, 0
        for complaint, age in await context.files_ahead.untouched(FILED_WITHIN, BATCH):
            if (await context.repository.load(complaint)).recorded:
                await files_ahead.join(context, complaint)
            elif age > timedelta(days=context.policies.at(context.clock.now()).unfinished_d):
                await files_ahead.give_up(context, complaint)
                removed += 1
        return removed

    async def _persons(self) -> int:
        removed, context = 0, self._context
        for person, complaint in await context.vault.doubtful(BATCH):
            state = (await context.repository.load(complaint)).state
            if state.person == person:
                await context.vault.mark_named(person)
            else:
                await context.vault.remove_orphan(person)
                removed += 1
        return removed

    async def _addresses(self) -> int:
        context, now, removed = self._context, self._context.clock.now(), 0
        shortest = timedelta(days=min(policy.unconfirmed_d for policy in context.policies.versions))
        for one in await context.audience.subscribers.unconfirmed(now - shortest, BATCH):
            if one.since_at + timedelta(days=context.policies.at(one.since_at).unconfirmed_d) <= now:
                await context.audience.subscribers.lapse(one.id)
                removed += 1
        return removed
