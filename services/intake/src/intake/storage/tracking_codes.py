"""Which complaint does a tracking code open? Kept as hash -> complaint, so that the table opens nothing by itself.

The code is HMAC(secret, complaint), so every process gives the same one again, and the table can be made again from
the store and the secret.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from chassis.base.ports import Store
from chassis.sql.database import Database, fetch
from intake.settings import CODES_AT_ONCE
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
        """The code of this complaint. A key: never store or log it."""
        return tracking_code(self._secret, complaint)

    def row(self, complaint: UUID, code: str) -> tuple[bytes, bytes]:
        """What is kept of it."""
        return self._hash(code), complaint.bytes

    async def open(self, code: str) -> UUID:
        """The complaint behind `code`, as typed by a person. The same work whether there is one or not.

        Raises:
            InvalidField: a typing error.
            NotFound: no complaint has this code.
        """
        try:
            hashed = self._hash(parse_tracking_code(code))
        except MalformedCode as error:
            raise InvalidField(field="tracking_code", why=str(error)) from error
        statement = self._database.paramstyle("select complaint from codes where hash = %s")
        found = await self._database.read(lambda connection: fetch(connection, statement, (hashed,)))
        if not found:
            raise NotFound(what="complaint")
        return UUID(bytes=bytes(found[0][0]))

    async def rebuild(self, store: Store) -> int:
        """Add what is missing from the store; how many complaints were seen. Harmless beside running processes."""
        position, seen, caught_up = None, 0, False
        while not caught_up:
            page = await store.read_all(position, (COMPLAINT_PREFIX,), CODES_AT_ONCE)
            position, caught_up = page.position, page.caught_up
            new = [complaint_id(event.stream) for event in page.events if event.type == ComplaintFiled.__name__]
            seen += len(new)
            await self._keep([self.row(complaint, self.of(complaint)) for complaint in new])
        return seen

    async def _keep(self, new: Sequence[tuple[bytes, bytes]]) -> None:
        def insert(connection: Connection) -> None:
            connection.exec_driver_sql(self._database.paramstyle(INSERT), list(new))

        if new:
            await self._database.run(insert)

    def _hash(self, code: str) -> bytes:
        # Keyed, and not by the code's own derivation: whoever holds only the table can check no guess against it.
        return mac(self._secret, b"code " + code.encode())
