"""Which public number is next? A process takes many from the counter at once; what it does not use stays a gap."""

import asyncio
from collections import deque
from datetime import datetime

from sqlalchemy import Connection

from chassis.sql.database import Database, fetch
from intake.settings import NUMBERS_AT_ONCE
from schemas.base.ids import public_number
from schemas.registry.calendars import DEFAULT_ZONE, zone_of


class PublicNumbers:
    """Hands out each number once, over all processes."""

    def __init__(self, database: Database, at_once: int = NUMBERS_AT_ONCE) -> None:
        self._database, self._at_once = database, at_once
        self._free: dict[int, deque[int]] = {}
        self._refilling = asyncio.Lock()

    async def take(self, at: datetime) -> str:
        """The next number of the year that `at` lies in, by the capital's calendar."""
        day = at.astimezone(zone_of(DEFAULT_ZONE)).date()
        free = self._free.setdefault(day.year, deque())
        while not free:
            async with self._refilling:
                if not free:
                    free.extend(await self._more(day.year))
        return public_number(day, free.popleft())

    async def _more(self, year: int) -> range:
        last = await self._database.run(lambda connection: self._advance(connection, year))
        return range(last - self._at_once + 1, last + 1)

    def _advance(self, connection: Connection, year: int) -> int:
        statement = (
            "insert into counters (year, taken) values (%s, %s) on conflict (year) "
            "do update set taken = counters.taken + excluded.taken returning taken"
        )
        [[last]] = fetch(connection, self._database.paramstyle(statement), (year, self._at_once))
        return int(last)
