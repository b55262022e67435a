"""Which addresses mail came back from: one row for each complaint and address. The address itself is not stored."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, update

from chassis.sql.database import Database, fetch
from chassis.sql.types import microseconds
from intake.storage.sql import execute, query
from intake.storage.tables import queued_notices as queued
from schemas.base.ids import derived_id
from schemas.base.sealed import Keys

RETURNED: Final = "returned"
_NOTE: Final = "insert into returned_mail (lane, complaint, status, at) values (%s, %s, %s, %s) on conflict do nothing"
_END: Final = (
    update(queued)
    .where(queued.c.lane == bindparam("which"), queued.c.due_at.is_not(None))
    .values(sealed=None, due_at=None, ending=RETURNED)
)
_CAME_BACK: Final = update(queued).where(queued.c.id == bindparam("which")).values(ending=RETURNED)
_COUNT: Final = (
    "insert into bounces (outcome, mails) values (%s, 1) on conflict (outcome) do update set mails = bounces.mails + 1"
)


def lane_of(complaint: UUID, keys: Keys, address: str) -> UUID:
    """Names an address of one complaint without revealing it.

    Raises:
        KeyError: the complaint has no key.
    """
    return derived_id("lane", str(complaint), keys.mac(address.strip().lower().encode()))


class SentNotice(NamedTuple):
    """A notice of the outbox. `lane`: its complaint and address."""

    id: UUID
    complaint: UUID
    lane: bytes


class ReturnedMail:
    """Marks addresses and ends what waits for them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sent(self, number: int) -> SentNotice | None:
        """The notice of this number; None: there is none."""
        found = await query(self._database, "select id, complaint, lane from letters where number = %s", number)
        for id_, complaint, lane in found:
            return SentNotice(UUID(bytes=bytes(id_)), UUID(bytes=bytes(complaint)), bytes(lane))
        return None

    async def mark(self, notice: SentNotice, status: str, at: datetime) -> bool:
        """Nothing is sent to this address of this complaint any more. Repeatable; False: it was marked before."""

        def mark(connection: Connection) -> bool:
            row = (notice.lane, notice.complaint.bytes, status, microseconds(at))
            marked = connection.exec_driver_sql(self._database.paramstyle(_NOTE), row).rowcount
            connection.execute(_END, {"which": notice.lane})
            connection.execute(_CAME_BACK, {"which": notice.id.bytes})
            return bool(marked)

        return await self._database.run(mark)

    async def has(self, complaint: UUID, keys: Keys, address: str | None) -> bool:
        """Whether mail to this address of this complaint came back for good."""
        if address is None or not keys.generations:
            return False
        lane = lane_of(complaint, keys, address).bytes
        return bool(await query(self._database, "select 1 from returned_mail where lane = %s", lane))

    async def forget(self, complaint: UUID) -> int:
        """Send to every address of this complaint again. Repeatable; returns how many were marked."""
        statement = "delete from returned_mail where complaint = %s returning lane"
        return len(await execute(self._database, statement, complaint.bytes))

    async def count(self, outcome: str) -> None:
        """Count one mail that was read."""
        await execute(self._database, _COUNT, outcome)

    async def counts(self) -> dict[str, int]:
        """How many mails were read, by outcome."""

        def counted(connection: Connection) -> list[tuple[Any, ...]]:
            return fetch(connection, "select outcome, mails from bounces", ())

        return {str(outcome): int(mails) for outcome, mails in await self._database.read(counted)}
