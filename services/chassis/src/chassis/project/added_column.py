"""Fills a column that was added to a read model's table, in rows that nothing has touched since.

Such a row does not say what the column says, and readers must take the safer meaning until it does. Without this task
that would last until the complaint's next event, or until somebody rebuilds the read model.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import Column, Connection, bindparam, select, update

from chassis.base.retry import UNREADABLE, RetryPolicy
from chassis.sql.database import Database
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas.complaint.state import Complaint

AT_ONCE: Final = 200
log = structlog.get_logger(__name__)


class AddedColumn:
    """A background task. Several processes may run it on one table."""

    def __init__(
        self, database: Database, column: Column[Any], repository: Repository, value_of: Callable[[Complaint], Any]
    ) -> None:
        """`column`: of a table with one row for each `complaint`; null in rows that were not touched."""
        self._database, self._column, self._repository, self._value_of = database, column, repository, value_of
        self._complaint = column.table.c.complaint
        self._retry_policy = RetryPolicy()

    async def run(self) -> None:
        """Fill it once, then wait until cancelled."""
        name = f"{self._column.table.name}.{self._column.name}"
        filled = await self._retry_policy.until_up(self.fill, f"filling of {name}")
        if filled:
            log.info("filled an added column", column=name, rows=filled)
        await asyncio.Event().wait()

    async def fill(self) -> int:
        """Fill it in every row whose complaint can be read; the number of rows."""
        after, filled = "", 0
        while untouched := await self._database.read(partial(self._untouched, after=after)):
            after = untouched[-1]
            states = [one.state for one in await self._readable(untouched) if one.recorded]
            await self._database.run(partial(self._write, states=states))
            filled += len(states)
        return filled

    def unready(self) -> str | None:
        """None: readers hide what an unfilled row might be."""
        return None

    def _untouched(self, connection: Connection, after: str) -> list[str]:
        query = select(self._complaint).where(self._column.is_(None), self._complaint > after)
        return list(connection.execute(query.order_by(self._complaint).limit(AT_ONCE)).scalars())

    async def _readable(self, complaints: Sequence[str]) -> list[LoadedStream]:
        try:
            return await self._repository.reader.load_many([UUID(each) for each in complaints])
        except UNREADABLE:
            if len(complaints) == 1:
                return []
        return [one for each in complaints for one in await self._readable([each])]

    def _write(self, connection: Connection, states: Sequence[Complaint]) -> None:
        # Only where it is still null: a projection that wrote the row meanwhile knows more.
        table = self._column.table
        statement = update(table).where(self._complaint == bindparam("of"), self._column.is_(None))
        values = [{"of": str(state.id), "value": self._value_of(state)} for state in states]
        if values:
            connection.execute(statement.values({self._column.name: bindparam("value")}), values)
