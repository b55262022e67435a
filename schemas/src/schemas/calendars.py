"""Which days count: working-day arithmetic in one time zone, with the days off that decrees name.

Time is counted only on working days, and a working day counts as a whole day. So n working days after a
moment is the same local time n working days later; a start on a day off counts from the next working day,
00:00 local time. A year that no decree covers counts Monday to Friday, and `covers` says that it was so.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from schemas.events.registry import CalendarDecreed, Holiday

NATIONAL: Final = "national"
"""The calendar whose days off hold for every body."""
DEFAULT_ZONE: Final = "Asia/Jakarta"
ONE_DAY: Final = timedelta(days=1)
_EPOCH_MONDAY: Final = 1
"""Ordinal 1 (1 January of year 1) is a Monday, so (ordinal - 1) % 7 is the weekday."""


class Calendar(NamedTuple):
    """The days off of the decreed years. `off` holds ordinals of dates, `names` says why each is off."""

    off: frozenset[int] = frozenset()
    names: dict[int, Holiday] = {}
    years: frozenset[int] = frozenset()

    def covers(self, year: int) -> bool:
        """Whether a decree names the days off of that year; else only weekends are off."""
        return year in self.years

    def is_working(self, day: date) -> bool:
        """Monday to Friday, and no holiday or joint leave."""
        return _works(day.toordinal(), self.off)


EMPTY: Final = Calendar()
