"""The tables of the figures: a row for each complaint and part, and the running sums over these rows."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Connection, Index, Integer, MetaData, String, Table, Text

from chassis.sql.database import chunks, execute_many, fetch, placeholders
from reporting.statistics.case import Case
from reporting.statistics.cells import Cell

CASES: Final = "figure_cases"
CELLS: Final = "figure_cells"


def figure_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """The cases, and the sums. Sums that are zero have no row."""
    return [_cases(metadata, f"{prefix}{CASES}"), _cells(metadata, f"{prefix}{CELLS}")]


def _cases(metadata: MetaData, name: str) -> Table:
    if (known := metadata.tables.get(name)) is not None:
        return known
    columns: list[Column[Any]] = [
        Column("complaint", String(36), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("public_number", String(32), nullable=False, index=True),
        Column("public", Boolean, nullable=False),
        Column("part", Boolean, nullable=False),
        Column("class_", String(16), nullable=False),
        Column("status", String(20), nullable=False),
        Column("reason", String(20)),
        Column("agency", String(64)),
        Column("holder", String(80), nullable=False),
        Column("sector", String(64)),
        Column("region", String(13)),
        Column("lead", String(36), index=True),
        Column("root", String(8), nullable=False),
        Column("received_us", BigInteger, nullable=False),
        *(Column(name, BigInteger) for name in ("ended_us", "placed_us", "begun_us", "answered_us")),
        Column("timely", String(8), nullable=False),
        Column("due_us", BigInteger, index=True, comment="only while an answer is awaited"),
        Column("returns", Text, nullable=False),
    ]
    return Table(name, metadata, *columns, Index(f"ix_{name}_agency_region", "agency", "region"))


def _cells(metadata: MetaData, name: str) -> Table:
    columns: list[Column[Any]] = [
        Column("scope", String(72), primary_key=True),
        Column("kind", String(16), primary_key=True),
        Column("day", Integer, primary_key=True),
        Column("key", String(140), primary_key=True),
        Column("n", Integer, nullable=False),
    ]
    return Table(name, metadata, *columns, keep_existing=True, sqlite_with_rowid=False)


COLUMNS: Final = ", ".join(Case._fields)


def cases_where(connection: Connection, table: str, column: str, values: Iterable[str]) -> list[Case]:
    """The cases whose `column` has one of these values."""
    wanted, found = sorted(set(values)), list[Case]()
    for part in chunks(wanted):
        query = f"select {COLUMNS} from {table} where {column} in ({placeholders(len(part))})"  # noqa: S608 - our names
        found += [case(row) for row in fetch(connection, query, part)]
    return found


def case(row: tuple[Any, ...]) -> Case:
    """A row as the driver gives it. SQLite has no booleans."""
    made = Case._make(row)
    return (
        made
        if made.public is True or made.public is False
        else made._replace(public=bool(made.public), part=bool(made.part))
    )


def replace_cases(connection: Connection, table: str, cases: Sequence[Case]) -> None:
    """Write these rows in place of those of the same complaints."""
    execute_many(connection, _replace(table), cases)


def add(connection: Connection, table: str, changes: Iterable[tuple[Cell, int]]) -> None:
    """Change sums by these amounts; rows of sums that become zero are deleted."""
    changed = sorted((*cell, by) for cell, by in changes if by)
    if changed:
        execute_many(connection, _add(table), changed)
    if smaller := [row[:4] for row in changed if row[4] < 0]:
        execute_many(connection, _delete_zero(table), smaller)


@cache
def _replace(table: str) -> str:
    names = Case._fields
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    values = placeholders(len(names))
    return f"insert into {table} ({COLUMNS}) values ({values}) on conflict (complaint) do update set {changes}"  # noqa: S608


@cache
def _add(table: str) -> str:
    return (
        f"insert into {table} (scope, kind, day, key, n) values (%s, %s, %s, %s, %s) "  # noqa: S608
        f"on conflict (scope, kind, day, key) do update set n = {table}.n + excluded.n"
    )


@cache
def _delete_zero(table: str) -> str:
    return f"delete from {table} where scope = %s and kind = %s and day = %s and key = %s and n = 0"  # noqa: S608
