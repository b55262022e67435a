"""The read model of open data: the line of each public report, by the day of its receipt, and what each day holds."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Date, MetaData, String, Table, Text

from chassis.project.registry import RegistryView
from chassis.project.view import View
from chassis.sql.statements import delete_rows, insert_rows, select_by_keys
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from reporting.open_data.line import csv_row, line_of
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.deadlines.policies import Policies

NAME: Final = "open-data"
MARKS: Final = 1 << 56


class OpenLine(NamedTuple):
    """The line of a report as a row of CSV; `row` is empty: it has none now."""

    complaint: str
    number: str
    day: Any
    row: str


def open_data_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """The lines, and the days: `mark` is the sum of the weights of a day's rows."""
    lines: list[Column[Any]] = [
        Column("complaint", String(36), primary_key=True),
        Column("number", String(32), nullable=False),
        Column("day", Date, nullable=False, index=True, comment="of receipt, in Jakarta"),
        Column("row", Text, nullable=False),
    ]
    days: list[Column[Any]] = [Column("day", Date, primary_key=True), Column("mark", BigInteger, nullable=False)]
    return [
        Table(f"{prefix}open_lines", metadata, *lines, keep_existing=True),
        Table(f"{prefix}open_days", metadata, *days, keep_existing=True),
    ]


def open_data_view(repository: Repository, registry: RegistryView, policies: Policies) -> View[OpenLine]:
    """The lines of all public reports, fed from the store."""
    reader = repository.reader

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[OpenLine]:
        loaded = [one for one in await reader.load_with(events) if one.recorded]
        known = await registry.current(at_least=max(map(_basis, loaded), default=-1))
        lines = [line_of(one, known, policies) for one in loaded]
        return [
            OpenLine(str(one.state.id), one.state.public_number, line.received_on if line else None,
                     csv_row(line) if line else "")
            for one, line in zip(loaded, lines, strict=True)
        ]  # fmt: skip

    # No event is left out: a date counts the days off that were in force at the newest one, as the figures do.
    return View(
        NAME, open_data_tables, put_lines, prepare, (COMPLAINT_PREFIX,), load=reader.load_with, indexed_load=True
    )


def _basis(loaded: LoadedStream) -> int:
    routed = loaded.state.routed
    return routed.basis.registry_version if routed is not None else -1


def put_lines(connection: Connection, tables: Sequence[Table], lines: Sequence[OpenLine]) -> None:
    """Replace the lines of these reports, and mark the days whose files change. Repeatable."""
    table, days = tables
    newest = {line.complaint: line for line in lines}
    found = connection.execute(select_by_keys(table.c.complaint), {"keys": list(newest)}).all()
    before = {row.complaint: OpenLine(*row) for row in found}
    changed = [line for line in newest.values() if before.get(line.complaint, line._replace(row="")).row != line.row]
    if not changed:
        return
    delete_rows(connection, table.c.complaint, [line.complaint for line in changed])
    insert_rows(connection, table, [line._asdict() for line in changed if line.row])
    changes = Counter[date]()
    for line in changed:
        if line.row:
            changes[line.day] += weight(line.row)
        if (old := before.get(line.complaint)) is not None:
            changes[old.day] -= weight(old.row)
    _mark(connection, days, changes)


def weight(row: str) -> int:
    """What a row adds to the mark of its day. A mark says which rows a day has, in whatever order they came."""
    return int.from_bytes(sha256(row.encode()).digest()[:7])


def _mark(connection: Connection, days: Table, changes: Counter[date]) -> None:
    found = select_by_keys(days.c.day)
    known = {row.day: row.mark for row in connection.execute(found, {"keys": list(changes)})}
    marks = {day: (known.get(day, 0) + change) % MARKS for day, change in changes.items()}
    delete_rows(connection, days.c.day, list(known))
    insert_rows(connection, days, [{"day": day, "mark": mark} for day, mark in marks.items() if mark])
