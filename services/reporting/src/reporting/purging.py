"""Removes the words of erased and hidden reports from the database's own files, where a deleted row may linger.

SQLite: its index of words keeps deleted ones until its parts are merged, so they are merged at once (Debian's SQLite
3.40 does not know the option `secure-delete` of FTS5, which came with 3.42); then the write-ahead log is emptied.
PostgreSQL: the table and its indexes are written anew.
"""

import asyncio
from typing import Final

import structlog
from sqlalchemy import delete, select, text

from chassis.base.retry import RetryPolicy
from chassis.sql.database import Database
from chassis.sql.engine import SQLITE
from reporting.listing import LISTED, UNPURGED

PERIOD_S: Final = 15.0
_MERGE: Final = text("insert into listed_words(listed_words) values ('optimize')")
log = structlog.get_logger(__name__)


class WordPurge:
    """A background task. Several processes may run it."""

    def __init__(self, database: Database) -> None:
        self._database, self._retry_policy = database, RetryPolicy()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await self._retry_policy.until_up(self.purge, "removal of erased words")
            await asyncio.sleep(PERIOD_S)

    def unready(self) -> str | None:
        """None: readers never see what it removes."""
        return None

    async def purge(self) -> bool:
        """Remove what rows no longer hold; whether anything was removed."""
        mark = await self._database.read(lambda connection: connection.execute(select(UNPURGED.c.mark)).scalar())
        if mark is None:
            return False
        if self._database.dialect == SQLITE:
            await self._database.run(lambda connection: connection.execute(_MERGE))
        if not await asyncio.to_thread(self._database.purge, LISTED.name, rewrite=True):
            return False  # a reader prevented it: later
        # What was deleted meanwhile has set another mark.
        done = delete(UNPURGED).where(UNPURGED.c.mark == mark)
        await self._database.run(lambda connection: connection.execute(done))
        log.info("erased words were removed from the files")
        return True
