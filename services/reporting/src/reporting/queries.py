"""Queries on the read models."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
)

from chassis.project.partition_checkpoints import checkpoint_table
from chassis.project.position import position_table
from reporting.views import reports_tables, supports_tables
from schemas.base.limits import PAGE
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.contract.open311 import OTHER

METADATA: Final = MetaData()
REPORTS: Final = reports_tables(METADATA, "")[0]
SUPPORTS: Final = supports_tables(METADATA, "")[0]
BOOK: Final = reports_tables(METADATA, "book_")[0]
"""The rows fed from the store; the books are counted from them."""
position_table(METADATA)
checkpoint_table(METADATA)

SUPERVISION: Final = "supervision"
ATTRIBUTES: Final = frozenset({"agency", "region", "sector"})
"""The groups that say where a complaint is or what it is about."""
GROUPS: Final = {"agency": "agency", "region": "region", "status": "status", "sector": "sector", "class": "class_"}


def _public() -> Select[Any]:
    supports = select(func.count()).where(SUPPORTS.c.complaint == REPORTS.c.complaint).scalar_subquery()
    return select(REPORTS, supports.label("supports")).where(REPORTS.c.public)


_PUBLIC_ROW: Final = _public().where(REPORTS.c.public_number == bindparam("number"))


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


def public_row(connection: Connection, public_number: str) -> dict[str, Any] | None:
    row = connection.execute(_PUBLIC_ROW, {"number": public_number}).mappings().first()
    return dict(row) if row else None


def complaint_of(connection: Connection, public_number: str) -> str | None:
    """The id of the complaint with that number, public or not; never of a part."""
    query = select(BOOK.c.complaint).where(BOOK.c.public_number == public_number, ~BOOK.c.part)
    return connection.execute(query).scalar()


def complaints(connection: Connection) -> list[str]:
    """The ids of all complaints and parts."""
    return list(connection.execute(select(BOOK.c.complaint)).scalars())


def counts(connection: Connection, group: str) -> list[dict[str, Any]]:
    """Complaints by one column, status and closing reason: closing by silence is never added to a confirmation.

    Everybody may ask, so what is of supervision grade is counted without agency, region and sector.
    """
    by = _unattributed(REPORTS, REPORTS.c[GROUPS[group]], null()) if group in ATTRIBUTES else REPORTS.c[GROUPS[group]]
    query = (
        select(by.label("key"), REPORTS.c.status, REPORTS.c.reason, func.count().label("count"))
        .where(~REPORTS.c.part)
        .group_by("key", REPORTS.c.status, REPORTS.c.reason)
        .order_by("key", REPORTS.c.status, REPORTS.c.reason)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def books(connection: Connection) -> dict[str, Any]:
    """Every complaint filed, counted once: open by holder, joined by its lead's status, or closed by reason.

    `balanced`: the counts add up to `filed`, nothing open is without a holder, and every closing has a reason.
    Parts are counted separately. What an agency holds of supervision grade is under `supervision`, not under its name.
    """
    examined = _unattributed(BOOK, BOOK.c.holder, literal(SUPERVISION))
    holder = case((BOOK.c.holder.startswith("agency:"), examined), else_=BOOK.c.holder)
    whole = ~BOOK.c.part
    filed = _count(connection, whole)
    single = and_(whole, BOOK.c.status != Status.JOINED.value)
    opened = _by(connection, holder, and_(single, BOOK.c.status != Status.CLOSED.value))
    closed = _by(connection, BOOK.c.reason, and_(single, BOOK.c.status == Status.CLOSED.value))
    joined = _joined(connection)
    parts = {
        "open": _count(connection, and_(BOOK.c.part, BOOK.c.status != Status.CLOSED.value)),
        "closed": _count(connection, and_(BOOK.c.part, BOOK.c.status == Status.CLOSED.value)),
    }
    total = sum(opened.values()) + sum(closed.values()) + sum(joined.values())
    sound = "nobody" not in opened and set(closed) <= {reason.value for reason in CloseReason}
    return {
        "filed": filed,
        "open": opened,
        "joined": joined,
        "closed": closed,
        "parts": parts,
        "balanced": filed == total and sound,
    }


def _count(connection: Connection, condition: Any) -> int:
    return connection.execute(select(func.count()).select_from(BOOK).where(condition)).scalar() or 0


def _by(connection: Connection, column: Any, condition: Any) -> dict[str, int]:
    # By the label: PostgreSQL takes two occurrences of a parameter for two different expressions.
    query = select(column.label("key"), func.count()).where(condition).group_by("key").order_by("key")
    return {str(key): count for key, count in connection.execute(query)}


def _unattributed(table: Table, column: ColumnElement[Any], instead: ColumnElement[Any]) -> ColumnElement[Any]:
    # From a number by agency, region or sector an accused agency would learn that it is examined.
    return case((func.coalesce(table.c.supervision, ~table.c.public), instead), else_=column)


def _joined(connection: Connection) -> dict[str, int]:
    # A lead may itself have been joined, so the root of the chain decides. `union` stops at a cycle.
    joined, root = BOOK.c.status == Status.JOINED.value, BOOK.alias("root")
    chain = select(BOOK.c.complaint, BOOK.c.lead).where(~BOOK.c.part, joined).cte("chain", recursive=True)
    chain = chain.union(select(chain.c.complaint, BOOK.c.lead).where(joined, BOOK.c.complaint == chain.c.lead))
    ended = root.c.status == Status.CLOSED.value
    query = (
        select(ended, func.count())
        .select_from(chain.join(root, root.c.complaint == chain.c.lead))
        .where(root.c.status != Status.JOINED.value)
        .group_by(ended)
    )
    found = {bool(ended): count for ended, count in connection.execute(query)}
    return {"to_open_lead": found.get(False, 0), "to_closed_lead": found.get(True, 0)}
