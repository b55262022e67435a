"""What does each agency have before it? One row for each complaint that an agency holds, or held to the end.

Rows follow from the stream's present state, whichever of its events woke us, and hold no text.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
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

from agency_inbox.casework import owner_of
from agency_inbox.refused_replies import refused_table
from chassis.project.from_kafka import checkpoint_table
from chassis.project.registry import RegistryView
from chassis.project.view import View
from chassis.sql.statements import replace
from chassis.sql.types import Moment
from chassis.sweep.sweep import sweep_tables
from chassis.write.repository import Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.limits import PAGE
from schemas.base.values import Clock
from schemas.complaint.state import Complaint
from schemas.deadlines.clocks import running
from schemas.deadlines.policies import Policies
from schemas.events.base import names
from schemas.events.intake import ComplaintFiled
from schemas.registry.fold import Registry

HOLDERS_CLOCKS: Final = frozenset({Clock.ACKNOWLEDGE, Clock.SETTLE, Clock.REWORK})
"""The dates that the agency must keep; the others are the reporter's."""


class InboxRow(NamedTuple):
    """One complaint in one agency's inbox. `agency` None: no agency's now, the row is to go."""

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


BEFORE_ANYBODY: Final = names(ComplaintFiled)
"""No body holds it yet."""


class InboxFilter(NamedTuple):
    """Which rows: of these agencies (a body and those it followed), in this status, overdue or not."""

    agencies: tuple[str, ...]
    status: str | None = None
    overdue: bool | None = None


def inbox_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """The table of rows."""
    name = f"{prefix}inbox"
    if (known := metadata.tables.get(name)) is not None:
        return [known]
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
    ]
    return [Table(name, metadata, *columns)]


METADATA: Final = MetaData()
INBOX: Final = inbox_tables(METADATA, "")[0]
REFUSED: Final = refused_table(METADATA)
SWEEP: Final = sweep_tables(METADATA)
checkpoint_table(METADATA)


def row_of(state: Complaint, registry: Registry, policies: Policies) -> InboxRow:
    """The row as the state is now."""
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
        min((due.due_at for due in clocks if due.clock in HOLDERS_CLOCKS), default=None),
    )


def put_rows(connection: Connection, tables: Sequence[Table], rows: Sequence[InboxRow]) -> None:
    """Write these rows over what stood there; asked twice, the same."""
    table, newest = tables[0], {row.complaint: row for row in rows}
    kept = [row._asdict() for row in newest.values() if row.agency is not None]
    replace(connection, table.c.complaint, list(newest), kept)


def inbox_view(repository: Repository, registry: RegistryView, policies: Policies) -> View[InboxRow]:
    """The read model behind `/inbox`."""
    prepare = _present(repository, registry, policies)
    return View("inbox", inbox_tables, put_rows, prepare, ignored_types=BEFORE_ANYBODY)


def page(connection: Connection, table: Table, wanted: InboxFilter, now: datetime, number: int) -> list[dict[str, Any]]:
    """One page of rows, the most urgent first; what has no date comes last."""
    query = select(table).where(*_where(table, wanted, now))
    query = query.order_by(table.c.due_at.is_(None), table.c.due_at, table.c.assigned_at, table.c.complaint)
    found = connection.execute(query.limit(PAGE).offset(number * PAGE)).mappings()
    return [dict(row) for row in found]


def count(connection: Connection, table: Table, wanted: InboxFilter, now: datetime) -> int:
    """How many rows there are."""
    query = select(func.count()).select_from(table).where(*_where(table, wanted, now))
    return connection.execute(query).scalar() or 0


def _where(table: Table, wanted: InboxFilter, now: datetime) -> list[ColumnElement[bool]]:
    late = table.c.due_at.is_not(None) & (table.c.due_at < now)
    by_status = true() if wanted.status is None else table.c.status == wanted.status
    by_lateness = true() if wanted.overdue is None else (late if wanted.overdue else ~late)
    return [table.c.agency.in_(wanted.agencies), by_status, by_lateness]


def _present(
    repository: Repository, registry: RegistryView, policies: Policies
) -> Callable[[Sequence[RecordedEvent]], Awaitable[Sequence[InboxRow]]]:
    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[InboxRow]:
        bodies = await registry.current()
        return [row_of(each.state, bodies, policies) for each in await repository.touched(events) if each.recorded]

    return prepare
