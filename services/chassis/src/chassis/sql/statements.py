"""Statements that every view asks again and again, made once for each table: putting one together costs more than
running it.

    rows = connection.execute(among(table.c.complaint), {"keys": complaints})
    replace(connection, table.c.complaint, complaints, rows)
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Delete, Insert, Select, Table, bindparam, delete, insert, select

Key = Column[Any]


def replace(connection: Connection, key: Key, keys: Sequence[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these rows over what stood there under these keys; asked twice, the same."""
    remove(connection, key, keys)
    add(connection, key.table, rows)


def remove(connection: Connection, key: Key, keys: Sequence[Any]) -> None:
    """Let go of what stands there under these keys."""
    if keys:
        connection.execute(without(key), {"keys": keys})


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these rows, if there are any."""
    if rows:
        connection.execute(into(table), list(rows))


@cache
def among(key: Key) -> Select[Any]:
    """The rows whose key is one of `keys`."""
    return select(key.table).where(key.in_(bindparam("keys", expanding=True)))


@cache
def without(key: Key) -> Delete:
    """Deletes those."""
    return delete(key.table).where(key.in_(bindparam("keys", expanding=True)))


@cache
def into(table: Table) -> Insert:
    """Writes rows."""
    return insert(table)
