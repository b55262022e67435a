"""A read model made again straight from the store, beside the old one, then swapped in one transaction."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Table, delete, insert, select

from chassis.ports import Store
from chassis.sql import Database
from chassis.view import View, prepared

BESIDE: Final = "rebuilt_"
PAGE: Final = 2_000


async def rebuild(store: Store, database: Database, metadata: MetaData, view: View[Any]) -> int:
    """Make `view` again from every event of the store, and tell the position reached. Readers see the old rows until
    the new ones are complete. A live projection goes on meanwhile: what was written while the tables were swapped is
    applied once more, so `apply` must be repeatable.
    """
    beside = MetaData()
    tables, live = list(view.define(beside, BESIDE)), list(view.define(metadata, ""))
    await database.run(lambda connection: _empty(connection, beside))
    position = await _fill(store, database, view, tables, None)
    await database.run(lambda connection: _swap(connection, live, tables))
    return await _fill(store, database, view, live, position) or 0


async def _fill(
    store: Store, database: Database, view: View[Any], tables: Sequence[Table], after: int | None
) -> int | None:
    while True:
        page = await store.read_all(after, view.prefixes, PAGE)
        items = await prepared(view, page.events)
        if items:
            await database.run(lambda connection, items=items: view.apply(connection, tables, items))  # type: ignore[misc]
        after = page.position
        if page.caught_up:
            return after


def table_hash(connection: Connection, table: Table) -> str:
    """A hash of all rows, whatever their order: two builds of a view are equal if it is."""
    rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _empty(connection: Connection, beside: MetaData) -> None:
    beside.drop_all(connection)
    beside.create_all(connection)


def _swap(connection: Connection, live: Sequence[Table], beside: Sequence[Table]) -> None:
    # Rows move, tables stay: a swap of names would leave indexes and other processes' statements behind.
    for old, new in zip(live, beside, strict=True):
        connection.execute(delete(old))
        connection.execute(insert(old).from_select([column.name for column in new.columns], select(new)))
        new.drop(connection)
