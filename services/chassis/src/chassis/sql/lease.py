"""Leases: a row names the process that does the work, and until when (real time, not domain time)."""

import secrets
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import Column, Connection, Float, MetaData, String, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from chassis.sql.database import Database

LEASE_S: Final = 10.0
"""A dead worker's lease expires after this; a living one renews it long before."""


def lease_table(metadata: MetaData) -> Table:
    """The table of leases; a second call returns the same one."""
    if (known := metadata.tables.get("lease")) is not None:
        return known
    columns = (Column("name", String(64), primary_key=True), Column("owner", String(32)), Column("until_s", Float))
    return Table("lease", metadata, *columns)


class Lease:
    """A named lease in a service's own database."""

    def __init__(self, database: Database, table: Table, name: str, now: Callable[[], float] = time.time) -> None:
        self._database, self._table, self._name, self._now = database, table, name, now
        self._owner = secrets.token_hex(16)

    async def hold(self) -> bool:
        """Take or renew it; whether this process has it for the next `LEASE_S` seconds."""
        try:
            return await self._database.run(self._take)
        except IntegrityError:  # two processes created it at once: the other one has it
            return False

    async def release(self) -> None:
        """Release it at once."""
        ours = (self._table.c.name == self._name) & (self._table.c.owner == self._owner)
        await self._database.run(lambda connection: connection.execute(delete(self._table).where(ours)))

    def _take(self, connection: Connection) -> bool:
        table, now = self._table, self._now()
        row = connection.execute(select(table).where(table.c.name == self._name).with_for_update()).first()
        if row is None:
            connection.execute(insert(table).values(name=self._name, owner=self._owner, until_s=now + LEASE_S))
            return True
        if row.owner != self._owner and row.until_s > now:
            return False
        mine = update(table).where(table.c.name == self._name).values(owner=self._owner, until_s=now + LEASE_S)
        connection.execute(mine)
        return True
