"""Finds complaints that an earlier version filed under another spelling of the same UUID.

An installation that began with this version has none. It says so in one row of the table of codes, which names no code,
so that a filing costs no look-up there.
"""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

from chassis.base.ports import Store
from chassis.base.secret_file import FIRST
from chassis.sql.database import Database, placeholders
from intake.storage.sql import execute, query
from intake.storage.tracking_codes import INSERT, TrackingCodes
from schemas.base.streams import COMPLAINT_PREFIX

_NONE_BEFORE = b"no complaint before UUID keys"
_NOTHING = UUID(int=0).bytes


class FormerFilings:
    """Looks complaints up by the hashes of their codes, which the table has as its key."""

    def __init__(self, database: Database, codes: TrackingCodes, store: Store) -> None:
        self._database, self._codes, self._store = database, codes, store
        self._possible: bool | None = None
        self._asking = asyncio.Lock()

    async def find(self, candidates: Callable[[], Sequence[UUID]]) -> UUID | None:
        """The first of them that was filed. `candidates` is called only if there can be any: it costs as much as the
        rest of reading a request.

        Raises:
            ChassisError: as database and store raise.
        """
        if self._possible is None:
            async with self._asking:
                if self._possible is None:
                    self._possible = await self._are_possible()
        if not self._possible or not (complaints := candidates()):
            return None
        # Such filings are older than versions of the secret.
        hashes = [self._codes.row(each, self._codes.of(each, FIRST), FIRST)[0] for each in complaints]
        statement = f"select complaint from codes where hash in ({placeholders(len(hashes))})"  # noqa: S608
        found = {UUID(bytes=bytes(row[0])) for row in await query(self._database, statement, *hashes)}
        return next((each for each in complaints if each in found), None)

    async def _are_possible(self) -> bool:
        if await query(self._database, "select hash from codes where hash = %s", _NONE_BEFORE):
            return False
        if (await self._store.read_all(None, (COMPLAINT_PREFIX,), 1)).events:
            return True
        await execute(self._database, INSERT, _NONE_BEFORE, _NOTHING)
        return False
