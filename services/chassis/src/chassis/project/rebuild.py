"""A read model made again straight from the store, beside the old one, then swapped in one transaction."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, MetaData, Table, delete, insert, select

from chassis.base.ports import Store
from chassis.project.from_store import StoreProjection
from chassis.project.view import View, prepared
from chassis.sql.database import Database

BESIDE: Final = "rebuilt_"
PAGE: Final = 2_000
Told = Callable[[int, int | None], None]


class Rebuildable(NamedTuple):
    """A read model that can be made again while it is read. `feed`: what feeds it, if that is the store."""

    database: Database
    metadata: MetaData
    view: View[Any]
    feed: StoreProjection | None = None


def rebuildable(feed: StoreProjection) -> Rebuildable:
    """The one that the store feeds."""
    return Rebuildable(feed.database, feed.metadata, feed.view, feed)


async def rebuild(
    store: Store,
    database: Database,
    metadata: MetaData,
    view: View[Any],
    feed: StoreProjection | None = None,
    told: Told = lambda _events, _position: None,
) -> int:
    """Make `view` again from every event of the store, and tell the position reached. Readers see the old rows until
    the new ones are complete; `told` hears, page by page, of how many events and up to which position.

    Whoever feeds it goes on meanwhile. A `feed` from the store is put back to where the new rows end, in the
    transaction that swaps them. A projection from Kafka is not: what it wrote during the swap is applied once more, so
    the `apply` of such a view must be repeatable.
    """
    beside = MetaData()
    tables, live = list(view.define(beside, BESIDE)), list(view.define(metadata, ""))
    await database.run(lambda connection: _empty(connection, beside))
    position = await _fill(store, database, view, tables, None, told)
    await database.run(lambda connection: _swap(connection, live, tables, feed, position))
    if feed is not None:
        return await feed.catch_up() or 0
    return await _fill(store, database, view, live, position, told) or 0


async def _fill(
    store: Store, database: Database, view: View[Any], tables: Sequence[Table], after: int | None, told: Told
) -> int | None:
    while True:
        page = await store.read_all(after, view.prefixes, PAGE)
        items = await prepared(view, page.events)
        if items:
            await database.run(lambda connection, items=items: view.apply(connection, tables, items))  # type: ignore[misc]
        after = page.position
        told(len(page.events), after)
        if page.caught_up:
            return after


def table_hash(connection: Connection, table: Table) -> str:
    """A hash of all rows, whatever their order: two builds of a view are equal if it is."""
    rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _empty(connection: Connection, beside: MetaData) -> None:
    beside.drop_all(connection)
    beside.create_all(connection)


def _swap(
    connection: Connection,
    live: Sequence[Table],
    beside: Sequence[Table],
    feed: StoreProjection | None,
    position: int | None,
) -> None:
    # Rows move, tables stay: a swap of names would leave indexes and other processes' statements behind.
    for old, new in zip(live, beside, strict=True):
        connection.execute(delete(old))
        connection.execute(insert(old).from_select([column.name for column in new.columns], select(new)))
        new.drop(connection)
    if feed is not None:
        feed.reset_position(connection, position)
