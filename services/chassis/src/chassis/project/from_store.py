"""A read model fed straight from the store: rows and the position reached move in one transaction. Works without Kafka.

feed = StoreFeed(store, database, METADATA, VIEW)
await feed.run()            # a road of a worker process; two of them do no harm
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
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from chassis.base import metrics
from chassis.base.ports import Page, Store
from chassis.base.retry import RetryPolicy
from chassis.project.view import View, prepared
from chassis.sql.database import Database
from chassis.sql.statements import insert_into

TABLE: Final = "feed_position"
PACE_S: Final = 0.25
"""Between two pages once all is taken in: a page costs a transaction, however little it brings, and what happens to one
complaint in a row is then taken in at once.
"""


class Overtaken(Exception):
    """Another process fed the same page first: nothing of ours was written."""


def position_table(metadata: MetaData) -> Table:
    """The table of positions; declare it in a service's metadata before its `Database` is made."""
    if (known := metadata.tables.get(TABLE)) is not None:
        return known
    columns = (Column("view", String(64), primary_key=True), Column("position", BigInteger, nullable=True))
    return Table(TABLE, metadata, *columns)


@cache
def reached(positions: Table) -> Select[Any]:
    """How far `view` is. Made once: putting a statement together costs more than running it."""
    return select(positions.c.position).where(positions.c.view == bindparam("view"))


@cache
def _move(positions: Table) -> Update:
    """Only from where it stood."""
    here = (positions.c.view == bindparam("own"), positions.c.position == bindparam("before"))
    return update(positions).where(*here).values(position=bindparam("after"))


class StoreProjection:
    """Keeps one view up to date from the store."""

    def __init__(self, store: Store, database: Database, metadata: MetaData, view: View[Any]) -> None:
        self.database, self.metadata, self.view = database, metadata, view
        self._store, self._database, self._view = store, database, view
        self._positions, self._tables = position_table(metadata), list(view.define(metadata, ""))
        self._retry_policy, self._caught_up, self._stands = RetryPolicy(), False, False
        self._here: int | None = None
        self._at = metrics.VIEW_POSITION.labels(view.name)
        self._begin, self._reached, self._move = (
            insert_into(self._positions),
            reached(self._positions),
            _move(self._positions),
        )

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._retry_policy.until_up(self._follow, f"feed of {self._view.name}")

    async def _follow(self) -> None:
        position = await self.position()
        async for page in self._store.subscribe(position, self._view.prefixes):
            try:
                position = await self._take(position, page)
            except Overtaken:
                return
            self._caught_up = page.caught_up
            if page.caught_up:
                await asyncio.sleep(PACE_S)

    async def catch_up(self) -> int | None:
        """Take in everything the store holds now; the position reached."""
        while True:
            # It stands where we left it, unless somebody else moved it: then our write is refused, and we ask.
            position = self._here if self._stands else await self.position()
            page = await self._store.read_all(position, self._view.prefixes)
            self._stands = False
            try:
                self._here = await self._take(position, page)
            except Overtaken:
                continue
            self._stands = True
            if page.caught_up:
                return self._here

    async def refresh(self, within_s: float) -> None:
        """The same, as far as it comes within that time: rows that are a moment old are better than none."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.catch_up()

    async def position(self) -> int | None:
        """How far the rows are."""
        own = {"view": self._view.name}
        return await self._database.read(lambda connection: connection.execute(self._reached, own).scalar())

    def reset_position(self, connection: Connection, position: int | None) -> None:
        """From now on the rows are those of `position`: whoever feeds them goes on from there. In the transaction that
        makes them so.
        """
        table, name = self._positions, self._view.name
        connection.execute(delete(table).where(table.c.view == name))
        connection.execute(insert(table).values(view=name, position=position))

    def unready(self) -> str | None:
        """Why this road is not ready yet; None if it is."""
        return None if self._caught_up else f"{self._view.name} is still reading the store"

    async def _take(self, before: int | None, page: Page) -> int | None:
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
        if before is None:
            # A second first writer breaks on the primary key: its rows are undone with it.
            connection.execute(self._begin, {"view": self._view.name, "position": after})
            return
        where = {"own": self._view.name, "before": before, "after": after}
        if connection.execute(self._move, where).rowcount == 0:
            raise Overtaken
