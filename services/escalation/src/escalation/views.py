"""Who stands on which rung of the ladder: one row a complaint, without any text. Fed from the store, disposable."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    func,
    select,
)

from chassis.project.from_store import position_table
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
    """A complaint on the ladder. `guarded`: secret or of supervision grade; the public learns only that it is late."""

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


class LadderUpdate(NamedTuple):
    """A complaint as it is now: its row, or none if it stands on no rung."""

    complaint: str
    row: LadderRow | None


def ladder_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """One table."""
    name = f"{prefix}ladder"
    if (known := metadata.tables.get(name)) is not None:
        return [known]
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
    ]
    return [Table(name, metadata, *columns)]


METADATA: Final = MetaData()
LADDER: Final = ladder_tables(METADATA, "")[0]
SWEEP: Final = sweep_tables(METADATA)
position_table(METADATA)


def ladder_view(repository: Repository, registry: RegistryView, policies: Policies) -> View[LadderUpdate]:
    """What has climbed, as a read model."""
    return View("ladder", ladder_tables, put, _present(repository, registry, policies), (COMPLAINT_PREFIX,))


def put(connection: Connection, tables: Sequence[Table], seen: Sequence[LadderUpdate]) -> None:
    """Write what these complaints are now over what they were; asked twice, the same."""
    table, newest = tables[0], {each.complaint: each.row for each in seen}
    rows = [row._asdict() for row in newest.values() if row is not None]
    replace_rows(connection, table.c.complaint, list(newest), rows)


def row_of(loaded: LoadedStream, registry: Registry, policies: Policies) -> LadderRow | None:
    """Its row now, if it stands on a rung."""
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
        guarded=state.secret or state.supervision,
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
    )


def _last_climb(loaded: LoadedStream, rung: int) -> ComplaintEscalated:
    # The newest is read first, and mostly that is it.
    climbs = [event for event in reversed(loaded.recorded) if event.type == ComplaintEscalated.__name__]
    facts = (fact for event in climbs if isinstance(fact := decode(event), ComplaintEscalated))
    further: list[ComplaintEscalated] = []
    for fact in facts:
        if fact.rung == rung:
            return fact
        further += [fact] if fact.rung > rung else []
    # Whose desk was overdue may have climbed past the Ombudsman's rung, who looks at it only since the reporter asked.
    return further[0]


def _present(
    repository: Repository, registry: RegistryView, policies: Policies
) -> Callable[[Sequence[RecordedEvent]], Awaitable[Sequence[LadderUpdate]]]:
    # Only what has ever climbed can have a row, and only its own facts change it; the state decides, not the event.
    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[LadderUpdate]:
        known = await registry.current()
        loaded = await repository.load_with(events)
        return [LadderUpdate(str(each.state.id), row_of(each, known, policies)) for each in loaded]

    return prepare


class LadderQuery(NamedTuple):
    """Whose rows on which rung or beyond it. None: whoever's."""

    rung: int
    agencies: Collection[str] | None = None
    unit: str | None = None


def page(connection: Connection, asked: LadderQuery, number: int) -> list[LadderRow]:
    """One page of those who have climbed there, the longest there first."""
    query = _climbed(select(*LADDER.c), asked).order_by(LADDER.c.climbed_at, LADDER.c.complaint)
    found = connection.execute(query.limit(PAGE).offset(number * PAGE))
    return [LadderRow(**row) for row in found.mappings()]


def count(connection: Connection, asked: LadderQuery) -> int:
    """How many these are."""
    return connection.execute(_climbed(select(func.count()).select_from(LADDER), asked)).scalar() or 0


def _climbed(query: Select[Any], asked: LadderQuery) -> Select[Any]:
    query = query.where(LADDER.c.rung >= asked.rung)
    if asked.unit is not None:
        query = query.where(LADDER.c.unit == asked.unit)
    return query.where(LADDER.c.agency.in_(asked.agencies)) if asked.agencies is not None else query
