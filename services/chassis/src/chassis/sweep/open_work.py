"""What must be done next, for which complaint, by whom and by when: one row per complaint and kind of work."""

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
    """One thing that must still be done for a complaint. `what` is unique within the complaint; `due_at` is domain
    time, UTC. `basis`: what else than the complaint's own events it rests on, at most 16 characters.
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
"""What must still be done for this complaint, and by when; nothing for most of the closed ones. Pure."""


class WorkPlan(NamedTuple):
    """All the open work of one complaint at one version; it replaces what stood there."""

    complaint: UUID
    version: int
    work: Sequence[OpenWork]


def open_work_table(metadata: MetaData) -> Table:
    """The table `open_work` of a service's own database; asked twice, the same one."""
    return open_work_tables(metadata, "")[0]


def open_work_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """The same as a view declares it."""
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
    """Write each complaint's open work over what stood there."""
    table, newest = tables[0], {str(plan.complaint): plan for plan in plans}
    rows = [
        {"complaint": complaint, "version": plan.version, **work._asdict()}
        for complaint, plan in newest.items()
        for work in plan.work
    ]
    replace_rows(connection, table.c.complaint, list(newest), rows)


def open_work_view(repository: Repository, plan: Plan, ignored_types: Collection[str] = ()) -> View[WorkPlan]:
    """The rows follow from each touched complaint's present state. `ignored_types`: see `chassis.project.view.View`."""

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[WorkPlan]:
        return plans(plan, await repository.load_with(events))

    return View("open_work", open_work_tables, replace_work, prepare, (COMPLAINT_PREFIX,), frozenset(ignored_types))


async def planned(repository: Repository, plan: Plan, complaints: Sequence[UUID]) -> list[WorkPlan]:
    """What each of these needs now."""
    return plans(plan, await repository.load_many(complaints))


def plans(plan: Plan, loaded: Sequence[LoadedStream]) -> list[WorkPlan]:
    """What these need."""
    return [WorkPlan(each.state.id, each.state.version, plan(each.state)) for each in loaded]


def on_other_basis(connection: Connection, table: Table, basis: str, limit: int) -> list[UUID]:
    """Complaints whose open work rests on something else than this."""
    found = connection.execute(_elsewhere(table), {"now_on": basis, "most": limit}).scalars()
    return [UUID(each) for each in dict.fromkeys(found)]


@cache
def _elsewhere(table: Table) -> Select[Any]:
    # Two ranges of the index, where "not equal" would look through the whole table at every look.
    here: BindParameter[str] = bindparam("now_on")
    others = (table.c.basis < here) | (table.c.basis > here)
    return select(table.c.complaint).where(others).limit(bindparam("most", type_=Integer))


def set_basis(connection: Connection, table: Table, complaints: Sequence[UUID], basis: str) -> None:
    """From now on the open work of these is said to rest on this, and stands as it stood."""
    given = {"these": [str(each) for each in complaints], "now_on": basis}
    connection.execute(_rest_on(table), given)


@cache
def _rest_on(table: Table) -> Update:
    these = table.c.complaint.in_(bindparam("these", expanding=True))
    return update(table).where(these).values(basis=bindparam("now_on"))


def soonest_due(
    connection: Connection,
    table: Table,
    limit: int,
    due_by: datetime | None = None,
    after: OpenWorkRow | None = None,
) -> list[OpenWorkRow]:
    """Open work, the soonest due first; only what is due by an instant, and behind a row, if one is named."""
    query = _soonest(table, until=due_by is not None, behind=after is not None)
    asked: dict[str, Any] = {"most": limit, "due_by": due_by}
    if after is not None:
        asked |= {"due_at": after.due_at, "complaint": str(after.complaint), "what": after.what}
    return [
        OpenWorkRow(UUID(row.complaint), row.what, row.holder, row.due_at, row.version)
        for row in connection.execute(query, asked)
    ]


@cache
def _soonest(table: Table, *, until: bool, behind: bool) -> Select[Any]:
    """Made once: putting a statement together costs more than running it."""
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
