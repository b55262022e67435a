"""Queues notices until the mail server accepts them: one row each, sealed under its complaint's key."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, bindparam, func, select, update

from chassis.base.ports import KeyRing
from chassis.sql.database import Database
from chassis.sql.types import microseconds
from intake.notices.port import Mailbox, Notice
from intake.notices.return_token import token_of
from intake.storage.returned_mail import ReturnedMail, lane_of
from intake.storage.sql import execute
from intake.storage.tables import queued_notices as queued
from schemas.base.sealed import ERASED, Keys

CLAIM: Final = timedelta(seconds=60)
"""How long a claimed notice is reserved; longer than any try lasts."""
FORGOTTEN: Final = "forgotten"
_FIELD: Final = "letter"
_QUEUE: Final = (
    "insert into letters (id, complaint, lane, sealed, queued_at, due_at, tries) "
    "select %s, %s, %s, %s, %s, %s, 0 where not exists (select 1 from returned_mail where lane = %s) "
    "on conflict do nothing"
)

_EARLIER: Final = queued.alias("earlier")
_DUE: Final = (
    select(queued)
    .where(
        queued.c.due_at <= bindparam("now"),
        ~select(_EARLIER.c.number)
        .where(
            _EARLIER.c.lane == queued.c.lane,
            _EARLIER.c.due_at.is_not(None),
            _EARLIER.c.number < queued.c.number,
        )
        .exists(),
    )
    .order_by(queued.c.due_at)
    .limit(1)
)
_TAKEN: Final = (
    update(queued)
    .where(queued.c.number == bindparam("which"), queued.c.due_at == bindparam("was_due"))
    .values(due_at=bindparam("until"), tries=bindparam("tried"))
)
_DONE: Final = (
    update(queued).where(queued.c.id == bindparam("which")).values(sealed=None, due_at=None, ending=bindparam("how"))
)
_LATER: Final = (
    update(queued)
    .where(queued.c.id == bindparam("which"), queued.c.due_at.is_not(None))
    .values(due_at=bindparam("then"))
)
_FORGET: Final = (
    update(queued)
    .where(queued.c.complaint == bindparam("whose"), queued.c.due_at.is_not(None))
    .values(sealed=None, due_at=None, ending=FORGOTTEN)
)
_ENDING: Final = select(queued.c.ending).where(queued.c.id == bindparam("which"))
"""Built once, because they run several times a second."""


class QueuedNotice(NamedTuple):
    """A claimed notice. `number`: its own in this database. `tries` includes this one; `queued_at` is real time."""

    number: int
    id: UUID
    complaint: UUID
    sealed: str
    tries: int
    queued_at: datetime


class Outbox:
    """Implements `intake.notices.port.Mailbox` by queueing for another mailbox."""

    def __init__(self, database: Database, keyring: KeyRing, mailbox: Mailbox, now: Callable[[], datetime]) -> None:
        """`mailbox`: where queued notices are sent. `now`: real time."""
        self._database, self._keyring, self._now = database, keyring, now
        self.mailbox, self.returned = mailbox, ReturnedMail(database)

    async def send(self, notice: Notice) -> None:
        """Queue a notice. Repeatable; dropped if the complaint is erased or mail to the address came back for good."""
        keys = await self._keys(notice.complaint)
        if not keys.generations:
            return
        content = to_json({"to": notice.to, "subject": notice.subject, "body": notice.body}).decode()
        lane, now = lane_of(notice.complaint, keys, notice.to).bytes, microseconds(self._now())
        row = (notice.id.bytes, notice.complaint.bytes, lane, keys.seal(notice.id, _FIELD, content), now, now, lane)
        await execute(self._database, _QUEUE, *row)

    async def forget(self, complaint: UUID) -> None:
        """Drop the queued notices of a complaint, and delete the sent ones from the mailbox."""
        whose = {"whose": complaint.bytes}
        await self._database.run(lambda connection: connection.execute(_FORGET, whose).close())
        await self.returned.forget(complaint)
        await self.mailbox.forget(complaint)

    async def claim(self) -> QueuedNotice | None:
        """Reserve the notice that has been due longest for `CLAIM`; None: none is due.

        Notices of one complaint to one address are claimed in their order.
        """
        return await self._database.run(self._claim)

    async def opened(self, row: QueuedNotice) -> Notice | None:
        """The notice's content; None if erased."""
        keys = await self._keys(row.complaint)
        text = keys.open(row.id, _FIELD, row.sealed)
        if text == ERASED:
            return None
        return Notice(row.id, row.complaint, **from_json(text), token=token_of(row.number, row.id, keys))

    async def end(self, row: QueuedNotice, ending: str) -> None:
        """Delete the content and keep the row, so the same notice is never queued again."""
        values = {"which": row.id.bytes, "how": ending}
        await self._database.run(lambda connection: connection.execute(_DONE, values).close())

    async def give_up_address(self, row: QueuedNotice, status: str) -> None:
        """Drop what waits for the address of this notice, and send nothing to it any more."""
        found = await self.returned.sent(row.number)
        if found is not None:
            await self.returned.mark(found, status, self._now())

    async def forgotten(self, row: QueuedNotice) -> bool:
        """Whether the notice was erased after it was claimed."""
        which = {"which": row.id.bytes}
        return await self._database.read(lambda connection: connection.execute(_ENDING, which).scalar()) == FORGOTTEN

    async def postpone(self, row: QueuedNotice, delay_s: float) -> None:
        """Try it again after this time."""
        later = {"which": row.id.bytes, "then": self._now() + timedelta(seconds=delay_s)}
        await self._database.run(lambda connection: connection.execute(_LATER, later).close())

    async def waiting(self) -> tuple[int, float]:
        """The number of queued notices, and the age of the oldest in seconds."""
        query = select(func.count(), func.min(queued.c.queued_at)).where(queued.c.due_at.is_not(None))
        count, oldest = await self._database.read(lambda connection: connection.execute(query).one())
        return count, (self._now() - oldest).total_seconds() if oldest is not None else 0.0

    def _claim(self, connection: Connection) -> QueuedNotice | None:
        now = self._now()
        row: Any = connection.execute(_DUE, {"now": now}).first()
        if row is None:
            return None
        taken = {"which": row.number, "was_due": row.due_at, "until": now + CLAIM, "tried": row.tries + 1}
        if connection.execute(_TAKEN, taken).rowcount == 0:
            return None  # another worker was first
        id_, complaint = UUID(bytes=row.id), UUID(bytes=row.complaint)
        return QueuedNotice(row.number, id_, complaint, row.sealed, row.tries + 1, row.queued_at)

    async def _keys(self, complaint: UUID) -> Keys:
        return (await self._keyring.load([complaint])).get(complaint, Keys())
