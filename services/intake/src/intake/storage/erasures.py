"""The list of erased complaints, kept outside every backup: ids and times, nothing personal.

A restored backup holds again what was erased after it was made. `intake.erasures` erases it once more by this list.
"""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text

from chassis.base.ports import Store
from chassis.sql.database import Database
from chassis.sql.history import History
from intake.storage.sql import execute, query

metadata: Final = MetaData()
erasures = Table(
    "erasures",
    metadata,
    Column("store", LargeBinary(16), primary_key=True, comment="of the event store, which restores keep"),
    Column("complaint", LargeBinary(16), primary_key=True),
    Column("at", Text, nullable=False, comment="ISO 8601, UTC"),
)
lists = Table(
    "erasure_lists",
    metadata,
    Column("store", LargeBinary(16), primary_key=True, comment="its earlier erasures were added to the list"),
)
HISTORY: Final = History("erasures", metadata, "erasures_url", "intake")
PAGE: Final = 500
_NOTE: Final = "insert into erasures (store, complaint, at) values (%s, %s, %s) on conflict do nothing"
_PAGE: Final = "select complaint from erasures where store = %s and complaint > %s order by complaint limit %s"


class Erasures:
    """The erased complaints of one event store."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database, self._store = database, store
        self._id: bytes | None = None

    async def note(self, complaint: UUID, at: datetime) -> None:
        """Add a complaint; committed on return. Repeatable: the first time stays."""
        await execute(self._database, _NOTE, await self._store_id(), complaint.bytes, at.isoformat())

    async def begin(self, earlier: Collection[UUID], at: datetime) -> None:
        """Add what was erased before there was this list, and record that it was added."""
        for complaint in earlier:
            await self.note(complaint, at)
        statement = "insert into erasure_lists (store) values (%s) on conflict do nothing"
        await execute(self._database, statement, await self._store_id())

    async def begun(self) -> bool:
        """Whether `begin` was completed for this store."""
        statement = "select store from erasure_lists where store = %s"
        return bool(await query(self._database, statement, await self._store_id()))

    async def pages(self) -> AsyncIterator[list[UUID]]:
        """All complaints of the list, in pages."""
        last = b""
        while found := await query(self._database, _PAGE, await self._store_id(), last, PAGE):
            last = bytes(found[-1][0])
            yield [UUID(bytes=bytes(row[0])) for row in found]

    async def check(self) -> None:
        """See `chassis.sql.database.Database.check`."""
        await self._database.check()

    async def close(self) -> None:
        """Close the database."""
        await self._database.close()

    async def _store_id(self) -> bytes:
        if self._id is None:
            self._id = (await self._store.store_id()).bytes
        return self._id
