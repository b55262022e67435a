"""Finds complaints that an earlier version filed under another id: under another spelling of the same UUID, or under
the name that a channel gateway had before its topic or token named it.

An installation that began with this version has none of either kind. It says so in two rows of the table of codes,
which name no code, so that a filing costs no look-up there.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from chassis.base.ports import Store
from chassis.base.secret_file import FIRST
from chassis.sql.database import Database, placeholders
from intake.storage.sql import execute, query
from intake.storage.tracking_codes import INSERT, TrackingCodes
from schemas.base.client_keys import before_gateways, gateway_of_client
from schemas.base.streams import COMPLAINT_PREFIX, complaint_stream

_NONE_BEFORE = b"no complaint before UUID keys"
_NO_GATEWAY_BEFORE = b"no complaint before gateways' topics"
_NOTHING = UUID(int=0).bytes
NO_GATEWAYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})


class FormerFilings:
    """Looks complaints of other spellings up by the hashes of their codes, which the table has as its key, and those of
    gateways in the store.
    """

    def __init__(
        self,
        database: Database,
        codes: TrackingCodes,
        store: Store,
        gateways: Mapping[str, tuple[str, ...]] = NO_GATEWAYS,
    ) -> None:
        """`gateways`: see `chassis.base.gateways.Gateways`."""
        self._database, self._codes, self._store, self._gateways = database, codes, store, gateways
        self._possible: bool | None = None
        self._gateways_possible = True
        self._asking = asyncio.Lock()

    def clients(self, client: str) -> tuple[str, ...]:
        """The clients under which this one may have filed before; none unless it is a channel gateway."""
        gateway = gateway_of_client(client)
        return () if gateway is None else before_gateways(gateway, self._gateways.get(gateway, ()))

    async def find_of_gateway(self, client: str, candidates: Callable[[], Sequence[UUID]]) -> UUID | None:
        """As `find`, for a gateway. Complaints of gateways that it took over may be of any age, so the store is asked.

        Raises:
            ChassisError: as database and store raise.
        """
        await self._ask()
        took_over = bool(self._gateways.get(gateway_of_client(client) or ""))
        if not (took_over or self._gateways_possible):
            return None
        complaints = candidates()
        streams = await self._store.read_many([complaint_stream(each) for each in complaints])
        return next((each for each, events in zip(complaints, streams, strict=True) if events), None)

    async def find(self, candidates: Callable[[], Sequence[UUID]]) -> UUID | None:
        """The first of them that was filed. `candidates` is called only if there can be any: it costs as much as the
        rest of reading a request.

        Raises:
            ChassisError: as database and store raise.
        """
        await self._ask()
        if not self._possible or not (complaints := candidates()):
            return None
        # Such filings are older than versions of the secret.
        hashes = [self._codes.row(each, self._codes.of(each, FIRST), FIRST)[0] for each in complaints]
        statement = f"select complaint from codes where hash in ({placeholders(len(hashes))})"  # noqa: S608
        found = {UUID(bytes=bytes(row[0])) for row in await query(self._database, statement, *hashes)}
        return next((each for each in complaints if each in found), None)

    async def _ask(self) -> None:
        if self._possible is not None:
            return
        async with self._asking:
            if self._possible is None:
                self._gateways_possible = await self._are_possible(_NO_GATEWAY_BEFORE)
                self._possible = await self._are_possible(_NONE_BEFORE)

    async def _are_possible(self, none_before: bytes) -> bool:
        if await query(self._database, "select hash from codes where hash = %s", none_before):
            return False
        if (await self._store.read_all(None, (COMPLAINT_PREFIX,), 1)).events:
            return True
        await execute(self._database, INSERT, none_before, _NOTHING)
        return False
