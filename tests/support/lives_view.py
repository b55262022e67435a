"""A small read model that counts, so that an event applied twice or not at all shows up in its rows."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert, select, update

from chassis.project.view import View, as_recorded
from chassis.sql.database import Database
from schemas.base.envelope import RecordedEvent


def define(metadata: MetaData, prefix: str) -> Sequence[Table]:
    known = metadata.tables.get(f"{prefix}lives")
    columns = (Column("stream", String(64), primary_key=True), Column("events", Integer), Column("newest", Integer))
    return [known if known is not None else Table(f"{prefix}lives", metadata, *columns)]


def count_them(connection: Connection, tables: Sequence[Table], events: Sequence[RecordedEvent]) -> None:
    [table] = tables
    for event in events:
        change = {"events": table.c.events + 1, "newest": event.version}
        if connection.execute(update(table).where(table.c.stream == event.stream).values(change)).rowcount == 0:
            connection.execute(insert(table).values(stream=event.stream, events=1, newest=event.version))


def lives() -> View[RecordedEvent]:
    """Per complaint: how many events were applied, and the newest version."""
    return View("lives", define, count_them, as_recorded)


class Slow:
    """A `prepare` that can be held: a batch in hand while the world goes on."""

    def __init__(self) -> None:
        self.go, self.held = asyncio.Event(), asyncio.Event()
        self.go.set()

    def view(self) -> View[RecordedEvent]:
        return View("lives", define, count_them, self._prepare)

    async def _prepare(self, events: Sequence[RecordedEvent]) -> Sequence[RecordedEvent]:
        if not self.go.is_set():
            self.held.set()
        await self.go.wait()
        return events


async def counted(database: Database, table: Table) -> int:
    """How many events were applied in all."""
    query = select(table.c.events)
    return sum(await database.read(lambda connection: list(connection.execute(query).scalars())))
