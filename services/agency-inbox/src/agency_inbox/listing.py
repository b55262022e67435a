"""What an agency's lists show: filters, pages by the last row's key, and counts from running sums.

Everything is asked for along indexes, so a page costs what it shows, however many cases the agency had.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, or_, select

from agency_inbox.views import CLOSED, FACETS, INBOX, NONE, OPEN, SUMS, counted_as
from chassis.sql.types import EPOCH, Moment, microseconds
from schemas.access.accused import is_kept_from
from schemas.access.principal import Principal
from schemas.base.limits import PAGE
from schemas.base.refusals import InvalidField
from schemas.base.values import NOBODY, Holder, HolderKind
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.registry.fold import Registry

Order = tuple[datetime, str]
"""The place of a row in a list: `sort_at` and complaint."""


class Scope(NamedTuple):
    """The rows that somebody may see: of these agencies (an agency and its predecessors), and of these units alone
    (None: of all); with `examined` supervision grade of the others too; without `hidden`.
    """

    agencies: tuple[str, ...]
    units: frozenset[str] | None = None
    examined: bool = False
    hidden: tuple[str, ...] = ()


class InboxFilter(NamedTuple):
    """Which rows of these; without a status the open ones. `region`: it and what lies in it. `due`: from, before."""

    status: str | None = None
    unit: str | None = None
    sector: str | None = None
    region: str | None = None
    officer: str | None = None
    due: tuple[datetime, datetime] | None = None

    @property
    def is_open(self) -> bool:
        """Of open complaints."""
        return self.status != Status.CLOSED


class Counts(NamedTuple):
    """Cases by what they can be filtered by. All but `closed` are of open ones. `due`: by the name of a period."""

    open: int
    closed: int
    by: Mapping[str, Mapping[str, int]]
    due: Mapping[str, int]


Period = Literal["overdue", "today", "week"]


def cursor_of(order: Order) -> str:
    """Where a list goes on, for an address."""
    return urlsafe_b64encode(json.dumps([microseconds(order[0]), order[1]]).encode()).decode().rstrip("=")


def order_of(cursor: str) -> Order:
    """Raises InvalidField: no cursor that a list gave."""
    try:
        at, complaint = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return Moment().process_result_value(int(at), None) or EPOCH, str(UUID(complaint))  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError, AttributeError, RecursionError) as error:
        raise InvalidField(field="after", why="must be the `next` of a page of this list") from error


def page(
    connection: Connection, scope: Scope, shown: InboxFilter, after: Order | None = None, most: int = PAGE
) -> tuple[list[dict[str, Any]], Order | None]:
    """The rows after that place, the most urgent first (of closed ones the newest), and where the list goes on."""
    table, found = INBOX, list[dict[str, Any]]()
    place = (
        (table.c.sort_at, table.c.complaint) if shown.is_open else (table.c.sort_at.desc(), table.c.complaint.desc())
    )
    for part in _parts(scope, shown):
        query = select(table).where(*part, *_filters(shown), *_beyond(shown, after), *_seen(scope))
        found += map(dict, connection.execute(query.order_by(*place).limit(most + 1)).mappings())
    found.sort(key=lambda row: (row["sort_at"], row["complaint"]), reverse=not shown.is_open)
    last = found[most - 1] if len(found) > most else None
    return found[:most], (last["sort_at"], last["complaint"]) if last else None


def rows_of(connection: Connection, agencies: Sequence[str], complaints: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of these complaints that these agencies have, the most urgent first."""
    query = select(INBOX).where(INBOX.c.complaint.in_(complaints), INBOX.c.agency.in_(agencies))
    return [dict(row) for row in connection.execute(query.order_by(INBOX.c.sort_at, INBOX.c.complaint)).mappings()]


def count(connection: Connection, scope: Scope, shown: InboxFilter) -> int:
    """The number of these rows: from the sums where they have it."""
    if (
        shown.due is not None
        or shown.region is not None
        or sum(_value(shown, facet) is not None for facet in FACETS) > 1
    ):
        return _number(connection, scope, shown)
    sums = counts(connection, scope, {})
    if not shown.is_open:
        return sums.closed
    one = next(((facet, value) for facet in FACETS if (value := _value(shown, facet)) is not None), None)
    return sums.open if one is None else sums.by[one[0]].get(one[1], 0)


def counts(connection: Connection, scope: Scope, periods: Mapping[str, tuple[datetime, datetime]]) -> Counts:
    """What stands beside each filter. `periods`: from, before."""
    found = Counter[tuple[str, str]]()
    for (_, unit, facet, value), number in _summed(connection, scope):
        found[facet, value] += number
        if facet == OPEN:
            found["unit", unit] += number
    by = {facet: {value: n for (name, value), n in found.items() if name == facet and n > 0} for facet in FACETS}
    due = {name: _number(connection, scope, InboxFilter(due=period)) for name, period in periods.items()}
    return Counts(found[OPEN, NONE], found[CLOSED, NONE], by, due)


