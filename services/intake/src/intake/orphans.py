"""What was begun and never finished: persons in the vault whom no complaint names, addresses that nobody confirmed."""

import asyncio
from datetime import timedelta
from typing import Final

from chassis.base.retry import RetryPolicy
from intake.context import Context

PERIOD_S: Final = 60.0
AT_ONCE: Final = 500


class Orphans:
    """Removes rows that no stream names and nobody has touched for a day, and addresses that the policy's days have
    passed over unconfirmed (law 27/2022: personal data is kept no longer than it is needed).
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await RetryPolicy().until_up(self.once, "vault sweep")
            await asyncio.sleep(PERIOD_S)

    def unready(self) -> str | None:
        """Never: nobody waits for it."""
        return None

    async def once(self) -> int:
        """Look once; how many were removed."""
        return await self._persons() + await self._addresses()

    async def _persons(self) -> int:
        removed, context = 0, self._context
        for person, complaint in await context.vault.doubtful(AT_ONCE):
            state = (await context.repository.load(complaint)).state
            if state.person == person:
                await context.vault.mark_named(person)
            else:
                await context.vault.remove_orphan(person)
                removed += 1
        return removed

    async def _addresses(self) -> int:
        context, now, removed = self._context, self._context.clock.now(), 0
        if context.audience is None:
            return 0
        shortest = timedelta(days=min(policy.unconfirmed_d for policy in context.policies.versions))
        for one in await context.audience.subscribers.unconfirmed(now - shortest, AT_ONCE):
            if one.since_at + timedelta(days=context.policies.at(one.since_at).unconfirmed_d) <= now:
                await context.audience.subscribers.lapse(one.id)
                removed += 1
        return removed
