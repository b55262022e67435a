"""Rate limits whose counts all web processes share through a table, once a second (docs/adr/0045).

A request never waits for the database: it is decided by what this process counted and what the others had counted a
second ago. While the database is away each process limits by its own counts.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, NamedTuple

import structlog
from sqlalchemy import Column, Connection, Index, Integer, MetaData, Table, Text
from sqlalchemy.exc import SQLAlchemyError

from chassis.base.errors import ChassisError
from chassis.http.rate_limit import WINDOW_S, Count, RateLimiter
from chassis.sql.database import Database, execute_many, fetch
from chassis.sql.history import History

PERIOD_S: Final = 1.0
OVERLAP_S: Final = 5
"""By how much the clocks of two processes may differ."""
log = structlog.get_logger(__name__)
metadata: Final = MetaData()
_TABLE: Final = Table(
    "rate_counts",
    metadata,
    Column("limiter", Text, primary_key=True),
    Column("minute", Integer, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("taken", Integer, nullable=False),
    Column("changed_s", Integer, nullable=False, comment="seconds since 1970"),
)
Index("rate_counts_changed", _TABLE.c.changed_s)
HISTORY: Final = History("limits", metadata, "limits_url", "chassis")
_ADD: Final = (
    "insert into rate_counts (limiter, minute, source, taken, changed_s) values (%s, %s, %s, %s, %s) "
    "on conflict (limiter, minute, source) "
    "do update set taken = rate_counts.taken + excluded.taken, changed_s = excluded.changed_s"
)
_CHANGED: Final = "select limiter, minute, source, taken from rate_counts where changed_s >= %s and minute >= %s"


class Row(NamedTuple):
    """What a limiter counted of a source in a minute."""

    limiter: str
    minute: int
    source: str
    taken: int


class SharedLimits:
    """The limiters of a process by name; processes with the same database share what the same name counts."""

    def __init__(self, database: Database | None = None, seconds: Callable[[], float] = time.time) -> None:
        """Without a database nothing is shared."""
        self._database, self._seconds = database, seconds
        self._limiters: dict[str, RateLimiter] = {}
        self._read_s, self._away, self._cleaned = 0, False, 0

    def limiter(self, name: str, per_minute: float) -> RateLimiter:
        """The limiter of this name, which is made if there is none."""
        return self._limiters.setdefault(name, RateLimiter(per_minute, self._seconds))

    @asynccontextmanager
    async def sharing(self) -> AsyncIterator[None]:
        """Share once a second while inside."""
        task = asyncio.create_task(self._run(), name="rate limits")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def share(self) -> None:
        """Write what was counted here and read what was counted anywhere.

        Raises:
            ChassisError: the database is away; what was counted is shared later.
        """
        now_s = int(self._seconds())
        minute = now_s // WINDOW_S
        if self._database is None:
            return
        own = {name: limiter.take_unshared() for name, limiter in self._limiters.items()}
        rows = sorted((name, *count, now_s) for name, counts in own.items() for count in counts)
        since = (self._read_s - OVERLAP_S, minute - 1)

        def exchange(connection: Connection) -> list[Row]:
            if rows:
                execute_many(connection, _ADD, rows)
            if self._cleaned != minute:
                execute_many(connection, "delete from rate_counts where minute < %s", [(minute - 1,)])
            return [Row(*row) for row in fetch(connection, _CHANGED, since)]

        try:
            changed = await (
                self._database.run(exchange) if rows or self._cleaned != minute else self._database.read(exchange)
            )
        except BaseException:
            for name, counts in own.items():
                self._limiters[name].put_back(counts)
            raise
        self._read_s, self._cleaned = now_s, minute
        self._learn(changed)

    async def check(self) -> None:
        """See `chassis.sql.database.Database.check`."""
        if self._database is not None:
            await self._database.check()

    async def close(self) -> None:
        if self._database is not None:
            await self._database.close()

    def _learn(self, rows: list[Row]) -> None:
        found: dict[str, list[Count]] = {}
        for row in rows:
            found.setdefault(row.limiter, []).append(Count(row.minute, row.source, row.taken))
        for name, totals in found.items():
            if (limiter := self._limiters.get(name)) is not None:
                limiter.learn(totals)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PERIOD_S)
            try:
                await self.share()
            except (ChassisError, SQLAlchemyError) as error:
                if not self._away:
                    log.warning("rate limits are not shared", error=type(error).__name__, reason=str(error))
                self._away = True
            else:
                self._away = False
