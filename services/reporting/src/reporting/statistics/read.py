"""Reads the running sums of the public reports that are asked for.

Sums exist for the nation, each agency, each province and each regency. For an agency within a region they are made from
the rows of these cases, by the same function.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import Connection

from chassis.sql.database import fetch
from reporting.statistics.case import Case
from reporting.statistics.cells import NATION, Cell, agency_scopes, day_of, public_cells, region_scopes
from reporting.statistics.tables import CASES, CELLS, COLUMNS, case

EPOCH: Final = date(1970, 1, 1)


class Wanted(NamedTuple):
    """Which reports: days from `since` to `until`, both included; of an agency; in a province or regency."""

    since: date
    until: date
    agency: str | None = None
    region: str | None = None

    @property
    def first(self) -> int:
        return day_number(self.since)

    @property
    def last(self) -> int:
        return day_number(self.until)


def day_number(day: date) -> int:
    """Days since 1970, as cells name them."""
    return (day - EPOCH).days


def day_of_number(number: int) -> date:
    return EPOCH + timedelta(days=number)


class Counts(Protocol):
    """What the figures are made of, for one question."""

    def by_key(self, kind: str) -> Counter[str]:
        """By key, over all days."""
        ...

    def by_day(self, kind: str) -> Counter[int]:
        """By day, over all keys."""
        ...

    def by_day_and_key(self, kind: str) -> Counter[tuple[int, str]]:
        """By day and key."""
        ...

    def returned(self) -> Counter[str]:
        """Returns by `from>to`."""
        ...

    def overdue(self, now_us: int) -> Counter[int]:
        """By day of receipt: whose date has passed without an answer, and no miss was recorded yet."""
        ...


class Sums:
    """The sums for one question, within one transaction."""

    def __init__(self, connection: Connection, wanted: Wanted) -> None:
        self._connection, self._wanted = connection, wanted
        self._crossed = _crossed(connection, wanted) if wanted.agency and wanted.region else None

    def by_key(self, kind: str) -> Counter[str]:
        """By key, over all days."""
        return Counter({str(key): n for key, n in self._sums("key", kind)})

    def by_day(self, kind: str) -> Counter[int]:
        """By day, over all keys."""
        return Counter({int(day): n for day, n in self._sums("day", kind)})

    def by_day_and_key(self, kind: str) -> Counter[tuple[int, str]]:
        """By day and key."""
        return Counter({(day, key): n for day, key, n in self._sums("day, key", kind)})

    def returned(self) -> Counter[str]:
        """Returns by `from>to`: whoever holds the report now, the agency asked for is one of both."""
        scope = region_scopes(self._wanted.region)[-1] if self._wanted.region else NATION
        found, agency = self._stored("key", scope, "returned"), self._wanted.agency
        return Counter({pair: n for pair, n in found if agency is None or agency in pair.split(">")})

    def overdue(self, now_us: int) -> Counter[int]:
        """By day of receipt: reports whose date has passed without an answer, and no miss was recorded yet."""
        rows = fetch(self._connection, _OVERDUE, (now_us,))
        days = [day_of(made.received_us) for made in map(case, rows) if _matches(self._wanted, made)]
        return Counter(day for day in days if self._wanted.first <= day <= self._wanted.last)

    def _sums(self, columns: str, kind: str) -> Iterable[tuple[Any, ...]]:
        if self._crossed is None:
            scope = [NATION, *agency_scopes(self._wanted.agency), *region_scopes(self._wanted.region)][-1]
            return self._stored(columns, scope, kind)
        found: Counter[tuple[Any, ...]] = Counter()
        for cell, n in self._crossed.items():
            if cell.kind == kind:
                found[tuple(getattr(cell, name) for name in columns.split(", "))] += n
        return [(*key, n) for key, n in found.items()]

    def _stored(self, columns: str, scope: str, kind: str) -> list[tuple[Any, ...]]:
        query = f"select {columns}, cast(sum(n) as integer) {_FROM} group by {columns}"
        return fetch(self._connection, query, (scope, kind, self._wanted.first, self._wanted.last))


_FROM: Final = f"from {CELLS} where scope = %s and kind = %s and day between %s and %s"
_OVERDUE: Final = f"select {COLUMNS} from {CASES} where due_us <= %s"  # noqa: S608 - our own names
_CROSSED: Final = f"select {COLUMNS} from {CASES} where agency = %s and (region = %s or region like %s)"  # noqa: S608


def _crossed(connection: Connection, wanted: Wanted) -> Counter[Cell]:
    rows = fetch(connection, _CROSSED, (wanted.agency, wanted.region, f"{wanted.region}.%"))
    cells = (cell for row in rows for cell in public_cells(case(row)))
    return Counter(cell for cell in cells if cell.scope == NATION and wanted.first <= cell.day <= wanted.last)


def _matches(wanted: Wanted, made: Case) -> bool:
    inside = wanted.region is None or f"{made.region or ''}.".startswith(f"{wanted.region}.")
    return made.public and not made.part and inside and wanted.agency in (None, made.agency)
