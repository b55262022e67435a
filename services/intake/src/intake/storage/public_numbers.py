"""Public numbers from one counter for each year. A process takes a block of them; unused ones stay a gap."""

import asyncio
from collections import deque
from datetime import datetime

from chassis.sql.database import Database
from intake.settings import NUMBERS_AT_ONCE
from intake.storage.sql import execute
from schemas.base.ids import public_number
from schemas.registry.calendars import DEFAULT_ZONE, zone_of

_ADVANCE = (
    "insert into counters (year, taken) values (%s, %s) on conflict (year) "
    "do update set taken = counters.taken + excluded.taken returning taken"
)


class PublicNumbers:
    """Hands out each number once over all processes."""

    def __init__(self, database: Database, at_once: int = NUMBERS_AT_ONCE) -> None:
        self._database, self._at_once = database, at_once
        self._free: dict[int, deque[int]] = {}
        self._refilling = asyncio.Lock()

    async def take(self, at: datetime) -> str:
        """The next number of the year in which `at` lies, in the capital's time zone."""
        day = at.astimezone(zone_of(DEFAULT_ZONE)).date()
        free = self._free.setdefault(day.year, deque())
        while not free:
            async with self._refilling:
                if not free:
                    [[last]] = await execute(self._database, _ADVANCE, day.year, self._at_once)
                    free.extend(range(int(last) - self._at_once + 1, int(last) + 1))
        return public_number(day, free.popleft())
