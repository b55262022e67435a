"""The parameters of GeoReport's GET requests: lists with commas or repeated, empty ones absent, unknown ones ignored.

A time without a zone may be meant in any of the nation's zones, or in UTC as in the standard's examples. It is read so
that no report is left out: the beginning in the easternmost zone, the end in UTC.
"""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from schemas.base.refusals import InvalidField
from schemas.registry.calendars import zone_of

MAX_ROWS: Final = 1_000
SPAN: Final = timedelta(days=90)
"""The longest range of a search, by the standard (GeoReport v2, GET requests)."""
FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""No report is older; earlier dates are read as this one."""
LAST: Final = datetime(2999, 1, 1, tzinfo=UTC)
STATUSES: Final = frozenset({"open", "closed"})
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}$")
_LOST_PLUS: Final = re.compile(r"(T[\d:.]+) (\d{2}:?\d{2})$")
"""A `+` that the client did not escape arrives as a space."""


def _words(given: Any) -> Any:
    texts = given if isinstance(given, list) else [given]
    return [word.strip() for text in texts for word in str(text).split(",") if word.strip()]


def _absent(given: Any) -> Any:
    return None if isinstance(given, str) and not given.strip() else given


def _is_true(given: Any) -> Any:
    return isinstance(given, str) and given.strip().lower() in ("true", "1", "yes")


Words = Annotated[list[str], BeforeValidator(_words)]
Text = Annotated[str | None, BeforeValidator(_absent)]
Truth = Annotated[bool, BeforeValidator(_is_true)]
_DATES: Final = "A day or a time of ISO 8601. At most the newest 90 days of the range are searched."


class Asked(BaseModel):
    """What every request may name; there is one jurisdiction."""

    model_config = ConfigDict(extra="ignore")
    jurisdiction_id: Text = None


class OneRequest(Asked):
    """How one report is shown."""

    extensions: Truth = False


class Dates(Asked):
    """A range of time: ISO 8601, a day or a time; without a zone it is read so that no report is left out."""

    start_date: Text = Field(default=None, description=_DATES)
    end_date: Text = Field(default=None, description=_DATES)

    def window(self, now: datetime) -> "Window":
        """The range: at most the newest 90 days of what was asked for; without dates the last 90 days.

        Raises:
            InvalidField: a date is none.
        """
        until = min(_moment("end_date", self.end_date) or now, now)
        since = _moment("start_date", self.start_date)
        # To the hour, so that the pages of one search begin at the same report.
        oldest = (until - SPAN).replace(minute=0, second=0, microsecond=0)
        return Window(max(since, oldest) if since else oldest, until)


class Window(NamedTuple):
    """Both ends belong to it."""

    since: datetime
    until: datetime


class RequestQuery(Dates):
    """Which requests. Ids exclude all other filters; at most 1,000 requests."""

    service_request_id: Words = Field(default=[], description="Ids, with commas or repeated.")
    service_code: Words = Field(default=[], description="Service codes, with commas or repeated.")
    status: Words = Field(default=[], description="`open`, `closed`, or both.")
    page: Annotated[int | None, BeforeValidator(_absent)] = Field(default=None, ge=1, le=10_000)
    page_size: Annotated[int | None, BeforeValidator(_absent)] = Field(default=None, ge=1, le=MAX_ROWS)
    extensions: Truth = False

    def statuses(self) -> frozenset[str]:
        """Raises InvalidField: a status is neither open nor closed."""
        given = frozenset(word.lower() for word in self.status)
        if not given <= STATUSES:
            raise InvalidField(field="status", why="must be one of open, closed")
        return given


def _moment(field: str, given: str | None) -> datetime | None:
    if given is None:
        return None
    begins = field == "start_date"
    zone: tzinfo = zone_of("Asia/Jayapura") if begins else UTC
    text = _LOST_PLUS.sub(r"\1+\2", given.strip())
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidField(field=field, why=_WHY) from error
    if _DAY.match(text) and not begins:
        read = datetime.combine(read, time.max)
    return _within(read if read.tzinfo else read.replace(tzinfo=zone))


_WHY: Final = "must be a time with its zone, such as 2026-03-01T09:00:00+07:00"


def _within(at: datetime) -> datetime:
    # The year 1 minus a span, or in another zone, is no date.
    if at.year <= FIRST.year:
        return FIRST + SPAN
    return LAST if at.year >= LAST.year else at.astimezone(UTC)
