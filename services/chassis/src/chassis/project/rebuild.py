"""Rebuilds a read model from the store in new tables, which then take the place of the old ones in one transaction."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, MetaData, Table, delete, insert, select

from chassis.base.ports import Checkpoint, Store
from chassis.project.fill import History, Reached
from chassis.project.from_store import StoreProjection
from chassis.project.view import View, prepared
from chassis.sql.database import Database
from chassis.sql.engine import POSTGRESQL

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
    are complete. `progress` is called after every step with its number of events and its position.

    Projections keep running meanwhile. A store `projection` is set to the position of the new rows in the transaction
    that swaps them. A Kafka projection is not: what it wrote during the swap is applied once more, so the `apply` of
    such a view must be idempotent.
    """
    live, anew = list(view.define(metadata, "")), _Anew(view, database.dialect)
    history = History(store, database, metadata, progress)
    await database.run(lambda connection: anew.begin(connection, history))
    history.add(anew)
    await history.fill()
    await database.run(lambda connection: _swap(connection, live, anew, projection))
    if projection is not None:
        return await projection.catch_up() or 0
    return (await _follow(store, database, view, live, anew.at, progress)).position or 0


class _Anew:
    """The new tables, as a fill sees them: empty at first, complete in the end."""

    def __init__(self, view: View[Any], dialect: str) -> None:
        self.metadata = MetaData()
        self.tables = view.define(self.metadata, REBUILT)
        self.view, self.at, self._complete = replace(view, name=f"{REBUILT}{view.name}"), Checkpoint(), False
        if dialect != POSTGRESQL and not view.indexed_load:
            for table in self.tables:  # SQLite cannot rename an index: they are made at the swap
                table.indexes.clear()

    def begin(self, connection: Connection, history: History) -> None:
        """What an interrupted rebuild left is of no use."""
        self.metadata.drop_all(connection)
        self.metadata.create_all(connection)
        history.forget(connection, self)

    async def reached(self) -> Reached:
        end = self.at.position or 0
        return Reached(end, end, lambda _stream: end, lost=not self._complete)

    def begun(self, connection: Connection) -> None:
        """Nothing to keep."""

    def filled(self, _connection: Connection, at: Checkpoint) -> None:
        self.at, self._complete = at, True


async def _follow(
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


def _swap(connection: Connection, live: Sequence[Table], anew: _Anew, projection: StoreProjection | None) -> None:
    for old, new in zip(live, anew.tables, strict=True):
        if old.dispatch.after_create:  # triggers and search indexes hang on the old table
            _copy(connection, old, new)
        else:
            _rename(connection, old, new)
    if projection is not None:
        projection.reset_position(connection, anew.at)


def _copy(connection: Connection, old: Table, new: Table) -> None:
    connection.execute(delete(old))
    connection.execute(insert(old).from_select([column.name for column in new.columns], select(new)))
    new.drop(connection)


def _rename(connection: Connection, old: Table, new: Table) -> None:
    """Put `new` in the place of `old`, with its names. SQLite renames no index, and makes them anew."""
    names = {index.name: str(index.name).replace(REBUILT, "", 1) for index in new.indexes}
    old.drop(connection)
    connection.exec_driver_sql(f"alter table {new.name} rename to {old.name}")
    for index, name in names.items():
        how = (
            f"alter index {index} rename to {name}" if connection.dialect.name == POSTGRESQL else f"drop index {index}"
        )
        connection.exec_driver_sql(how)
    for index_ in old.indexes:
        index_.create(connection, checkfirst=True)
