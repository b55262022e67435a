"""Finds public reports: filters, words, and one page after another by the place of its last report.

A page is found by its neighbour and not by its number, so no report is shown twice or left out while others arrive.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, column, func, literal_column, select, table

from chassis.sql.engine import SQLITE
from reporting.listed import DISTRICT, PLACES, PROVINCE, REGENCY, listed_tables, place_of, words_of
from reporting.queries import METADATA, SUPPORTS
from schemas.base.limits import PAGE
from schemas.base.refusals import InvalidField

LISTED, UNPURGED = listed_tables(METADATA, "")
WORDS: Final = table("listed_words", column("rowid"), column("listed_words"))
"""SQLite's index of words."""
OPEN: Final = "open"
"""As a status: every one but closed."""
MOST_WORDS: Final = 8
PREFIX_FROM: Final = 4
"""Letters from which a word also finds longer words that begin with it."""
_SIMPLE: Final[ColumnElement[str]] = literal_column("'simple'")
_LEVELS: Final = {PROVINCE: LISTED.c.province, REGENCY: LISTED.c.regency, DISTRICT: LISTED.c.district}


class Filters(NamedTuple):
    """Which reports; None: all. `region`: everything in it, by its code. `status`: one of `Status`, or `open`.
    `until` belongs to the range.
    """

    words: str = ""
    region: str | None = None
    sector: str | None = None
    agency: str | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Cursor(NamedTuple):
    """Where a page begins: behind `place`, towards older or newer reports."""

    place: int
    newer: bool = False

    def text(self) -> str:
        """As addresses hold it. Its content is nobody's business."""
        raw = bytes([self.newer]) + self.place.to_bytes(8, "big")
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def cursor_of(text: str) -> Cursor:
    """Raises InvalidField: we did not make it."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        newer, place = raw[0], int.from_bytes(raw[1:], "big")
    except (ValueError, IndexError, binascii.Error):
        raw, newer, place = b"", 0, 0
    if len(raw) != 9 or newer > 1 or place >= 2**63:
        raise InvalidField(field="cursor", why="must be a cursor of this list")
    return Cursor(place, bool(newer))


class Found(NamedTuple):
    """A page, the newest first, and where the pages beside it begin; None: there is none."""

    complaints: tuple[str, ...] = ()
    newer: Cursor | None = None
    older: Cursor | None = None


def find(
    connection: Connection, filters: Filters, cursor: Cursor | None = None, page: int = 0, size: int = PAGE
) -> Found:
    """One page of `size`. `page`: pages to skip, for readers that count them."""
    query = _matching(connection, filters)
    place = LISTED.c.place
    newer = cursor is not None and cursor.newer
    if cursor is not None:
        query = query.where(_place_in(connection, filters) > cursor.place if newer else
                            _place_in(connection, filters) < cursor.place)  # fmt: skip
    order = _place_in(connection, filters)
    query = query.with_only_columns(LISTED.c.complaint, place).order_by(order if newer else order.desc())
    rows = list(connection.execute(query.limit(size + 1).offset(page * size)))
    more, rows = len(rows) > size, rows[:size]
    if newer:
        rows.reverse()
    if not rows:
        return Found()
    before, after = (more, True) if newer else (cursor is not None or page > 0, more)
    return Found(
        tuple(row.complaint for row in rows),
        Cursor(rows[0].place, newer=True) if before else None,
        Cursor(rows[-1].place) if after else None,
    )


def count_by_region(connection: Connection, filters: Filters, level: int) -> dict[str, int]:
    """How many reports match in each province (`PROVINCE`) or regency (`REGENCY`), by its code."""
    code = _LEVELS[level]
    query = (
        _matching(connection, filters).with_only_columns(code, func.count().label("reports")).where(code.is_not(None))
    )
    return {row[0]: row.reports for row in connection.execute(query.group_by(code))}


class Located(NamedTuple):
    """A report at its published position, in degrees."""

    public_number: str
    lat: float
    lon: float


def located(connection: Connection, filters: Filters, most: int) -> list[Located]:
    """The newest matching reports with a published position."""
    columns = (LISTED.c.public_number, LISTED.c.lat, LISTED.c.lon)
    query = _matching(connection, filters).with_only_columns(*columns).where(LISTED.c.lat.is_not(None))
    query = query.order_by(_place_in(connection, filters).desc()).limit(most)
    return [Located(*row) for row in connection.execute(query)]


def is_supporter(connection: Connection, complaint: str, supporter: str) -> bool:
    """Whether this one supports it."""
    query = select(SUPPORTS.c.complaint).where(SUPPORTS.c.complaint == complaint, SUPPORTS.c.supporter == supporter)
    return connection.execute(query).first() is not None


def supports_of(connection: Connection, complaints: Sequence[str]) -> dict[str, int]:
    """How many support each of these."""
    query = select(SUPPORTS.c.complaint, func.count().label("supports")).where(SUPPORTS.c.complaint.in_(complaints))
    return {row.complaint: row.supports for row in connection.execute(query.group_by(SUPPORTS.c.complaint))}


def _matching(connection: Connection, filters: Filters) -> Select[Any]:
    query = select(LISTED).where(*_conditions(filters))
    searched = _searched(filters)
    if not searched:
        return query
    if connection.dialect.name == SQLITE:
        asked = " AND ".join(f'"{word}"{"*" if _is_prefix(word) else ""}' for word in searched)
        return query.join_from(LISTED, WORDS, WORDS.c.rowid == LISTED.c.place).where(
            WORDS.c.listed_words.op("match")(asked)
        )
    asked = " & ".join(f"{word}:*" if _is_prefix(word) else word for word in searched)
    return query.where(func.to_tsvector(_SIMPLE, LISTED.c.words).op("@@")(func.to_tsquery(_SIMPLE, asked)))


def _bounded(place: int) -> int:
    """A place that databases take: days of the year 1 or 9999 are before and after all reports."""
    return min(max(place, 0), 2**63 - 1)


def _place_in(connection: Connection, filters: Filters) -> ColumnElement[int]:
    # SQLite reads its index of words in the order of row ids, so it need not sort what it finds.
    if connection.dialect.name == SQLITE and _searched(filters):
        return WORDS.c.rowid
    return LISTED.c.place


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found = [LISTED.c[name] == value for name in ("sector", "agency") if (value := getattr(filters, name)) is not None]
    if filters.region is not None:
        found.append(_LEVELS.get(len(filters.region), LISTED.c.region) == filters.region)
        if len(filters.region) > DISTRICT:
            found.append(LISTED.c.district == filters.region[:DISTRICT])
    if filters.status is not None:
        found.append(LISTED.c.is_open if filters.status == OPEN else LISTED.c.status == filters.status)
    if filters.since is not None:
        found.append(LISTED.c.place >= _bounded(place_of(filters.since)))
    if filters.until is not None:
        found.append(LISTED.c.place < _bounded(place_of(filters.until) + PLACES))
    return found


def _searched(filters: Filters) -> list[str]:
    return list(dict.fromkeys(words_of(filters.words).split()))[:MOST_WORDS]


def _is_prefix(word: str) -> bool:
    return len(word) >= PREFIX_FROM
