"""Adds missing columns and indexes to tables that an earlier version created, or refuses such tables.

For read models, and for the first revision of a history: it takes over primary tables of before there were revisions.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, inspect
from sqlalchemy.schema import CreateColumn, SetColumnComment

from chassis.base.errors import OldTable


def adopt(connection: Connection, metadata: MetaData) -> None:
    """Create what is missing of these tables, columns, indexes and comments, in a database of any earlier version, or
    of one that ended in the middle of it.

    Raises:
        OldTable: see `upgrade`.
    """
    metadata.create_all(connection)
    upgrade(connection, metadata)
    if connection.dialect.supports_comments:
        for table in metadata.tables.values():
            for column in table.columns:
                if column.comment is not None:
                    connection.execute(SetColumnComment(column))


def upgrade(connection: Connection, metadata: MetaData) -> None:
    """Add missing columns with their defaults, and missing indexes. All tables must exist; one process at a time.

    Raises:
        OldTable: a missing column has no default, or an unknown column must not be null.
    """
    columns = inspect(connection).get_multi_columns(filter_names=list(metadata.tables))
    for (_, name), found in columns.items():
        _upgrade(connection, metadata.tables[name], {column["name"]: column for column in found})
    indexes = inspect(connection).get_multi_indexes(filter_names=list(metadata.tables))
    for (_, name), there in indexes.items():
        known = {index["name"] for index in there}
        for index in metadata.tables[name].indexes:
            if index.name not in known:
                index.create(connection)


def _upgrade(connection: Connection, table: Table, found: Mapping[str, Any]) -> None:
    added = [column for column in table.columns if column.name not in found]
    wrong = [column.name for column in added if not column.nullable and column.server_default is None]
    wrong += [name for name, column in found.items() if name not in table.columns and _is_required(column)]
    if wrong:
        raise OldTable(table.name, wrong)
    for column in added:
        _add(connection, table, column)


def _add(connection: Connection, table: Table, column: Column[Any]) -> None:
    written = CreateColumn(column).compile(dialect=connection.dialect)
    name = connection.dialect.identifier_preparer.format_table(table)
    connection.exec_driver_sql(f"alter table {name} add column {written}")


def _is_required(column: Mapping[str, Any]) -> bool:
    return not column["nullable"] and column.get("default") is None
