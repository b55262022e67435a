"""Persons in the vault whom no complaint names: filings that were never finished."""

import asyncio
from typing import Final

from chassis.patience import Patience
from intake.context import Context

PERIOD_S: Final = 60.0
AT_ONCE: Final = 500


class Orphans:
    """Removes rows that no stream names and nobody has touched for a day."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await Patience().until_up(self.once, "vault sweep")
            await asyncio.sleep(PERIOD_S)

    def unready(self) -> str | None:
        """Never: nobody waits for it."""
        return None

    async def once(self) -> int:
        """Look once; how many were removed."""
        removed, context = 0, self._context
        for person, complaint in await context.vault.doubtful(AT_ONCE):
            state = (await context.ledger.load(complaint)).state
            if state.person == person:
                await context.vault.mark_named(person)
            else:
                await context.vault.remove_orphan(person)
                removed += 1
        return removed
