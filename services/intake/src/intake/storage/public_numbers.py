"""Public numbers from one counter for each year. A process takes a block of them; unused ones stay a gap."""

import asyncio
from collections import deque
from datetime import datetime
from typing import Final

from pydantic_core import from_json

from chassis.base.ports import Store
from chassis.sql.database import Database
from intake.settings import CODES_AT_ONCE, NUMBERS_AT_ONCE
from intake.storage.sql import execute
from schemas.base.ids import public_number
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.events.intake import ComplaintFiled
from schemas.registry.calendars import DEFAULT_ZONE, zone_of

MARGIN: Final = 1_000
_ADVANCE = (
    "insert into counters (year, taken) values (%s, %s) on conflict (year) "
    "do update set taken = counters.taken + excluded.taken returning taken"
)


_TAKE = (
    "insert into counters (year, taken) values (%s, %s) on conflict (year) "
    "do update set taken = excluded.taken where counters.taken < excluded.taken"
)


class PublicNumbers:
    """Hands out each number once over all processes."""

    def __init__(self, database: Database, at_once: int = NUMBERS_AT_ONCE) -> None:
        self._database, self._at_once = database, at_once
        self._free: dict[int, deque[int]] = {}
        self._refilling = asyncio.Lock()

    async def rebuild(self, store: Store) -> None:
        """Take every number that the store holds, and `MARGIN` more of each year: the vault that was lost may have
        given some whose complaints are not in this copy of the store.
        """
        highest, position, caught_up = dict[int, int](), None, False
        while not caught_up:
            page = await store.read_all(position, (COMPLAINT_PREFIX,), CODES_AT_ONCE)
            position, caught_up = page.position, page.caught_up
            for event in page.events:
                if event.type == ComplaintFiled.__name__:
                    _, year, counter, _ = from_json(event.data)["public_number"].split("-")
                    highest[int(year)] = max(int(counter), highest.get(int(year), 0))
        for year, last in highest.items():
            await execute(self._database, _TAKE, year, last + MARGIN)

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
