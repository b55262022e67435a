"""Statements that every view needs, cached per table: building one costs more than running it.

rows = connection.execute(among(table.c.complaint), {"keys": complaints})
replace(connection, table.c.complaint, complaints, rows)
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Delete, Insert, Select, Table, bindparam, delete, insert, select

Key = Column[Any]


def replace_rows(connection: Connection, key: Key, keys: Sequence[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace the rows with these keys by `rows`. Idempotent."""
    delete_rows(connection, key, keys)
    insert_rows(connection, key.table, rows)


def delete_rows(connection: Connection, key: Key, keys: Sequence[Any]) -> None:
    """Delete the rows with these keys."""
    if keys:
        connection.execute(delete_by_keys(key), {"keys": keys})


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert these rows, if any."""
    if rows:
        connection.execute(insert_into(table), list(rows))


@cache
def select_by_keys(key: Key) -> Select[Any]:
    """Selects the rows whose key is in the parameter `keys`."""
    return select(key.table).where(key.in_(bindparam("keys", expanding=True)))


@cache
def delete_by_keys(key: Key) -> Delete:
    return delete(key.table).where(key.in_(bindparam("keys", expanding=True)))


@cache
def insert_into(table: Table) -> Insert:
    return insert(table)
