"""Wraps the key ring's rows with the newest master key, a page in each transaction, while other processes use them."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chassis.keys.table import TABLE
from chassis.keys.wrap import Wrapper
from chassis.sql.database import execute_many, fetch

PAGE: Final = 500
"""Rows in one transaction: on SQLite a filing waits for it, some milliseconds."""
Row = tuple[bytes, int]
"""Complaint and generation."""
START: Row | None = (b"", 0)


class RewrappedPage(NamedTuple):
    """`last`: where the next page begins; None: this was the last one."""

    seen: int
    changed: int
    last: Row | None


class CountedPage(NamedTuple):
    """The versions of the master key that wrapped the keys of one page."""

    versions: Sequence[int]
    last: Row | None


def rewrap_page(connection: Connection, wrapper: Wrapper, after: Row) -> RewrappedPage:
    """One page after this row. Raises WrongStore: a row is wrapped with none of the master keys."""
    rows = _page(connection, after)
    new = [
        (again, complaint, generation, wrapped)
        for complaint, generation, wrapped in rows
        if wrapped is not None and (again := wrapper.rewrapped(wrapped, UUID(bytes=complaint), generation)) is not None
    ]
    # Only if it is still there: an erasure may destroy the key meanwhile, and it must not come back.
    statement = f"update {TABLE} set wrapped = %s where complaint = %s and generation = %s and wrapped = %s"  # noqa: S608
    changed = execute_many(connection, statement, new) if new else 0
    return RewrappedPage(len(rows), changed, _last(rows))


def rewrap_check(connection: Connection, wrapper: Wrapper) -> None:
    """Let the newest master key alone open this key ring's check value."""
    execute_many(connection, "update key_ring set value = %s where name = 'check'", [(wrapper.check_value(),)])


def count_page(connection: Connection, wrapper: Wrapper, after: Row) -> CountedPage:
    """By which versions the living keys of one page are wrapped."""
    rows = _page(connection, after)
    living = [(wrapped, UUID(bytes=complaint), generation) for complaint, generation, wrapped in rows if wrapped]
    return CountedPage([wrapper.version_of(*each) for each in living], _last(rows))


def _page(connection: Connection, after: Row) -> list[tuple[bytes, int, bytes | None]]:
    statement = (
        f"select complaint, generation, wrapped from {TABLE} where (complaint, generation) > (%s, %s) "  # noqa: S608
        "order by complaint, generation limit %s"
    )
    found: list[tuple[Any, ...]] = fetch(connection, statement, (*after, PAGE))
    return [(bytes(complaint), generation, wrapped and bytes(wrapped)) for complaint, generation, wrapped in found]


def _last(rows: Sequence[tuple[bytes, int, bytes | None]]) -> Row | None:
    return rows[-1][:2] if len(rows) == PAGE else None
