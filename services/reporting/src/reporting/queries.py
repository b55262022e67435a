"""Queries on the read models."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
)

from chassis.project.partition_checkpoints import checkpoint_table
from chassis.project.position import position_table
from reporting.statistics.tables import figure_tables
from reporting.views import reports_tables, supports_tables
from schemas.base.limits import PAGE
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.contract.open311 import OTHER

METADATA: Final = MetaData()
REPORTS: Final = reports_tables(METADATA, "")[0]
SUPPORTS: Final = supports_tables(METADATA, "")[0]
FIGURES: Final = figure_tables(METADATA, "")[0]
"""The rows fed from the store; the books, the counts and the charts are sums over them."""
position_table(METADATA)
checkpoint_table(METADATA)


def _public() -> Select[Any]:
    supports = select(func.count()).where(SUPPORTS.c.complaint == REPORTS.c.complaint).scalar_subquery()
    return select(REPORTS, supports.label("supports")).where(REPORTS.c.public)


_KNOWN_ROW: Final = select(REPORTS.c.complaint).where(REPORTS.c.public_number == bindparam("number"), ~REPORTS.c.part)


def solved_lately(connection: Connection, most: int) -> list[dict[str, Any]]:
    """Public reports whose reporters confirmed that they are solved, those closed last first."""
    closed, reason = REPORTS.c.closed_at, REPORTS.c.reason == CloseReason.CONFIRMED.value
    query = _public().where(closed.is_not(None), reason, REPORTS.c.part.is_(False)).order_by(closed.desc()).limit(most)
    return [dict(row) for row in connection.execute(query).mappings()]


class Search(NamedTuple):
    """Which public reports: these public numbers, or a time range, sectors (`other`: without one), open or closed; none
    of `sectors` or `statuses`: all. Newest first, or `oldest_first`.
    """

    numbers: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    sectors: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    oldest_first: bool = False
    most: int = PAGE
    skipped: int = 0


def public_search(connection: Connection, search: Search) -> list[dict[str, Any]]:
    """Public reports that match."""
    column, closed = REPORTS.c, REPORTS.c.status == Status.CLOSED.value
    where: list[ColumnElement[bool]] = [] if search.numbers is None else [column.public_number.in_(search.numbers)]
    where += [] if search.since is None else [column.received_at >= search.since]
    where += [] if search.until is None else [column.received_at <= search.until]
    if search.sectors:
        unread = column.sector.is_(None) if OTHER in search.sectors else false()
        where.append(or_(column.sector.in_(search.sectors), unread))
    if len(search.statuses) == 1:
        where.append(closed if "closed" in search.statuses else ~closed)
    order = column.received_at if search.oldest_first else column.received_at.desc()
    query = select(REPORTS).where(column.public, *where).order_by(order, column.complaint)
    return [dict(row) for row in connection.execute(query.limit(search.most).offset(search.skipped)).mappings()]


def public_changed(connection: Connection, since: datetime, until: datetime, most: int) -> list[str]:
    """The ids of public reports received by `until` that changed at `since` or later; the last changed first."""
    column = REPORTS.c
    # Rows of an earlier version have no time of change before their next event.
    at = func.coalesce(column.changed_at, column.closed_at, column.stage_at)
    touched = or_(column.changed_at >= since, and_(column.changed_at.is_(None), at >= since))
    query = select(column.complaint).where(column.public, column.received_at <= until, touched)
    return list(connection.execute(query.order_by(at.desc(), column.complaint).limit(most)).scalars())


def known_row(connection: Connection, public_number: str) -> dict[str, Any] | None:
    """The row of that number, whether the public may read the report or not; never of a part."""
    row = connection.execute(_KNOWN_ROW, {"number": public_number}).mappings().first()
    return dict(row) if row else None


def complaint_of(connection: Connection, public_number: str) -> str | None:
    """The id of the complaint with that number, public or not; never of a part."""
    query = select(FIGURES.c.complaint).where(FIGURES.c.public_number == public_number, ~FIGURES.c.part)
    return connection.execute(query).scalar()
