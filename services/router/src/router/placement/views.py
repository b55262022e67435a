"""Router's read model over all complaints: status rows, parts without a stream, precedents. Fed from the store."""

from collections.abc import Collection, Sequence
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
    Index,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
)

from chassis.project.position import position_table
from chassis.project.view import View, as_recorded
from chassis.sql.statements import insert_rows, replace_rows, select_by_keys
from chassis.sweep.sweep import SweepTables, sweep_tables
from router.placement.context import Precedent, PrecedentKey
from router.placement.precedents import stored_key
from router.placement.status import CLOSED, ENDED_FOR_FOLLOWERS, JOINED, StatusRow, status_after
from router.settings import CHAIN, WATCH_BATCH
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.events.base import names
from schemas.events.intake import ComplaintWithdrawn
from schemas.events.router import (
    ComplaintRestated,
    ComplaintRouted,
    ComplaintSplit,
    ContentKept,
    PartOpened,
    ReportHidden,
    ReportShown,
)

METADATA: Final = MetaData()
CONTENT_DECISIONS: Final = names(ReportHidden, ReportShown, ContentKept, ComplaintRestated)
"""What the desk decides about what the public reads."""
ANYWHERE: Final = ""
"""The area of a national precedent: a key column holds no null."""


class RouterTables(NamedTuple):
    """The tables of the view, in the order in which `define` declares them."""

    standing: Table
    part: Table
    precedent: Table
    content_decided: Table


