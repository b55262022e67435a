"""What router looks up across complaints: where each stands, parts not yet opened, precedents. Fed from the store."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Delete,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from chassis.project.from_store import position_table
from chassis.project.view import View, as_recorded
from chassis.sql.statements import insert_rows, replace_rows, select_by_keys
from chassis.sweep.sweep import SweepTables, sweep_tables
from router.placement.context import Precedent, PrecedentKey
from router.placement.precedents import precedent_key
from router.placement.status import CLOSED, ENDED_FOR_FOLLOWERS, JOINED, StatusRow, status_after
from router.settings import CHAIN, WATCH_BATCH
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.base.values import Basis
from schemas.events.intake import ComplaintWithdrawn
from schemas.events.router import ComplaintRouted, ComplaintSplit, PartOpened

METADATA: Final = MetaData()
ANYWHERE: Final = ""
"""The area of a national precedent, as a key column holds it."""


class RouterTables(NamedTuple):
    """The tables of the view, in the order in which `define` declares them."""

    standing: Table
    part: Table
    precedent: Table


def define(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """Declare the tables; asked twice, the same ones."""
    if f"{prefix}standing" in metadata.tables:
        return [metadata.tables[f"{prefix}{name}"] for name in RouterTables._fields]
    standing = Table(
        f"{prefix}standing",
        metadata,
        Column("complaint", String(36), primary_key=True),
        Column("place", String(20), nullable=False, index=True),
        Column("since", BigInteger, nullable=False),
        Column("held_by", String(64), index=True),
        Column("lead", String(36), index=True),
        Column("part", Boolean, nullable=False),
        Column("protected", Boolean, nullable=False),
    )
    part = Table(
        f"{prefix}part",
        metadata,
        Column("part", String(36), primary_key=True),
        Column("whole", String(36), nullable=False, index=True),
        Column("opened", Boolean, nullable=False, index=True),
    )
    precedent = Table(
        f"{prefix}precedent",
        metadata,
        Column("sector", String(64), primary_key=True),
        Column("level", String(16), primary_key=True),
        Column("area", String(16), primary_key=True),
        Column("agency", String(64), nullable=False),
        Column("unit", String(64)),
        Column("name", String(36), nullable=False),
        Column("position", BigInteger, nullable=False),
    )
    return [standing, part, precedent]


TABLES: Final = RouterTables(*define(METADATA, ""))
SWEEP: Final[SweepTables] = sweep_tables(METADATA)
position_table(METADATA)


def apply(connection: Connection, tables: Sequence[Table], events: Sequence[RecordedEvent]) -> None:
    """Write what these events changed."""
    own = RouterTables(*tables)
    told = [(event, from_json(event.data)) for event in events]
    rows = _standing(connection, own.standing, {_complaint(event) for event in events})
    for event, data in told:
        before = rows.get(_complaint(event)) or StatusRow(_complaint(event))
        rows[_complaint(event)] = status_after(before, event.type, data, event.position)
        _parts(connection, own.part, event, data)
        if event.type == ComplaintRouted.__name__ and data.get("binding"):
            _precedent(connection, own.precedent, event, data)
    _put(connection, own.standing, rows.values())


VIEW: Final = View("router", define, apply, as_recorded, (COMPLAINT_PREFIX,))


# Asked every second: made once.
_FOLLOWER, _LEAD = TABLES.standing.alias("follower"), TABLES.standing.alias("lead")
_LEFT_BEHIND: Final = (
    select(_FOLLOWER.c.complaint)
    .join(_LEAD, _FOLLOWER.c.lead == _LEAD.c.complaint)
    .where(_FOLLOWER.c.place == JOINED, _LEAD.c.place.in_(ENDED_FOR_FOLLOWERS) | _LEAD.c.protected)
    .limit(WATCH_BATCH)
)
_UNOPENED: Final = select(TABLES.part.c.whole).where(~TABLES.part.c.opened).distinct().limit(WATCH_BATCH)

_HELD_BY: Final = (
    select(TABLES.standing.c.complaint)
    .where(
        TABLES.standing.c.held_by.in_(bindparam("gone", expanding=True)),
        TABLES.standing.c.place.not_in((CLOSED, *ENDED_FOR_FOLLOWERS)),
    )
    .limit(WATCH_BATCH)
)
_PRECEDENTS: Final = select(TABLES.precedent)


def lying(connection: Connection, place: str, page: int, size: int) -> list[UUID]:
    """The complaints that lie there, the longest first."""
    table = TABLES.standing
    query = select(table.c.complaint).where(table.c.place == place).order_by(table.c.since, table.c.complaint)
    return [UUID(row.complaint) for row in connection.execute(query.limit(size).offset(page * size))]


def how_many(connection: Connection, place: str) -> int:
    """How many complaints lie there."""
    count = select(func.count()).select_from(TABLES.standing).where(TABLES.standing.c.place == place)
    return int(connection.execute(count).scalar_one())


def left_behind(connection: Connection) -> list[UUID]:
    """Followers whose lead will bring them no answer."""
    return [UUID(row.complaint) for row in connection.execute(_LEFT_BEHIND)]


def followers_of(connection: Connection, lead: UUID) -> list[UUID]:
    """Whoever follows it now, directly or through another that does."""
    table, found, layer = TABLES.standing, dict[str, None](), [str(lead)]
    for _ in range(CHAIN):
        query = select(table.c.complaint).where(table.c.place == JOINED, table.c.lead.in_(layer))
        layer = [row.complaint for row in connection.execute(query) if row.complaint not in found]
        if not layer:
            break
        found.update(dict.fromkeys(layer))
    return [UUID(each) for each in found]


def held_by(connection: Connection, gone: Sequence[str]) -> list[UUID]:
    """Open complaints whose holder, by their stream, is one of these bodies."""
    return [UUID(row.complaint) for row in connection.execute(_HELD_BY, {"gone": list(gone)})]


def unopened(connection: Connection) -> list[UUID]:
    """Wholes that name a part which has no stream."""
    return [UUID(row.whole) for row in connection.execute(_UNOPENED)]


def precedents(connection: Connection) -> dict[PrecedentKey, Precedent]:
    """The newest of each kind."""
    return {
        (row.sector, row.level, row.area or None): Precedent(row.agency, row.unit, row.name)
        for row in connection.execute(_PRECEDENTS)
    }


def _complaint(event: RecordedEvent) -> str:
    return event.stream.removeprefix(COMPLAINT_PREFIX)


def _standing(connection: Connection, table: Table, complaints: Iterable[str]) -> dict[str, StatusRow]:
    found = connection.execute(select_by_keys(table.c.complaint), {"keys": list(complaints)})
    return {row.complaint: StatusRow(*row) for row in found}


def _put(connection: Connection, table: Table, rows: Iterable[StatusRow]) -> None:
    written = [row._asdict() for row in rows]
    replace_rows(connection, table.c.complaint, [row["complaint"] for row in written], written)


def _parts(connection: Connection, table: Table, event: RecordedEvent, data: dict[str, Any]) -> None:
    # The parts' own events may come before or after the whole's.
    match event.type:
        case ComplaintSplit.__name__:
            named = [part["id"] for part in data["parts"]]
            there = {row.part for row in connection.execute(select_by_keys(table.c.part), {"keys": named})}
            rows = [{"part": p, "whole": _complaint(event), "opened": False} for p in named if p not in there]
            insert_rows(connection, table, rows)
        case PartOpened.__name__:
            row = {"part": _complaint(event), "whole": data["whole"], "opened": True}
            replace_rows(connection, table.c.part, [row["part"]], [row])
        case ComplaintWithdrawn.__name__:
            # Nothing is left to do for a whole that was taken back before its parts began.
            connection.execute(_waiting(table), {"of": _complaint(event)})


@cache
def _waiting(table: Table) -> Delete:
    return delete(table).where((table.c.whole == bindparam("of")) & ~table.c.opened)


def _precedent(connection: Connection, table: Table, event: RecordedEvent, data: dict[str, Any]) -> None:
    if data["cause"] != "binding" or (key := precedent_key(Basis.model_validate(data["basis"]))) is None:
        return
    sector, level, area = key
    same = (table.c.sector == sector) & (table.c.level == level) & (table.c.area == (area or ANYWHERE))
    known = connection.execute(select(table.c.position).where(same)).scalar()
    if known is not None and known > event.position:
        return
    connection.execute(delete(table).where(same))
    row = {"sector": sector, "level": level, "area": area or ANYWHERE, "name": _complaint(event)}
    body = {"agency": data["agency"], "unit": data.get("unit")}
    connection.execute(insert(table).values(**row, **body, position=event.position))
