"""The read model of agencies' inboxes: one row for each complaint that an agency holds, or held when it was closed.

Rows are made from the stream's present state, not from single events, and hold no text.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    func,
    select,
    true,
)

from agency_inbox.refused_replies import refused_table
from chassis.project.partition_checkpoints import checkpoint_table
from chassis.project.registry import RegistryView
from chassis.project.view import View
from chassis.sql.statements import replace_rows
from chassis.sql.types import Moment
from chassis.sweep.sweep import sweep_tables
from chassis.write.repository import Repository
from schemas.access.reading import owner_of
from schemas.base.envelope import RecordedEvent
from schemas.base.limits import PAGE
from schemas.base.values import Clock
from schemas.complaint.state import Complaint
from schemas.deadlines.clocks import running
from schemas.deadlines.policies import Policies
from schemas.events.base import names
from schemas.events.intake import ComplaintFiled
from schemas.registry.fold import Registry

AGENCY_CLOCKS: Final = frozenset({Clock.ACKNOWLEDGE, Clock.SETTLE, Clock.REWORK, Clock.ERASURE})
"""The clocks whose dates the agency must meet; other clocks wait for the reporter."""


class InboxRow(NamedTuple):
    """One complaint in one agency's inbox. `agency` None: no agency has it, so the row is deleted. `supervision` None:
    not touched since this column was added.
    """

    complaint: str
    version: int
    agency: str | None
    unit: str | None
    public_number: str
    status: str
    class_: str
    sector: str | None
    region: str | None
    assigned_at: datetime
    due_at: datetime | None
    supervision: bool | None


BEFORE_ANYBODY: Final = names(ComplaintFiled)
"""Event types after which no agency holds the complaint."""


class InboxFilter(NamedTuple):
    """Which rows: of these agencies (an agency and its predecessors), in this status, overdue or not.

    `units`: of these units alone (None: of all); with `examined` supervision grade of the others too. `hidden`: rows
    that the reader must not see.
    """

    agencies: tuple[str, ...]
    status: str | None = None
    overdue: bool | None = None
    units: frozenset[str] | None = None
    examined: bool = False
    hidden: tuple[str, ...] = ()


def inbox_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    columns: list[Column[Any]] = [
        Column("complaint", String(36), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("agency", String(64), nullable=False, index=True),
        Column("unit", String(64)),
        Column("public_number", String(32), nullable=False),
        Column("status", String(20), nullable=False),
        Column("class_", String(16), nullable=False),
        Column("sector", String(64)),
        Column("region", String(13)),
        Column("assigned_at", Moment, nullable=False),
        Column("due_at", Moment, index=True),
        Column("supervision", Boolean, comment="none: not touched since this column was added"),
    ]
    return [Table(f"{prefix}inbox", metadata, *columns, keep_existing=True)]


METADATA: Final = MetaData()
INBOX: Final = inbox_tables(METADATA, "")[0]
REFUSED: Final = refused_table(METADATA)
SWEEP: Final = sweep_tables(METADATA)
checkpoint_table(METADATA)


def row_of(state: Complaint, registry: Registry, policies: Policies) -> InboxRow:
    holder = owner_of(state)
    clocks = running(state, registry, policies) if holder else ()
    return InboxRow(
        str(state.id),
        state.version,
        holder.agency if holder else None,
        holder.unit if holder else None,
        state.public_number,
        state.status.value,
        state.class_.value,
        state.sector,
        state.place.region if state.place else None,
        state.routed.at if state.routed else state.received_at,
        min((due.due_at for due in clocks if due.clock in AGENCY_CLOCKS), default=None),
        state.supervision,
    )


def put_rows(connection: Connection, tables: Sequence[Table], rows: Sequence[InboxRow]) -> None:
    """Replace the rows of these complaints. Repeatable."""
    table, newest = tables[0], {row.complaint: row for row in rows}
    present = [row._asdict() for row in newest.values() if row.agency is not None]
    replace_rows(connection, table.c.complaint, list(newest), present)


def inbox_view(repository: Repository, registry: RegistryView, policies: Policies) -> View[InboxRow]:
    """The read model behind `/inbox`."""
    prepare = _present(repository, registry, policies)
    return View("inbox", inbox_tables, put_rows, prepare, ignored_types=BEFORE_ANYBODY)


def page(
    connection: Connection, table: Table, rows_of: InboxFilter, now: datetime, number: int
) -> list[dict[str, Any]]:
    """One page of rows, the most urgent first; rows without a due date come last."""
    query = select(table).where(*_where(table, rows_of, now))
    query = query.order_by(table.c.due_at.is_(None), table.c.due_at, table.c.assigned_at, table.c.complaint)
    found = connection.execute(query.limit(PAGE).offset(number * PAGE)).mappings()
    return [dict(row) for row in found]


def count(connection: Connection, table: Table, rows_of: InboxFilter, now: datetime) -> int:
    query = select(func.count()).select_from(table).where(*_where(table, rows_of, now))
    return connection.execute(query).scalar() or 0


def examined(connection: Connection, table: Table, agencies: Sequence[str]) -> list[str]:
    """The complaints of supervision grade, and those whose row does not say."""
    query = select(table.c.complaint).where(table.c.agency.in_(agencies), table.c.supervision.is_not(False))
    return list(connection.execute(query).scalars())


def _where(table: Table, rows_of: InboxFilter, now: datetime) -> list[ColumnElement[bool]]:
    late = table.c.due_at.is_not(None) & (table.c.due_at < now)
    by_status = true() if rows_of.status is None else table.c.status == rows_of.status
    by_lateness = true() if rows_of.overdue is None else (late if rows_of.overdue else ~late)
    own = true() if rows_of.units is None else table.c.unit.in_(rows_of.units)
    readable = own | table.c.supervision if rows_of.examined else own
    return [
        table.c.agency.in_(rows_of.agencies),
        by_status,
        by_lateness,
        readable,
        table.c.complaint.not_in(rows_of.hidden),
    ]


def _present(
    repository: Repository, registry: RegistryView, policies: Policies
) -> Callable[[Sequence[RecordedEvent]], Awaitable[Sequence[InboxRow]]]:
    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[InboxRow]:
        bodies = await registry.current()
        return [row_of(each.state, bodies, policies) for each in await repository.load_for(events) if each.recorded]

    return prepare