def define(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """Declare the tables; a second call returns the same ones."""
    return [
        Table(
            f"{prefix}standing",
            metadata,
            Column("complaint", String(36), primary_key=True),
            Column("place", String(20), nullable=False, index=True),
            Column("since", BigInteger, nullable=False),
            Column("held_by", String(64), index=True),
            Column("lead", String(36), index=True),
            Column("part", Boolean, nullable=False),
            Column("protected", Boolean, nullable=False),
            Index(f"ix_{prefix}standing_waiting", "place", "since", "complaint"),
            keep_existing=True,
        ),
        Table(
            f"{prefix}part",
            metadata,
            Column("part", String(36), primary_key=True),
            Column("whole", String(36), nullable=False, index=True),
            Column("opened", Boolean, nullable=False, index=True),
            keep_existing=True,
        ),
        Table(
            f"{prefix}precedent",
            metadata,
            Column("sector", String(64), primary_key=True),
            Column("level", String(16), primary_key=True),
            Column("area", String(16), primary_key=True),
            Column("agency", String(64), nullable=False),
            Column("unit", String(64)),
            Column("name", String(36), nullable=False),
            Column("position", BigInteger, nullable=False),
            keep_existing=True,
        ),
        Table(
            f"{prefix}content_decided",
            metadata,
            Column("complaint", String(36), primary_key=True),
            Column("position", BigInteger, nullable=False),
            keep_existing=True,
        ),
    ]


TABLES: Final = RouterTables(*define(METADATA, ""))
SWEEP: Final[SweepTables] = sweep_tables(METADATA)
position_table(METADATA)


def apply(connection: Connection, tables: Sequence[Table], events: Sequence[RecordedEvent]) -> None:
    """Write the rows that these events change."""
    standing, parts, precedents, content_decided = tables
    ids = list({_complaint(event) for event in events})
    found = connection.execute(select_by_keys(standing.c.complaint), {"keys": ids})
    rows = {row.complaint: StatusRow(*row) for row in found}
    for event in events:
        data, complaint = from_json(event.data), _complaint(event)
        rows[complaint] = status_after(rows.get(complaint) or StatusRow(complaint), event.type, data, event.position)
        _write_parts(connection, parts, event, data)
        if event.type == ComplaintRouted.__name__ and data.get("binding"):
            _write_precedent(connection, precedents, event, data)
    decided = {_complaint(event): event.position for event in events if event.type in CONTENT_DECISIONS}
    rows_of = [{"complaint": complaint, "position": position} for complaint, position in decided.items()]
    replace_rows(connection, content_decided.c.complaint, list(decided), rows_of)
    replace_rows(connection, standing.c.complaint, list(rows), [row._asdict() for row in rows.values()])


VIEW: Final = View("router", define, apply, as_recorded, (COMPLAINT_PREFIX,))


# Built once: the watchdog runs them every second.
_FOLLOWER, _LEAD = TABLES.standing.alias("follower"), TABLES.standing.alias("lead")
_ABANDONED_FOLLOWERS: Final = (
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


class Waiting(NamedTuple):
    """A complaint in a list, and the key by which the list goes on after it: (since, complaint)."""

    since: int
    complaint: str


class Listed(NamedTuple):
    """Which complaints with a status are listed: the longest there first, after a key, without those in `hidden`."""

    place: str
    size: int
    after: Waiting | None = None
    hidden: Collection[str] = ()
    skipped: int = 0


def waiting(connection: Connection, listed: Listed) -> list[Waiting]:
    """The rows of a list."""
    table = TABLES.standing
    query = select(table.c.since, table.c.complaint).where(table.c.place == listed.place)
    if listed.after is not None:
        query = query.where(tuple_(table.c.since, table.c.complaint) > tuple_(*listed.after))
    if listed.hidden:
        query = query.where(table.c.complaint.not_in(listed.hidden))
    query = query.order_by(table.c.since, table.c.complaint).limit(listed.size).offset(listed.skipped)
    return [Waiting(row.since, row.complaint) for row in connection.execute(query)]


def waiting_row(connection: Connection, place: str, complaint: str) -> Waiting | None:
    """The row of one complaint in the list of this status; None: it is not in it."""
    table = TABLES.standing
    query = select(table.c.since).where(table.c.complaint == complaint, table.c.place == place)
    since = connection.execute(query).scalar()
    return None if since is None else Waiting(since, complaint)


def count_in(connection: Connection, place: str, hidden: Collection[str] = ()) -> int:
    """The number of complaints with this status, without those in `hidden`."""
    table = TABLES.standing
    count = select(func.count()).select_from(table).where(table.c.place == place, table.c.complaint.not_in(hidden))
    return int(connection.execute(count).scalar_one())


def perhaps_protected_in(connection: Connection, place: str) -> list[UUID]:
    """The complaints of supervision grade with this status, and all parts: a part's row says the grade of its own
    reading alone, not that of its whole.
    """
    table = TABLES.standing
    query = select(table.c.complaint).where(table.c.place == place, table.c.protected | table.c.part)
    return [UUID(row.complaint) for row in connection.execute(query)]


def abandoned_followers(connection: Connection) -> list[UUID]:
    """Followers whose lead brings them no answer: it ended without one, or is of supervision grade."""
    return [UUID(row.complaint) for row in connection.execute(_ABANDONED_FOLLOWERS)]


def followers_of(connection: Connection, lead: UUID) -> list[UUID]:
    """The complaints that follow it, directly or through another follower."""
    table, found, layer = TABLES.standing, dict[str, None](), [str(lead)]
    for _ in range(CHAIN):
        query = select(table.c.complaint).where(table.c.place == JOINED, table.c.lead.in_(layer))
        layer = [row.complaint for row in connection.execute(query) if row.complaint not in found]
        if not layer:
            break
        found.update(dict.fromkeys(layer))
    return [UUID(each) for each in found]


def held_by(connection: Connection, gone: Sequence[str]) -> list[UUID]:
    """Open complaints that one of these bodies holds by their stream."""
    return [UUID(row.complaint) for row in connection.execute(_HELD_BY, {"gone": list(gone)})]


def count_held(connection: Connection, agencies: Sequence[str]) -> dict[str, int]:
    """How many open complaints each of these bodies holds by their streams."""
    table = TABLES.standing
    query = select(table.c.held_by, func.count().label("reports")).where(table.c.held_by.in_(agencies))
    query = query.where(table.c.place.not_in((CLOSED, *ENDED_FOR_FOLLOWERS))).group_by(table.c.held_by)
    return {row.held_by: row.reports for row in connection.execute(query)}


def unopened(connection: Connection) -> list[UUID]:
    """Wholes with a part that has no stream."""
    return [UUID(row.whole) for row in connection.execute(_UNOPENED)]


def precedents(connection: Connection) -> dict[PrecedentKey, Precedent]:
    """The newest precedent of each key."""
    return {
        (row.sector, row.level, row.area or None): Precedent(row.agency, row.unit, row.name)
        for row in connection.execute(_PRECEDENTS)
    }


class PrecedentRow(NamedTuple):
    """A precedent as it is listed. `area`: empty for the nation. The first three are the key of the list."""

    sector: str
    level: str
    area: str
    agency: str
    unit: str | None
    name: str


class PrecedentsListed(NamedTuple):
    """Which precedents are listed: after a key, of one sector if it is named."""

    size: int
    after: tuple[str, str, str] | None = None
    sector: str | None = None


def precedent_rows(connection: Connection, listed: PrecedentsListed) -> list[PrecedentRow]:
    """The rows of a list, by sector, level and area."""
    table = TABLES.precedent
    key = (table.c.sector, table.c.level, table.c.area)
    query = select(*key, table.c.agency, table.c.unit, table.c.name)
    if listed.sector is not None:
        query = query.where(table.c.sector == listed.sector)
    if listed.after is not None:
        query = query.where(tuple_(*key) > tuple_(*listed.after))
    return [PrecedentRow(*row) for row in connection.execute(query.order_by(*key).limit(listed.size))]


def _complaint(event: RecordedEvent) -> str:
    return event.stream.removeprefix(COMPLAINT_PREFIX)


def _write_parts(connection: Connection, table: Table, event: RecordedEvent, data: dict[str, Any]) -> None:
    # The events of a part may come before or after those of its whole.
    match event.type:
        case ComplaintSplit.__name__:
            named = [part["id"] for part in data["parts"]]
            written = {row.part for row in connection.execute(select_by_keys(table.c.part), {"keys": named})}
            rows = [{"part": p, "whole": _complaint(event), "opened": False} for p in named if p not in written]
            insert_rows(connection, table, rows)
        case PartOpened.__name__:
            row = {"part": _complaint(event), "whole": data["whole"], "opened": True}
            replace_rows(connection, table.c.part, [row["part"]], [row])
        case ComplaintWithdrawn.__name__:
            # A whole that is withdrawn before its parts began opens none.
            connection.execute(_unopened_of(table), {"of": _complaint(event)})


@cache
def _unopened_of(table: Table) -> Delete:
    return delete(table).where((table.c.whole == bindparam("of")) & ~table.c.opened)


def _write_precedent(connection: Connection, table: Table, event: RecordedEvent, data: dict[str, Any]) -> None:
    if (key := stored_key(data)) is None:
        return
    sector, level, area = key
    same_key = (table.c.sector == sector) & (table.c.level == level) & (table.c.area == (area or ANYWHERE))
    position = connection.execute(select(table.c.position).where(same_key)).scalar()
    if position is not None and position > event.position:
        return
    connection.execute(delete(table).where(same_key))
    row = {"sector": sector, "level": level, "area": area or ANYWHERE, "name": _complaint(event)}
    body = {"agency": data["agency"], "unit": data.get("unit")}
    connection.execute(insert(table).values(**row, **body, position=event.position))
