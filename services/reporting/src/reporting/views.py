"""The read models of reporting: a row for each complaint, and a row for each supporter."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, String, Table, delete, insert, tuple_

from chassis.project.view import View
from chassis.sql.statements import replace_rows
from chassis.sql.types import Moment
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from reporting.report_row import ReportRow, row_of
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX, SUPPORT_PREFIX, complaint_id
from schemas.events.codec import decode, metadata_of
from schemas.events.reporting import ComplaintSupported


def reports_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """One row for each complaint and part."""
    columns: list[Column[Any]] = [
        Column("complaint", String(36), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("public_number", String(32), nullable=False, index=True),
        Column("public", Boolean, nullable=False),
        Column("part", Boolean, nullable=False),
        Column("class_", String(16), nullable=False),
        Column("status", String(20), nullable=False),
        Column("reason", String(20)),
        Column("agency", String(64), index=True),
        Column("unit", String(64)),
        Column("holder", String(80), nullable=False),
        Column("sector", String(64)),
        Column("region", String(13)),
        Column("received_at", Moment, nullable=False, index=True),
        Column("stage_at", Moment, nullable=False),
        Column("answered_at", Moment),
        Column("closed_at", Moment, index=True),
        Column("lead", String(36)),
        Column("changed_at", Moment, index=True, comment="none: not touched since this column was added"),
        Column("supervision", Boolean, comment="none: not touched since this column was added"),
    ]
    return [Table(f"{prefix}reports", metadata, *columns, keep_existing=True)]


def supports_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """One row for each supporter of a complaint."""
    columns = [Column(name, String(size), primary_key=True) for name, size in (("complaint", 36), ("supporter", 64))]
    return [Table(f"{prefix}supports", metadata, *columns, keep_existing=True)]


def put_rows(connection: Connection, tables: Sequence[Table], rows: Sequence[ReportRow]) -> None:
    """Replace the rows of these complaints. Repeatable."""
    table, newest = tables[0], {row.complaint: row for row in rows}
    replace_rows(connection, table.c.complaint, list(newest), [row._asdict() for row in newest.values()])


def put_supports(connection: Connection, tables: Sequence[Table], pairs: Sequence[tuple[str, str]]) -> None:
    """Add supporters; one who is there already is not added again."""
    table, distinct = tables[0], sorted(set(pairs))
    connection.execute(delete(table).where(tuple_(table.c.complaint, table.c.supporter).in_(distinct)))
    connection.execute(insert(table), [{"complaint": c, "supporter": s} for c, s in distinct])


def reports_view(repository: Repository) -> View[ReportRow]:
    """The rows behind the public list and the counts, fed over Kafka."""
    reader = repository.reader
    prepare = _present(reader.load_for)
    return View("reports", reports_tables, put_rows, prepare, (COMPLAINT_PREFIX,), load=reader.load_with)


def _present(
    load: Callable[[Sequence[RecordedEvent]], Awaitable[Sequence[LoadedStream]]],
) -> Callable[[Sequence[RecordedEvent]], Awaitable[Sequence[ReportRow]]]:
    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[ReportRow]:
        return [row_of(one.state, metadata_of(one.recorded[-1]).at) for one in await load(events) if one.recorded]

    return prepare


async def _supporters(events: Sequence[RecordedEvent]) -> Sequence[tuple[str, str]]:
    facts = [(event, decode(event)) for event in events]
    return [(str(complaint_id(e.stream)), fact.supporter) for e, fact in facts if isinstance(fact, ComplaintSupported)]


SUPPORTS_VIEW: Final = View("supports", supports_tables, put_supports, _supporters, (SUPPORT_PREFIX,))
