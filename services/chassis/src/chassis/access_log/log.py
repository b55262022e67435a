"""The access log: an append-only table of sign-ins, refusals and credential changes, in a chain (`entry.py`).

    await log.append(Kind.CREDENTIAL_MADE, who, {"agency": "pln", "user": "agency.pln.1"})

SQLite or PostgreSQL, where triggers refuse to change or delete an entry; several processes append to one log.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from chassis.access_log.entry import About, Chained, Checked, Entry, Head, Kind, check, code, key_name, new_entry
from chassis.access_log.table import HISTORY, add, all_entries, last, lock, newest_first, page
from chassis.base.clock import SystemClock
from chassis.base.ports import TimeSource
from chassis.sql.database import Database
from schemas.access.principal import PUBLIC, Principal

__all__ = ["CALLS_A_MINUTE", "AccessLog", "Head", "Kind"]

CALLS_A_MINUTE: Final = 120
"""Refused calls that a process lists one by one. More within a minute are counted: a flood must not fill the disk."""
FLUSH_EVERY_S: Final = 1.0
PAGE: Final = 1000
MINUTE: Final = timedelta(minutes=1)
logger = structlog.get_logger(__name__)


class AccessLog:
    """The log in one database. Every method raises what `chassis.sql.database.Database` raises."""

    def __init__(
        self, url: str, key: bytes, clock: TimeSource | None = None, former_keys: Sequence[bytes] = ()
    ) -> None:
        """`clock`: real time unless a test gives another one. `former_keys`: of entries made before the master key was
        replaced. Raises ValueError: `url` is no SQL database.
        """
        self.database = Database(url, HISTORY)
        self._key, self._clock = key, clock or SystemClock()
        self._keys: Mapping[str, bytes] = {key_name(each): each for each in (key, *former_keys)}
        self._waiting: list[tuple[Kind, Principal, About]] = []
        self._window, self._listed, self._unlisted = self._clock.now(), 0, 0
        self._flushing: asyncio.Task[None] | None = None

    async def append(self, kind: Kind, who: Principal, about: About) -> None:
        now = self._clock.now()
        new_entry(0, now, kind, who, about)
        await self.database.run(lambda connection: self._add(connection, now, [(kind, who, about)]))

    async def credential_ended(self, who: Principal, about: About) -> None:
        """Write that a credential ended, unless the newest entry about this `user` says so: several processes may find
        the same credential due, and one may die between this entry and the end.
        """
        now = self._clock.now()
        new_entry(0, now, Kind.CREDENTIAL_ENDED, who, about)
        await self.database.run(lambda connection: self._add_ending(connection, now, who, about))

    def call_refused(self, who: Principal, about: About, kind: Kind = Kind.CALL_REFUSED) -> None:
        """Note a refused call or sign-in. It is written within about a second, or counted if there are too many: the
        caller, who may be anybody, does not wait for a disk. Needs a running loop.
        """
        if self._clock.now() - self._window >= MINUTE:
            self._next_minute()
        if self._listed >= CALLS_A_MINUTE:
            self._unlisted += 1
            return
        self._listed += 1
        self._waiting.append((kind, who, about))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush_soon())

    async def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            now = self._clock.now()
            await self.database.run(lambda connection: self._add(connection, now, waiting))

    async def read(self, after: int = 0, limit: int = PAGE) -> list[Entry]:
        """Up to `limit` entries after number `after`, oldest first."""
        found = await self.database.read(lambda connection: page(connection, after, limit))
        return [chained.entry for chained in found]

    async def check(self, noted: Head | None = None) -> Checked:
        """Check the whole chain, and that the `noted` head is still in it."""
        return await self.database.read(lambda connection: check(all_entries(connection), self._keys, noted))

    async def close(self) -> None:
        """Write what waits, then close every connection."""
        if self._flushing is not None:
            self._flushing.cancel()
        self._next_minute()
        try:
            await self.flush()
        finally:
            await self.database.close()

    def _next_minute(self) -> None:
        if self._unlisted:
            self._waiting.append((Kind.CALLS_NOT_LISTED, PUBLIC, {"count": self._unlisted}))
        self._window, self._listed, self._unlisted = self._clock.now(), 0, 0

    async def _flush_soon(self) -> None:
        await asyncio.sleep(FLUSH_EVERY_S)
        try:
            await self.flush()
        except Exception as error:  # noqa: BLE001 - nobody awaits this task; the entries are lost and that is said
            logger.error("refused calls could not be written to the access log", error=str(error))

    def _add_ending(self, connection: Connection, now: datetime, who: Principal, about: About) -> None:
        lock(connection)
        kinds = (Kind.CREDENTIAL_MADE, Kind.CREDENTIAL_ENDED)
        newest = next(
            (each for each in newest_first(connection, kinds) if each.about.get("user") == about["user"]), None
        )
        if newest is None or newest.kind != Kind.CREDENTIAL_ENDED:
            self._add(connection, now, [(Kind.CREDENTIAL_ENDED, who, about)])

    def _add(self, connection: Connection, now: datetime, entries: Sequence[tuple[Kind, Principal, About]]) -> None:
        lock(connection)
        number, before = last(connection)
        for kind, who, about in entries:
            number += 1
            entry = new_entry(number, now, kind, who, about)
            before = code(self._key, before, entry)
            add(connection, Chained(entry, key_name(self._key), before))
            logger.info("access", number=number, kind=entry.kind, chain=before.hex())