def hidden_from(connection: Connection, who: Principal, agencies: Sequence[str], registry: Registry) -> tuple[str, ...]:
    """The rows of supervision grade that accuse an agency that `who` works for."""
    query = select(INBOX).where(INBOX.c.agency.in_(agencies), INBOX.c.supervision.is_(True))
    rows = connection.execute(query).mappings()
    return tuple(row["complaint"] for row in rows if is_kept_from(who, _graded(dict(row)), registry))


def _graded(row: Mapping[str, Any]) -> Complaint:
    """What the rule about the accused asks of a complaint."""
    holder = Holder(HolderKind.AGENCY, row["agency"], row["unit"] or None) if row["open"] else NOBODY
    accused = tuple(row["accused"].split())
    return new(UUID(row["complaint"]))._replace(supervision=True, accused=accused, holder=holder)


def _summed(connection: Connection, scope: Scope) -> Iterator[tuple[tuple[str, str, str, str], int]]:
    own = [SUMS.c.agency.in_(scope.agencies)]
    own += [] if scope.units is None else [SUMS.c.unit.in_(scope.units)]
    for sums in connection.execute(select(SUMS).where(*own)):
        yield (sums.agency, sums.unit, sums.facet, sums.value), sums.cases
    if scope.examined and scope.units is not None:
        for row in _rows(connection, _examined(scope)):
            yield from ((key, 1) for key in counted_as(row))
    for row in _rows(connection, [INBOX.c.complaint.in_(scope.hidden), _within(scope)]) if scope.hidden else ():
        yield from ((key, -1) for key in counted_as(row))


def _rows(connection: Connection, where: Sequence[ColumnElement[bool]]) -> Iterator[Mapping[str, Any]]:
    yield from (dict(row) for row in connection.execute(select(INBOX).where(*where)).mappings())


def _number(connection: Connection, scope: Scope, shown: InboxFilter) -> int:
    query = select(func.count()).select_from(INBOX)
    where = [*_filters(shown), *_seen(scope)]
    return sum(connection.execute(query.where(*part, *where)).scalar() or 0 for part in _parts(scope, shown))


def _parts(scope: Scope, shown: InboxFilter) -> Iterator[list[ColumnElement[bool]]]:
    """The rows of the scope in parts that exclude each other, each of which one index finds in order."""
    for agency in scope.agencies:
        of_agency = [INBOX.c.agency == agency, INBOX.c.open.is_(shown.is_open)]
        if scope.units is None:
            yield of_agency
            continue
        yield from ([*of_agency, INBOX.c.unit == unit] for unit in sorted(scope.units))
        if scope.examined:
            yield [*of_agency, *_examined(scope)]


def _examined(scope: Scope) -> list[ColumnElement[bool]]:
    """Supervision grade of the agency that is not of the reader's own units."""
    graded = [INBOX.c.agency.in_(scope.agencies), INBOX.c.supervision.is_(True)]
    return [*graded, INBOX.c.unit.not_in(scope.units or ())]


def _within(scope: Scope) -> ColumnElement[bool]:
    if scope.units is None:
        return INBOX.c.agency.in_(scope.agencies)
    own = INBOX.c.unit.in_(scope.units)
    return INBOX.c.agency.in_(scope.agencies) & (own | INBOX.c.supervision.is_(True) if scope.examined else own)


def _seen(scope: Scope) -> list[ColumnElement[bool]]:
    return [INBOX.c.complaint.not_in(scope.hidden)] if scope.hidden else []


def _value(shown: InboxFilter, facet: str) -> str | None:
    value: str | None = getattr(shown, facet)
    return None if facet == "status" and not shown.is_open else value


def _filters(shown: InboxFilter) -> list[ColumnElement[bool]]:
    equal = [
        INBOX.c[facet] == value for facet in FACETS if facet != "region" and (value := _value(shown, facet)) is not None
    ]
    if shown.region is not None:
        # It, or what lies in it: `/` is the letter after the dot that comes before each further part.
        equal.append(or_(INBOX.c.region == shown.region, _between(f"{shown.region}.", f"{shown.region}/")))
    if shown.due is not None:
        start, end = shown.due
        equal += [INBOX.c.sort_at >= start, INBOX.c.sort_at < end]
    return equal


def _between(start: str, end: str) -> ColumnElement[bool]:
    return (INBOX.c.region >= start) & (INBOX.c.region < end)


def _beyond(shown: InboxFilter, after: Order | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    at, complaint = after
    if shown.is_open:
        further = (INBOX.c.sort_at > at) | ((INBOX.c.sort_at == at) & (INBOX.c.complaint > complaint))
        return [INBOX.c.sort_at >= at, further]
    further = (INBOX.c.sort_at < at) | ((INBOX.c.sort_at == at) & (INBOX.c.complaint < complaint))
    return [INBOX.c.sort_at <= at, further]
