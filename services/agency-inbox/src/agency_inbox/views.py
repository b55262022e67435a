"""The read model of agencies' inboxes: one row for each complaint that an agency holds, or held when it was closed, and
running sums of the open ones.

Rows are made from the stream's present state, not from single events, and hold no text.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Boolean, Column, Connection, Index, Integer, MetaData, Select, String, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from agency_inbox.refused_replies import refused_table
from chassis.project.partition_checkpoints import checkpoint_table
from chassis.project.registry import RegistryView
from chassis.project.view import View
from chassis.sql.engine import POSTGRESQL
from chassis.sql.statements import replace_rows
from chassis.sql.types import Moment
from chassis.sweep.sweep import sweep_tables
from chassis.write.repository import Repository
from schemas.access.reading import owner_of
from schemas.base.envelope import RecordedEvent
from schemas.base.values import Clock
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines.clocks import running
from schemas.deadlines.policies import Policies
from schemas.events.base import names
from schemas.events.intake import ComplaintFiled
from schemas.registry.fold import Registry

AGENCY_CLOCKS: Final = frozenset({Clock.ACKNOWLEDGE, Clock.SETTLE, Clock.REWORK, Clock.ERASURE})
"""The clocks whose dates the agency must meet; other clocks wait for the reporter."""
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""`sort_at` of an open complaint without a date that the agency must meet: it comes last."""
NONE: Final = ""
"""Unit, sector, region or officer of a row that has none: unlike null it is found by an index."""


class InboxRow(NamedTuple):
    """One complaint in one agency's inbox. `agency` None: no agency has it, so the row is deleted. `sort_at`: the due
    date of an open one, the end of a closed one. `accused`: ids separated by spaces.
    """

    complaint: str
    version: int
    agency: str | None
    unit: str
    public_number: str
    status: str
    class_: str
    sector: str
    region: str
    assigned_at: datetime
    due_at: datetime | None
    open: bool
    sort_at: datetime
    officer: str
    supervision: bool
    accused: str


BEFORE_ANYBODY: Final = names(ComplaintFiled)
"""Event types after which no agency holds the complaint."""
FACETS: Final = ("status", "unit", "sector", "region", "officer")
"""What lists are filtered by and counted for."""
OPEN, CLOSED = "open", "closed"


