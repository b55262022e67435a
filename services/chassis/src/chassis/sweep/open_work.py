"""The table of open work: what must be done, for which complaint, by whom and by when."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Update,
    bindparam,
    select,
    tuple_,
    update,
)

from chassis.project.view import View
from chassis.sql.statements import replace_rows
from chassis.sql.types import Moment
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.complaint.state import Complaint


class OpenWork(NamedTuple):
    """A piece of work to be done for a complaint. `what` is unique within the complaint; `due_at` is domain time, UTC.
    `basis`: a hash of what it depends on besides the complaint's events (calendars, policies), at most 16 characters.
    """

    what: str
    holder: str
    due_at: datetime
    basis: str = ""


class OpenWorkRow(NamedTuple):
    """An open work row as stored. `version`: of the stream it was planned from."""

    complaint: UUID
    what: str
    holder: str
    due_at: datetime
    version: int


Plan = Callable[[Complaint], Sequence[OpenWork]]
"""The work still to be done for this complaint; empty for most closed ones. Pure."""


class WorkPlan(NamedTuple):
    """All open work of one complaint at one version; it replaces the complaint's earlier rows."""

    complaint: UUID
    version: int
    work: Sequence[OpenWork]


def open_work_table(metadata: MetaData) -> Table:
    """The table `open_work` of a service's database; a second call returns the same one."""
    return open_work_tables(metadata, "")[0]


def open_work_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """As a view declares it: with a prefix for rebuilds."""
    name = f"{prefix}open_work"
    if (known := metadata.tables.get(name)) is not None:
        return [known]
    return [
        Table(
            name,
            metadata,
            Column("complaint", String(36), primary_key=True),
            Column("what", String(40), primary_key=True),
            Column("holder", String(80), nullable=False),
            Column("due_at", Moment, nullable=False, index=True),
            Column("version", Integer, nullable=False),
            Column("basis", String(16), nullable=False, server_default="", index=True),
        )
    ]


def replace_work(connection: Connection, tables: Sequence[Table], plans: Sequence[WorkPlan]) -> None:
    """Replace each complaint's open work."""
    table, newest = tables[0], {str(plan.complaint): plan for plan in plans}
    rows = [
        {"complaint": complaint, "version": plan.version, **work._asdict()}
        for complaint, plan in newest.items()
        for work in plan.work
    ]
    replace_rows(connection, table.c.complaint, list(newest), rows)


def open_work_view(repository: Repository, plan: Plan, ignored_types: Collection[str] = ()) -> View[WorkPlan]:
    """The rows follow from each changed complaint's present state. `ignored_types`: see `chassis.project.view.View`."""

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[WorkPlan]:
        return plans(plan, await repository.reader.load_with(events))

    return View(
        "open_work", open_work_tables, replace_work, prepare, (COMPLAINT_PREFIX,), frozenset(ignored_types),
        load=repository.reader.load_with,
    )  # fmt: skip


async def planned(repository: Repository, plan: Plan, complaints: Sequence[UUID]) -> list[WorkPlan]:
    """The present work of each of these."""
    return plans(plan, await repository.reader.load_many(complaints))


def plans(plan: Plan, loaded: Sequence[LoadedStream]) -> list[WorkPlan]:
    """The work of each of these."""
    return [WorkPlan(each.state.id, each.state.version, plan(each.state)) for each in loaded]


def on_other_basis(connection: Connection, table: Table, basis: str, limit: int) -> list[UUID]:
    """Complaints whose open work has another basis."""
    found = connection.execute(_elsewhere(table), {"basis_now": basis, "most": limit}).scalars()
    return [UUID(each) for each in dict.fromkeys(found)]


@cache
def _elsewhere(table: Table) -> Select[Any]:
    # Two ranges of the index; "not equal" would scan the whole table every time.
    here: BindParameter[str] = bindparam("basis_now")
    others = (table.c.basis < here) | (table.c.basis > here)
    return select(table.c.complaint).where(others).limit(bindparam("most", type_=Integer))


def set_basis(connection: Connection, table: Table, complaints: Sequence[UUID], basis: str) -> None:
    """Set the basis of these complaints' open work, which otherwise stays."""
    given = {"these": [str(each) for each in complaints], "basis_now": basis}
    connection.execute(_rest_on(table), given)


@cache
def _rest_on(table: Table) -> Update:
    these = table.c.complaint.in_(bindparam("these", expanding=True))
    return update(table).where(these).values(basis=bindparam("basis_now"))


def soonest_due(
    connection: Connection,
    table: Table,
    limit: int,
    due_by: datetime | None = None,
    after: OpenWorkRow | None = None,
) -> list[OpenWorkRow]:
    """Open work, the earliest due first; only up to `due_by` and only after the row `after`, if given."""
    query = _soonest(table, until=due_by is not None, behind=after is not None)
    values: dict[str, Any] = {"most": limit, "due_by": due_by}
    if after is not None:
        values |= {"due_at": after.due_at, "complaint": str(after.complaint), "what": after.what}
    return [
        OpenWorkRow(UUID(row.complaint), row.what, row.holder, row.due_at, row.version)
        for row in connection.execute(query, values)
    ]


@cache
def _soonest(table: Table, *, until: bool, behind: bool) -> Select[Any]:
    """Cached: building a statement costs more than running it."""
    order = (table.c.due_at, table.c.complaint, table.c.what)
    query = select(table).order_by(*order).limit(bindparam("most", type_=Integer))
    if until:
        query = query.where(table.c.due_at <= bindparam("due_by"))
    if behind:
        here = (
            bindparam("due_at", type_=Moment),
            bindparam("complaint", type_=String),
            bindparam("what", type_=String),
        )
        query = query.where(tuple_(*order) > tuple_(*here))
    return query
