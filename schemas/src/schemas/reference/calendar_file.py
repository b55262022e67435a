"""The calendar file: the days off of one year, as reviewed by a person."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import from_json

from schemas.events.registry import CalendarDecreed, Holiday
from schemas.wording.fields import by_field


class BadCalendar(Exception):
    """The file is not a valid calendar; the message names the field."""


class ReviewedCalendar(NamedTuple):
    """One reviewed calendar, which router decrees if the registry does not have it yet."""

    calendar: str
    year: int
    source: str
    days: tuple[Holiday, ...]

    def decree(self, at: datetime) -> CalendarDecreed:
        """The event that puts it into force."""
        return CalendarDecreed(at=at, calendar=self.calendar, year=self.year, source=self.source, days=self.days)


class CalendarFile(BaseModel):
    """The content of a calendar file. Unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calendar: str
    year: int = Field(ge=1945, le=2200)
    source: str = Field(min_length=1)
    sureness: str
    days: tuple[Holiday, ...]

    @model_validator(mode="after")
    def _are_days_of_that_year(self) -> Self:
        if other := next((day for day in self.days if day.on.year != self.year), None):
            raise ValueError(f"days: {other.on} does not lie in {self.year}")
        if twice := next((on for on, count in Counter(day.on for day in self.days).items() if count > 1), None):
            raise ValueError(f"days: {twice} is named twice")
        return self

    def reviewed(self) -> ReviewedCalendar:
        """The calendar in the form that router decrees."""
        return ReviewedCalendar(self.calendar, self.year, self.source, self.days)


def calendar_from(content: bytes) -> CalendarFile:
    """The parsed and checked calendar. Raises BadCalendar."""
    try:
        return CalendarFile.model_validate(from_json(content))
    except ValidationError as error:
        raise BadCalendar("; ".join(by_field(each) for each in error.errors())) from error
    except ValueError as error:
        raise BadCalendar(f"it is not JSON: {error}") from error
