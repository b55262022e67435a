"""The reviewed data shipped in this package: policies and calendars. The only module of schemas that reads files."""

from functools import cache

from schemas.events.registry import CalendarDecreed
from schemas.policies import Policies


@cache
def policies() -> Policies:
    """Every policy version, oldest first."""


@cache
def calendars() -> tuple["ReviewedCalendar", ...]:
    """The reviewed calendars, for router to decree."""
