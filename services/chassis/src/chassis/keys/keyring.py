"""Key ring: the keys that seal complaints' text, in one table, each encrypted with a master key stored elsewhere.

Destroying a complaint's keys erases its text. The rows stay as tombstones without a key, so that the same generation is
never created again.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from chassis.base.clock import SystemClock
from chassis.base.group_commit import GroupCommit
from chassis.base.secret_file import Secrets
from chassis.keys.cache import KeyCache
from chassis.keys.rewrap import START, count_page, rewrap_check, rewrap_page
from chassis.keys.table import (
    HISTORY,
    TABLE,
    check,
    destroyed,
    next_generation,
    read_keys,
    read_level,
    tombstone,
    with_first_generation,
)
from chassis.keys.wrap import Wrapper
from chassis.sql.database import Database
from chassis.sql.engine import POSTGRESQL
from schemas.base.sealed import Keys

Living = dict[UUID, Keys]


class SqlKeyRing:
    """Implements `chassis.base.ports.KeyRing` on SQLite or PostgreSQL; several processes share one table.

    Every method may raise `WrongStore` (the table was created with another master key) and the errors of
    `chassis.sql.database.Database`; `ensure` also `Busy`.
    """

    def __init__(
        self,
        url: str,
        master_keys: Secrets | bytes,
        now: Callable[[], datetime] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ValueError: a master key has not 32 bytes, or `url` is no SQL database."""
        self._wrapper = Wrapper(master_keys)
        self._database = Database(url, HISTORY)
        self._now = now or SystemClock().now
        self._group = GroupCommit[frozenset[UUID], Living]("key-write", self._ensure_together)
        self._cache = KeyCache(monotonic)
        self._checked = False

    @property
    def shared(self) -> bool:
        """Whether processes of two versions may use it at once: on PostgreSQL."""
        return self._database.dialect == POSTGRESQL

    async def feature_level(self) -> int:
        """What facts may be written: see `schemas.events.levels`. Kept here because every process opens the key ring,
        and because not every event store has tables.
        """
        return await self._database.read(read_level)

    async def check(self) -> None:
        """Raises NotMigrated, TooNew: see `chassis.sql.database.Database.check`."""
        await self._database.check()

    async def ensure(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        found, missing = await self._cached(complaints)
        if missing:
            token = self._cache.begin()
            found |= self._cache.keep(await self._group.submit(missing, weight=len(missing)), token)
        return found

    async def load(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        found, missing = await self._cached(complaints)
        if missing:
            token = self._cache.begin()
            read = await self._database.read(lambda connection: self._read(connection, missing))
            found |= self._cache.keep(read, token)
        return found

    async def destroy(self, complaint: UUID) -> None:
        await self._check()
        self._cache.evict(complaint)
        await self._database.run(lambda connection: tombstone(connection, complaint, self._now()))
        self._cache.evict(complaint)
        await asyncio.to_thread(self._database.purge, TABLE)

    async def destroyed(self) -> list[UUID]:
        await self._check()
        return await self._database.read(destroyed)

    async def renew(self, complaint: UUID) -> Keys:
        """Add a generation of keys, with which new text is sealed; all keys."""
        await self._check()
        await self._database.run(lambda connection: next_generation(connection, self._wrapper, complaint))
        self._cache.evict(complaint)
        return (await self.load([complaint]))[complaint]

    async def rewrap(self, progress: Callable[[int], None] = lambda _rows: None) -> int:
        """Wrap every key with the newest master key, page by page; the number of rows changed. Other processes go on.
        Repeatable: after a kill, what was done stays done. `progress` gets the rows of each page.
        """
        await self._check()
        changed, after = 0, START
        while after is not None:
            page = await self._database.run(partial(rewrap_page, wrapper=self._wrapper, after=after))
            changed, after = changed + page.changed, page.last
            progress(page.seen)
        await self._database.run(lambda connection: rewrap_check(connection, self._wrapper))
        await asyncio.to_thread(self._database.purge, TABLE)
        return changed

    async def wrapped_by(self) -> Mapping[int, int]:
        """How many keys each version of the master key has wrapped. Reads the whole table."""
        await self._check()
        counts, after = Counter[int](), START
        while after is not None:
            page = await self._database.read(partial(count_page, wrapper=self._wrapper, after=after))
            counts.update(page.versions)
            after = page.last
        return counts

    async def close(self) -> None:
        """Finish accepted requests, then close every connection."""
        await self._group.close()
        await self._database.close()

    async def _cached(self, complaints: Collection[UUID]) -> tuple[Living, frozenset[UUID]]:
        await self._check()
        found = self._cache.find(complaints)
        return found, frozenset(complaints) - found.keys()

    async def _check(self) -> None:
        if not self._checked:
            await self._database.run(lambda connection: check(connection, self._wrapper))
            self._checked = True

    def _read(self, connection: Connection, complaints: Collection[UUID]) -> Living:
        found = read_keys(connection, self._wrapper, complaints)
        return {complaint: found.get(complaint, Keys()) for complaint in complaints}

    def _ensure_together(self, requests: Sequence[frozenset[UUID]]) -> list[Living | Exception]:
        every = frozenset().union(*requests)
        found = self._database.write_now(lambda connection: with_first_generation(connection, self._wrapper, every))
        return [{complaint: found[complaint] for complaint in one} for one in requests]


_FIRST: Final = 1


class MemoryKeyRing:
    """The key ring of tests and simulations: derives keys from complaint and generation, so that seeded runs repeat."""

    def __init__(self) -> None:
        self._living: dict[UUID, list[int]] = {}
        self._newest: dict[UUID, int] = {}
        self._keys: dict[UUID, Keys] = {}

    async def ensure(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        for complaint in complaints:
            if complaint not in self._newest:
                self._add(complaint, _FIRST)
        return await self.load(complaints)

    async def load(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        return {complaint: self._of(complaint) for complaint in complaints}

    async def destroy(self, complaint: UUID) -> None:
        self._living.pop(complaint, None)
        self._keys.pop(complaint, None)

    async def destroyed(self) -> list[UUID]:
        return [complaint for complaint in self._newest if complaint not in self._living]

    async def renew(self, complaint: UUID) -> Keys:
        self._add(complaint, self._newest.get(complaint, 0) + 1)
        return (await self.load([complaint]))[complaint]

    async def close(self) -> None:
        """Nothing to close."""

    def _add(self, complaint: UUID, generation: int) -> None:
        self._newest[complaint] = generation
        self._living.setdefault(complaint, []).append(generation)
        self._keys.pop(complaint, None)

    def _of(self, complaint: UUID) -> Keys:
        known = self._keys.get(complaint)
        if known is None:
            living = self._living.get(complaint, ())
            known = self._keys[complaint] = Keys({one: _derived(complaint, one) for one in living})
        return known


def _derived(complaint: UUID, generation: int) -> bytes:
    return hashlib.sha256(b"key of a test" + complaint.bytes + generation.to_bytes(4, "big")).digest()
