"""Rebuilds a read model from the store in new tables, then swaps the rows in one transaction."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, MetaData, Table, delete, insert, select

from chassis.base.ports import Checkpoint, Store
from chassis.project.from_store import StoreProjection
from chassis.project.view import View, prepared
from chassis.sql.database import Database

REBUILT: Final = "rebuilt_"
PAGE: Final = 2_000
ReportProgress = Callable[[int, int | None], None]


class Rebuildable(NamedTuple):
    """A read model that can be rebuilt while it is read. `projection`: its store projection, if it has one."""

    database: Database
    metadata: MetaData
    view: View[Any]
    projection: StoreProjection | None = None


def rebuildable(projection: StoreProjection) -> Rebuildable:
    """The read model of a store projection."""
    return Rebuildable(projection.database, projection.metadata, projection.view, projection)


async def rebuild(
    store: Store,
    database: Database,
    metadata: MetaData,
    view: View[Any],
    projection: StoreProjection | None = None,
    progress: ReportProgress = lambda _events, _position: None,
) -> int:
    """Rebuild `view` from all events of the store; the position reached. Readers see the old rows until the new ones
    are complete. `progress` is called after every page with its number of events and its position.

    Projections keep running meanwhile. A store `projection` is set to the position of the new rows in the transaction
    that swaps them. A Kafka projection is not: what it wrote during the swap is applied once more, so the `apply` of
    such a view must be idempotent.
    """
    rebuilt = MetaData()
    tables, live = list(view.define(rebuilt, REBUILT)), list(view.define(metadata, ""))
    await database.run(lambda connection: _empty(connection, rebuilt))
    at = await _fill(store, database, view, tables, Checkpoint(), progress)
    await database.run(lambda connection: _swap(connection, live, tables, projection, at))
    if projection is not None:
        return await projection.catch_up() or 0
    return (await _fill(store, database, view, live, at, progress)).position or 0


async def _fill(
    store: Store,
    database: Database,
    view: View[Any],
    tables: Sequence[Table],
    at: Checkpoint,
    progress: ReportProgress,
) -> Checkpoint:
    while True:
        page = await store.read_all(at.position, view.prefixes, PAGE)
        items = await prepared(view, page.events)
        if items:
            await database.run(lambda connection, items=items: view.apply(connection, tables, items))  # type: ignore[misc]
        at = page.after(at)
        progress(len(page.events), at.position)
        if page.caught_up:
            return at


def table_hash(connection: Connection, table: Table) -> str:
    """A hash of all rows, independent of their order, to compare two builds of a view."""
    rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _empty(connection: Connection, rebuilt: MetaData) -> None:
    rebuilt.drop_all(connection)
    rebuilt.create_all(connection)


def _swap(
    connection: Connection,
    live: Sequence[Table],
    rebuilt: Sequence[Table],
    projection: StoreProjection | None,
    at: Checkpoint,
) -> None:
    # Move rows, not tables: renaming tables would invalidate indexes and other processes' statements.
    for old, new in zip(live, rebuilt, strict=True):
        connection.execute(delete(old))
        connection.execute(insert(old).from_select([column.name for column in new.columns], select(new)))
        new.drop(connection)
    if projection is not None:
        projection.reset_position(connection, at)