def inbox_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """Cases, with an index for each filter in the order of lists, and the sums."""
    columns: list[Column[Any]] = [
        Column("complaint", String(36), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("agency", String(64), nullable=False),
        Column("unit", String(64), nullable=False),
        Column("public_number", String(32), nullable=False),
        Column("status", String(20), nullable=False),
        Column("class_", String(16), nullable=False),
        Column("sector", String(64), nullable=False),
        Column("region", String(13), nullable=False),
        Column("assigned_at", Moment, nullable=False),
        Column("due_at", Moment),
        Column("open", Boolean, nullable=False),
        Column("sort_at", Moment, nullable=False),
        Column("officer", String(36), nullable=False),
        Column("supervision", Boolean, nullable=False),
        Column("accused", String, nullable=False),
    ]
    name = f"{prefix}cases"
    by = [Index(f"ix_{name}_{each}", "agency", "open", each, "sort_at", "complaint") for each in FACETS]
    by += [
        Index(f"ix_{name}_sorted", "agency", "open", "sort_at", "complaint"),
        Index(f"ix_{name}_supervision", "agency", "supervision"),
    ]
    sums: list[Column[Any]] = [
        Column("agency", String(64), primary_key=True),
        Column("unit", String(64), primary_key=True),
        Column("facet", String(10), primary_key=True),
        Column("value", String(64), primary_key=True),
        Column("cases", Integer, nullable=False),
    ]
    if name in metadata.tables:
        return [metadata.tables[name], metadata.tables[f"{prefix}case_sums"]]
    return [Table(name, metadata, *columns, *by), Table(f"{prefix}case_sums", metadata, *sums)]


METADATA: Final = MetaData()
INBOX, SUMS = inbox_tables(METADATA, "")
REFUSED: Final = refused_table(METADATA)
SWEEP: Final = sweep_tables(METADATA)
checkpoint_table(METADATA)


def row_of(state: Complaint, registry: Registry, policies: Policies) -> InboxRow:
    """The row of a complaint as it is now."""
    holder = owner_of(state)
    clocks = running(state, registry, policies) if holder else ()
    is_open = state.status is not Status.CLOSED
    due_at = min((due.due_at for due in clocks if due.clock in AGENCY_CLOCKS), default=None)
    return InboxRow(
        str(state.id),
        state.version,
        holder.agency if holder else None,
        (holder.unit if holder else None) or NONE,
        state.public_number,
        state.status.value,
        state.class_.value,
        state.sector or NONE,
        (state.place.region if state.place else None) or NONE,
        state.routed.at if state.routed else state.received_at,
        due_at,
        is_open,
        (due_at or NEVER) if is_open else (state.closed_at or state.received_at),
        str(state.officer) if state.officer else NONE,
        state.supervision,
        " ".join(state.accused) if state.supervision else NONE,
    )


Key = tuple[str, str, str, str]
"""Of a sum: agency, unit, facet, value."""


def counted_as(row: Mapping[str, Any]) -> Iterator[Key]:
    """The sums that a row is counted in: a closed one in a single one."""
    agency, unit = row["agency"], row["unit"]
    if not row["open"]:
        yield agency, unit, CLOSED, NONE
        return
    yield agency, unit, OPEN, NONE
    for facet in FACETS:
        if facet != "unit":
            yield agency, unit, facet, row[facet]


def put_rows(connection: Connection, tables: Sequence[Table], rows: Sequence[InboxRow]) -> None:
    """Replace the rows of these complaints, and move the sums by what changed. Repeatable."""
    cases, sums = tables
    newest = {row.complaint: row for row in rows}
    present = [row._asdict() for row in newest.values() if row.agency is not None]
    moved = Counter[Key]()
    for before in connection.execute(_counted(cases), {"keys": list(newest)}).mappings():
        moved.subtract(counted_as(dict(before)))
    for row in present:
        moved.update(counted_as(row))
    replace_rows(connection, cases.c.complaint, list(newest), present)
    _add(connection, sums, {key: by for key, by in moved.items() if by})


def _add(connection: Connection, sums: Table, moved: Mapping[Key, int]) -> None:
    """In the order of keys, so that two processes never wait for each other."""
    if not moved:
        return
    dialect = postgresql if connection.dialect.name == POSTGRESQL else sqlite
    statement = dialect.insert(sums)
    key = [sums.c.agency, sums.c.unit, sums.c.facet, sums.c.value]
    added = statement.on_conflict_do_update(index_elements=key, set_={"cases": sums.c.cases + statement.excluded.cases})
    names_ = [column.name for column in key]
    connection.execute(added, [{**dict(zip(names_, at, strict=True)), "cases": moved[at]} for at in sorted(moved)])


@cache
def _counted(cases: Table) -> Select[Any]:
    columns = (cases.c.agency, cases.c.open, *(cases.c[facet] for facet in FACETS))
    return select(*columns).where(cases.c.complaint.in_(bindparam("keys", expanding=True)))


def inbox_view(repository: Repository, registry: RegistryView, policies: Policies) -> View[InboxRow]:
    """The read model behind `/inbox`."""
    prepare = _present(repository, registry, policies)
    return View(
        "cases", inbox_tables, put_rows, prepare, ignored_types=BEFORE_ANYBODY, load=repository.reader.load_with
    )


def _present(
    repository: Repository, registry: RegistryView, policies: Policies
) -> Callable[[Sequence[RecordedEvent]], Awaitable[Sequence[InboxRow]]]:
    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[InboxRow]:
        bodies, reader = await registry.carried(), repository.reader
        return [row_of(each.state, bodies, policies) for each in await reader.load_for(events) if each.recorded]

    return prepare
