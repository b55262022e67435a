"""The reviewed data shipped in this package: policies and calendars. The only module of schemas that reads files."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import from_json

from schemas.events.registry import CalendarDecreed, Holiday
from schemas.policies import Policies, policy_from


class ReviewedCalendar(NamedTuple):
    """One reviewed file: what router decrees where the registry does not hold it yet."""

    calendar: str
    year: int
    source: str
    days: tuple[Holiday, ...]

    def decree(self, at: datetime) -> CalendarDecreed:
        """The fact that puts it into force."""
        return CalendarDecreed(at=at, calendar=self.calendar, year=self.year, source=self.source, days=self.days)


@cache
def policies() -> Policies:
    """Every policy version, oldest first."""
    return Policies(tuple(sorted((policy_from(body) for body in _bodies("policies")), key=lambda p: p.effective_at)))


@cache
def calendars() -> tuple[ReviewedCalendar, ...]:
    """The reviewed calendars, by year."""
    return tuple(_calendar(body) for body in _bodies("calendars"))


def calendars_folder() -> Path:
    """Where the reviewed calendars lie."""
    return Path(str(files("schemas").joinpath("data", "calendars")))


def _calendar(body: dict[str, Any]) -> ReviewedCalendar:
    days = tuple(Holiday.model_validate(day) for day in body["days"])
    return ReviewedCalendar(body["calendar"], body["year"], body["source"], days)


def _bodies(folder: str) -> list[dict[str, Any]]:
    found = sorted(files("schemas").joinpath("data", folder).iterdir(), key=lambda file: file.name)
    return [from_json(file.read_bytes()) for file in found if file.name.endswith(".json")]
