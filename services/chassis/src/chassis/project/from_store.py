"""Store projection: a read model filled from the store, without Kafka. Rows and position move in one transaction.

projection = StoreProjection(store, database, METADATA, VIEW)
await projection.run()      # a background task; a second one in another process does no harm
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Select,
    String,
    Table,
    Update,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from chassis.base import metrics
from chassis.base.ports import Page, Store
from chassis.base.retry import RetryPolicy
from chassis.project.view import Overtaken, View, prepared
from chassis.sql.database import Database
from chassis.sql.statements import insert_into

TABLE: Final = "feed_position"
PACE_S: Final = 0.25
"""Pause after a page that caught up: each page costs a transaction, and a pause lets events of one complaint arrive
together.
"""


def position_table(metadata: MetaData) -> Table:
    """The table of positions; declare it in a service's metadata before its `Database` is created."""
    if (known := metadata.tables.get(TABLE)) is not None:
        return known
    columns = (Column("view", String(64), primary_key=True), Column("position", BigInteger, nullable=True))
    return Table(TABLE, metadata, *columns)


@cache
def _reached(positions: Table) -> Select[Any]:
    # Statements are cached: building one costs more than running it.
    return select(positions.c.position).where(positions.c.view == bindparam("view"))


@cache
def _move(positions: Table) -> Update:
    here = (positions.c.view == bindparam("own"), positions.c.position == bindparam("before"))
    return update(positions).where(*here).values(position=bindparam("after"))


class Position:
    """How far one reader has read the store: its row in the table of positions."""

    def __init__(self, metadata: MetaData, name: str) -> None:
        self._table, self._name = position_table(metadata), name

    def read(self, connection: Connection) -> int | None:
        return connection.execute(_reached(self._table), {"view": self._name}).scalar()

    def move(self, connection: Connection, before: int | None, after: int | None) -> None:
        """Raises Overtaken, or IntegrityError for the first position: another process moved it from `before`."""
        if before is None:
            connection.execute(insert_into(self._table), {"view": self._name, "position": after})
        elif not connection.execute(_move(self._table), {"own": self._name, "before": before, "after": after}).rowcount:
            raise Overtaken

    def reset(self, connection: Connection, position: int | None) -> None:
        """Set it unconditionally."""
        connection.execute(delete(self._table).where(self._table.c.view == self._name))
        connection.execute(insert_into(self._table), {"view": self._name, "position": position})


class StoreProjection:
    """Keeps one view up to date from the store."""

    def __init__(self, store: Store, database: Database, metadata: MetaData, view: View[Any]) -> None:
        self.database, self.metadata, self.view = database, metadata, view
        self._store, self._database, self._view = store, database, view
        self._position, self._tables = Position(metadata, view.name), list(view.define(metadata, ""))
        self._retry_policy, self._caught_up, self._position_known = RetryPolicy(), False, False
        self._last_position: int | None = None
        self._at = metrics.VIEW_POSITION.labels(view.name)

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await self._retry_policy.until_up(self._follow, f"feed of {self._view.name}")

    async def _follow(self) -> None:
        position = await self.position()
        async for page in self._store.subscribe(position, self._view.prefixes):
            try:
                position = await self._apply(position, page)
            except Overtaken:
                return
            self._caught_up = page.caught_up
            if page.caught_up:
                await asyncio.sleep(PACE_S)

    async def catch_up(self) -> int | None:
        """Apply everything that the store holds now; the position reached."""
        while True:
            # Try the position of our last write; if another process moved it, the write is refused and we read it.
            position = self._last_position if self._position_known else await self.position()
            page = await self._store.read_all(position, self._view.prefixes)
            self._position_known = False
            try:
                self._last_position = await self._apply(position, page)
            except Overtaken:
                continue
            self._position_known = True
            if page.caught_up:
                return self._last_position

    async def refresh(self, within_s: float) -> None:
        """Catch up for at most `within_s`; rows may then be stale."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.catch_up()

    async def position(self) -> int | None:
        """The position of the rows."""
        return await self._database.read(self._position.read)

    def reset_position(self, connection: Connection, position: int | None) -> None:
        """Set the position of the rows, in the transaction that replaces them; the projection continues from there."""
        self._position.reset(connection, position)

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it is."""
        return None if self._caught_up else f"{self._view.name} is still reading the store"

    async def _apply(self, before: int | None, page: Page) -> int | None:
        if page.position == before:
            return before
        items = await prepared(self._view, page.events)
        try:
            await self._database.run(lambda connection: self._write(connection, before, page.position, items))
        except IntegrityError as error:
            raise Overtaken from error
        self._at.set(page.position or 0)
        return page.position

    def _write(self, connection: Connection, before: int | None, after: int | None, items: Sequence[Any]) -> None:
        if items:
            self._view.apply(connection, self._tables, items)
        self._position.move(connection, before, after)
