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


def replace_rows(connection: Connection, key: Key, keys: Sequence[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these rows over what stood there under these keys; asked twice, the same."""
    delete_rows(connection, key, keys)
    insert_rows(connection, key.table, rows)


def delete_rows(connection: Connection, key: Key, keys: Sequence[Any]) -> None:
    """Let go of what stands there under these keys."""
    if keys:
        connection.execute(delete_by_keys(key), {"keys": keys})


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these rows, if there are any."""
    if rows:
        connection.execute(insert_into(table), list(rows))


@cache
def select_by_keys(key: Key) -> Select[Any]:
    """The rows whose key is one of `keys`."""
    return select(key.table).where(key.in_(bindparam("keys", expanding=True)))


@cache
def delete_by_keys(key: Key) -> Delete:
    """Deletes those."""
    return delete(key.table).where(key.in_(bindparam("keys", expanding=True)))


@cache
def insert_into(table: Table) -> Insert:
    """Writes rows."""
    return insert(table)
