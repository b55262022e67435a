"""Working-day arithmetic in one time zone, with the days off of the decreed calendars.

Only working days count, each as a whole day: n working days after a moment is the same local time n working days
later. A start on a day off counts from the next working day, 00:00 local time. In a year without a decree all days
from Monday to Friday count, and explanations say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from schemas.events.registry import CalendarDecreed, Holiday

NATIONAL: Final = "national"
"""The calendar whose days off apply to every agency."""
DEFAULT_ZONE: Final = "Asia/Jakarta"
"""The zone of holders that are no agency: router, desk, arbiter."""
MIDNIGHT: Final = time()


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The days off of the decreed years. Compared by identity, so that calculations with it can be cached."""

    off: Mapping[date, Holiday] = field(default_factory=dict)
    sources: Mapping[int, str] = field(default_factory=dict)
    """The decree of each year. A year without one has only its weekends off."""
    regional: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The decrees of the holder's region, if that has days off of its own."""

    def works(self, day: date) -> bool:
        """Monday to Friday, and no holiday or joint leave."""
        return day.weekday() < 5 and day not in self.off


NO_CALENDAR: Final = Calendar()


@dataclass(frozen=True, slots=True, eq=False)
class Calendars:
    """The national calendar and the regional additions, as in force at one moment."""

    national: Calendar = NO_CALENDAR
    own: Mapping[str, Calendar] = field(default_factory=dict)
    """The additional days off by region code; a province's apply in its regencies too."""
    _merged: dict[str, Calendar] = field(default_factory=dict)

    def of(self, region: str | None) -> Calendar:
        """The calendar for agencies of that region; the national one for None."""
        codes = [code for code in self.own if region is not None and lies_in(region, code)]
        if region is None or not codes:
            return self.national
        if region not in self._merged:
            self._merged[region] = _together(self.national, [self.own[code] for code in sorted(codes)])
        return self._merged[region]


def with_decree(calendars: Calendars, decree: CalendarDecreed) -> Calendars:
    """The calendars after a decree, which replaces one year of one calendar."""
    if decree.calendar == NATIONAL:
        days = tuple(holiday for holiday in decree.days if holiday.kind != "regional")
        return Calendars(_decreed(calendars.national, decree, days), calendars.own)
    own = _decreed(calendars.own.get(decree.calendar, NO_CALENDAR), decree, decree.days)
    return Calendars(calendars.national, {**calendars.own, decree.calendar: own})


def _decreed(calendar: Calendar, decree: CalendarDecreed, days: tuple[Holiday, ...]) -> Calendar:
    kept = {day: holiday for day, holiday in calendar.off.items() if day.year != decree.year}
    added = {holiday.on: holiday for holiday in days}
    return Calendar({**kept, **added}, {**calendar.sources, decree.year: decree.source})


def lies_in(region: str, code: str) -> bool:
    """Whether `region` is `code`, or one of its regencies, districts or villages."""
    return region == code or region.startswith(f"{code}.")


def _together(national: Calendar, own: list[Calendar]) -> Calendar:
    off, sources = dict[date, Holiday](), dict[int, tuple[str, ...]]()
    for calendar in own:
        off.update(calendar.off)
        for year, source in calendar.sources.items():
            sources[year] = (*sources.get(year, ()), source)
    # A day in both calendars keeps its national name.
    return Calendar({**off, **national.off}, national.sources, sources)


@lru_cache(maxsize=1 << 14)
def add_working_days(start: datetime, n: int, zone: str, calendar: Calendar) -> datetime:
    """The moment `n` working days after `start`, in UTC."""
    local = start.astimezone(zone_of(zone))
    today = local.date()
    at = local.time() if calendar.works(today) else MIDNIGHT
    return datetime.combine(_shifted(today, n, calendar), at, local.tzinfo).astimezone(UTC)


@lru_cache(maxsize=1 << 14)
def subtract_working_days(end: datetime, n: int, zone: str, calendar: Calendar) -> datetime:
    """The same local time `n` working days before `end`, in UTC."""
    local = end.astimezone(zone_of(zone))
    return datetime.combine(_shifted(local.date(), -n, calendar), local.time(), local.tzinfo).astimezone(UTC)


def within_hours(moment: datetime, hours: tuple[time, time], zone: str) -> datetime:
    """The moment itself if it is within these hours of its local day, else the nearer end of them, in UTC."""
    local = moment.astimezone(zone_of(zone))
    opens, closes = hours
    at = min(max(local.time(), opens), closes)
    return datetime.combine(local.date(), at, local.tzinfo).astimezone(UTC)


def working_days_touched(start: datetime, end: datetime, zone: str, calendar: Calendar) -> frozenset[date]:
    """Every working day that the period from `start` to `end` touches."""
    return frozenset(day for day in days_touched(start, end, zone) if calendar.works(day))


def days_touched(start: datetime, end: datetime, zone: str) -> frozenset[date]:
    """Every day that the period from `start` to `end` touches."""
    info = zone_of(zone)
    return frozenset(days_between(start.astimezone(info).date(), end.astimezone(info).date()))


def days_between(first: date, last: date) -> list[date]:
    """All days, both ends included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@cache
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that IANA name."""
    return ZoneInfo(name)


@lru_cache(maxsize=1 << 16)
def _shifted(day: date, n: int, calendar: Calendar) -> date:
    # The n-th working day after (before, if negative) the first that works from `day` on.
    while n >= 0 and not calendar.works(day):
        day += _DAY
    step = _DAY if n > 0 else -_DAY
    for _ in range(abs(n)):
        day += step
        while not calendar.works(day):
            day += step
    return day


_DAY: Final = timedelta(days=1)
