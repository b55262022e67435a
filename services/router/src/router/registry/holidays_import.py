"""Imports a year's days off from the package `holidays` into a file that a person reviews.

Only the file and the decree made of it count: no running process uses the package, so a newer one moves no date.
"""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic_core import to_json

from schemas.events.registry import Holiday
from schemas.reference.calendar_file import CalendarFile, calendar_from
from schemas.registry.calendars import NATIONAL

COUNTRY: Final = "ID"
CATEGORIES: Final = {"government": "joint_leave", "public": "national"}
"""What the package calls joint leave (cuti bersama) and national holidays; a day that is both is national."""
ESTIMATED: Final = " (perkiraan)"


class NoPackage(Exception):
    """The package `holidays` is not installed here."""


class Difference(NamedTuple):
    """A day that differs between two files; None: it is not in that file."""

    before: Holiday | None
    after: Holiday | None


def imported(year: int, source: str | None = None) -> CalendarFile:
    """The nation's days off of that year by the package. Raises NoPackage."""
    try:
        import holidays
    except ImportError as error:
        raise NoPackage("the package `holidays` is not installed: pip install holidays") from error
    found: dict[Any, Holiday] = {}
    for category, kind in CATEGORIES.items():
        days: Mapping[Any, str] = holidays.country_holidays(
            COUNTRY, years=year, categories=(category,), language="id", observed=True
        )
        found |= {on: _holiday(on, name, kind) for on, name in days.items()}
    named = source or f"paket holidays {version('holidays')}; belum dicocokkan dengan SKB tiga menteri"
    ordered = tuple(found[on] for on in sorted(found))
    return CalendarFile(calendar=NATIONAL, year=year, source=named, sureness="B" if source else "C", days=ordered)


def read_file(path: Path) -> CalendarFile:
    """Raises BadCalendar, OSError."""
    return calendar_from(path.read_bytes())


def text_of(calendar: CalendarFile) -> str:
    """The file: one line a day, so that a change of one day is a change of one line."""
    head = [("calendar", calendar.calendar), ("year", calendar.year), ("source", calendar.source)]
    said = [f"  {_json(name)}: {_json(value)}," for name, value in (*head, ("sureness", calendar.sureness))]
    days = ",\n".join(f"    {_day(day)}" for day in calendar.days)
    return "\n".join(["{", *said, '  "days": [', days, "  ]", "}", ""])


def differences(before: Iterable[Holiday], after: Iterable[Holiday]) -> list[Difference]:
    """The days that differ, in order."""
    old, new = {day.on: day for day in before}, {day.on: day for day in after}
    return [Difference(old.get(on), new.get(on)) for on in sorted({*old, *new}) if old.get(on) != new.get(on)]


def _holiday(on: Any, name: str, kind: str) -> Holiday:
    # Two names on one day are one day off.
    estimated = ESTIMATED in name
    plain = name.replace(ESTIMATED, "").replace("Hari kedua dari", "Hari kedua")
    return Holiday.model_validate({"on": on, "name": plain, "kind": kind, "estimated": estimated})


def _day(day: Holiday) -> str:
    body = day.model_dump(mode="json", exclude_defaults=True)
    return "{" + ", ".join(f"{_json(name)}: {_json(value)}" for name, value in body.items()) + "}"


def _json(value: object) -> str:
    return to_json(value).decode()
