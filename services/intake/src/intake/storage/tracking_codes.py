"""Finds the complaint of a tracking code. The table maps hash -> complaint, so it reveals no codes.

The code is HMAC(secret, complaint): every process derives the same one, and the table can be rebuilt from the store and
the secret.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from chassis.base.ports import Store
from chassis.sql.database import Database
from intake.settings import CODES_AT_ONCE
from intake.storage.sql import query
from schemas.base.ids import MalformedCode, parse_tracking_code, tracking_code
from schemas.base.mac import mac
from schemas.base.refusals import InvalidField, NotFound
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id
from schemas.events.intake import ComplaintFiled

INSERT = "insert into codes (hash, complaint) values (%s, %s) on conflict do nothing"


class TrackingCodes:
    """Tracking codes under one secret."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database, self._secret = database, secret

    def of(self, complaint: UUID) -> str:
        """The tracking code. It grants access: never store or log it."""
        return tracking_code(self._secret, complaint)

    def row(self, complaint: UUID, code: str) -> tuple[bytes, bytes]:
        """The table row of a code."""
        return self._hash(code), complaint.bytes

    async def open(self, code: str) -> UUID:
        """The complaint of `code`, as typed by a person. Takes the same time whether there is one or not.

        Raises:
            InvalidField: a typing error.
            NotFound: no complaint has this code.
        """
        try:
            hashed = self._hash(parse_tracking_code(code))
        except MalformedCode as error:
            raise InvalidField(field="tracking_code", why=str(error)) from error
        found = await query(self._database, "select complaint from codes where hash = %s", hashed)
        if not found:
            raise NotFound(what="complaint")
        return UUID(bytes=bytes(found[0][0]))

    async def rebuild(self, store: Store) -> int:
        """Add missing rows from the store; returns the number of complaints. May run beside other processes."""
        position, seen, caught_up = None, 0, False
        while not caught_up:
            page = await store.read_all(position, (COMPLAINT_PREFIX,), CODES_AT_ONCE)
            position, caught_up = page.position, page.caught_up
            new = [complaint_id(event.stream) for event in page.events if event.type == ComplaintFiled.__name__]
            seen += len(new)
            await self._insert([self.row(complaint, self.of(complaint)) for complaint in new])
        return seen

    async def _insert(self, new: Sequence[tuple[bytes, bytes]]) -> None:
        def insert(connection: Connection) -> None:
            connection.exec_driver_sql(self._database.paramstyle(INSERT), list(new))

        if new:
            await self._database.run(insert)

    def _hash(self, code: str) -> bytes:
        # Keyed apart from the code's own derivation, so guesses cannot be checked with the table alone.
        return mac(self._secret, b"code " + code.encode())
