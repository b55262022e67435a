"""The read model of the escalation ladder: one row for each escalated complaint, without text, fed from the store."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    func,
    select,
    true,
)

from chassis.project.position import position_table
from chassis.project.registry import RegistryView
from chassis.project.view import View
from chassis.sql.statements import replace_rows
from chassis.sql.types import Moment
from chassis.sweep.sweep import sweep_tables
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from escalation.ladder import current_rung
from schemas.base.envelope import RecordedEvent
from schemas.base.limits import PAGE
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.deadlines import timeline_due
from schemas.deadlines.policies import Policies
from schemas.events.codec import decode
from schemas.events.escalation import ComplaintEscalated
from schemas.registry.fold import Registry


class LadderRow(NamedTuple):
    """An escalated complaint. `guarded`: secret or supervision grade, so the public learns only that it is late.
    `supervision` None: not touched since this column was added.
    """

    complaint: str
    rung: int
    public_number: str
    part: bool
    guarded: bool
    status: str
    class_: str
    holder: str
    agency: str | None
    unit: str | None
    sector: str | None
    cause: str
    clock: str | None
    repetition: int
    received_at: datetime
    due_at: datetime | None
    climbed_at: datetime
    supervision: bool | None


_HIDDEN: Final = re.compile("[0-9a-f]{64}")
LadderUpdate = tuple[str, LadderRow | None]
"""A complaint and its present row; None: it is on no rung, so the row is deleted."""


def ladder_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    columns: list[Column[Any]] = [
        Column("complaint", String(36), primary_key=True),
        Column("rung", Integer, nullable=False, index=True),
        Column("public_number", String(32), nullable=False),
        Column("part", Boolean, nullable=False),
        Column("guarded", Boolean, nullable=False),
        Column("status", String(20), nullable=False),
        Column("class_", String(16), nullable=False),
        Column("holder", String(80), nullable=False),
        Column("agency", String(64), index=True),
        Column("unit", String(64)),
        Column("sector", String(64)),
        Column("cause", String(20), nullable=False),
        Column("clock", String(20)),
        Column("repetition", Integer, nullable=False),
        Column("received_at", Moment, nullable=False),
        Column("due_at", Moment),
        Column("climbed_at", Moment, nullable=False),
        Column("supervision", Boolean, comment="none: not touched since this column was added"),
    ]
    order = Index(f"ix_{prefix}ladder_order", "climbed_at", "complaint")
    return [Table(f"{prefix}ladder", metadata, *columns, order, keep_existing=True)]


METADATA: Final = MetaData()
LADDER: Final = ladder_tables(METADATA, "")[0]
SWEEP: Final = sweep_tables(METADATA)
position_table(METADATA)


def ladder_view(repository: Repository, registry: RegistryView, policies: Policies) -> View[LadderUpdate]:
    """The read model behind `/api/v1/ladder`."""
    prepare = _present(repository, registry, policies)
    return View("ladder", ladder_tables, put, prepare, (COMPLAINT_PREFIX,), load=repository.load_with)


def put(connection: Connection, tables: Sequence[Table], updates: Sequence[LadderUpdate]) -> None:
    """Replace the rows of these complaints. Repeatable."""
    table, newest = tables[0], dict(updates)
    rows = [row._asdict() for row in newest.values() if row is not None]
    replace_rows(connection, table.c.complaint, list(newest), rows)


def row_of(loaded: LoadedStream, registry: Registry, policies: Policies) -> LadderRow | None:
    """The present row; None: on no rung."""
    state = loaded.state
    rung = current_rung(state, registry, policies)
    if not rung:
        return None
    climbed = _last_climb(loaded, rung)
    return LadderRow(
        complaint=str(state.id),
        rung=rung,
        public_number=state.public_number,
        part=state.whole is not None,
        guarded=state.is_protected,
        status=state.status.value,
        class_=state.class_.value,
        holder=str(state.holder),
        agency=state.agency,
        unit=state.holder.unit,
        sector=state.sector,
        cause=climbed.cause,
        clock=climbed.clock.value if climbed.clock else None,
        repetition=climbed.repetition,
        received_at=state.received_at,
        due_at=timeline_due(state, registry, policies),
        climbed_at=climbed.at,
        supervision=state.supervision,
    )


def _last_climb(loaded: LoadedStream, rung: int) -> ComplaintEscalated:
    # The newest escalation to this rung; they are decoded from the newest back, since mostly the newest is it.
    climbs = [event for event in reversed(loaded.recorded) if event.type == ComplaintEscalated.__name__]
    facts = (fact for event in climbs if isinstance(fact := decode(event), ComplaintEscalated))
    further: list[ComplaintEscalated] = []
    for fact in facts:
        if fact.rung == rung:
            return fact
        further += [fact] if fact.rung > rung else []
    # A clock may have climbed past the Ombudsman's rung before the reporter asked for it, so no fact has this rung.
    return further[0]


def _present(
    repository: Repository, registry: RegistryView, policies: Policies
) -> Callable[[Sequence[RecordedEvent]], Awaitable[Sequence[LadderUpdate]]]:
    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[LadderUpdate]:
        known = await registry.current()
        loaded = await repository.load_with(events)
        return [(str(each.state.id), row_of(each, known, policies)) for each in loaded]

    return prepare


class LadderQuery(NamedTuple):
    """Rows on this rung or a higher one, of these agencies and this unit. None: of any."""

    rung: int
    agencies: Collection[str] | None = None
    unit: str | None = None
    reader: ColumnElement[bool] = true()
    """Which rows the reader may see."""


class LadderKey(NamedTuple):
    """The row after which a page begins. `is_hidden`: `complaint` is `hidden`."""

    climbed_at: datetime
    complaint: str
    is_hidden: bool = False


def hidden(complaint: str) -> str:
    """What a public key says instead of the id of a complaint, which the public list shows of none."""
    return hashlib.sha256(complaint.encode()).hexdigest()


def hidden_key(text: str) -> str:
    """Raises ValueError: not of the shape of `hidden`."""
    if not _HIDDEN.fullmatch(text):
        raise ValueError("not 64 hexadecimal digits")
    return text


def page(
    connection: Connection, query: LadderQuery, number: int = 0, after: LadderKey | None = None, size: int = PAGE
) -> list[LadderRow]:
    """One page of rows, those escalated longest ago first, beginning after a key."""
    statement = _matching(select(*LADDER.c), query).order_by(LADDER.c.climbed_at, LADDER.c.complaint)
    if after is not None:
        complaint = _shown(connection, after)
        later, same = LADDER.c.climbed_at > after.climbed_at, LADDER.c.climbed_at == after.climbed_at
        statement = statement.where(later | (same & (LADDER.c.complaint > complaint)))
    found = connection.execute(statement.limit(size).offset(number * PAGE))
    return [LadderRow(**row) for row in found.mappings()]


def _shown(connection: Connection, key: LadderKey) -> str:
    """The complaint of a key. One that left the list begins its moment anew: rather a row twice than none left out."""
    if not key.is_hidden:
        return key.complaint
    found = connection.execute(select(LADDER.c.complaint).where(LADDER.c.climbed_at == key.climbed_at)).scalars()
    return next((each for each in found if hidden(each) == key.complaint), "")


def count(connection: Connection, query: LadderQuery) -> int:
    return connection.execute(_matching(select(func.count()).select_from(LADDER), query)).scalar() or 0


def _matching(statement: Select[Any], query: LadderQuery) -> Select[Any]:
    statement = statement.where(LADDER.c.rung >= query.rung, query.reader)
    if query.unit is not None:
        statement = statement.where(LADDER.c.unit == query.unit)
    return statement.where(LADDER.c.agency.in_(query.agencies)) if query.agencies is not None else statement
