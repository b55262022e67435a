"""Where do notices wait until the mail server takes them? One row each, with its own next try, sealed under its
complaint's key. A server that is down holds up nothing else that intake owes, and no notice is lost to it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, bindparam, func, select, update

from chassis.base.ports import KeyRing
from chassis.sql.database import Database, fetch
from chassis.sql.types import microseconds
from intake.notices.port import Mailbox, Notice
from intake.storage.tables import letters
from schemas.base.ids import derived_id
from schemas.base.sealed import ERASED, Keys

CLAIM: Final = timedelta(seconds=60)
"""Nobody else tries a notice for so long after it was taken up: longer than any one try lasts."""
FORGOTTEN: Final = "forgotten"
_FIELD: Final = "letter"
_QUEUE: Final = (
    "insert into letters (id, complaint, lane, sealed, queued_at, due_at, tries) "
    "values (%s, %s, %s, %s, %s, %s, 0) on conflict do nothing"
)

_EARLIER: Final = letters.alias("earlier")
_DUE: Final = (
    select(letters)
    .where(
        letters.c.due_at <= bindparam("now"),
        ~select(_EARLIER.c.number)
        .where(
            _EARLIER.c.lane == letters.c.lane,
            _EARLIER.c.due_at.is_not(None),
            _EARLIER.c.number < letters.c.number,
        )
        .exists(),
    )
    .order_by(letters.c.due_at)
    .limit(1)
)
_TAKEN: Final = (
    update(letters)
    .where(letters.c.number == bindparam("which"), letters.c.due_at == bindparam("was_due"))
    .values(due_at=bindparam("until"), tries=bindparam("tried"))
)
_DONE: Final = (
    update(letters).where(letters.c.id == bindparam("which")).values(sealed=None, due_at=None, ending=bindparam("how"))
)
_LATER: Final = (
    update(letters)
    .where(letters.c.id == bindparam("which"), letters.c.due_at.is_not(None))
    .values(due_at=bindparam("then"))
)
_FORGET: Final = (
    update(letters)
    .where(letters.c.complaint == bindparam("whose"), letters.c.due_at.is_not(None))
    .values(sealed=None, due_at=None, ending=FORGOTTEN)
)
_ENDING: Final = select(letters.c.ending).where(letters.c.id == bindparam("which"))
"""Made once: they are asked several times a second."""


class QueuedNotice(NamedTuple):
    """A notice that waits. `tries`: this one included. `queued_at`: real time."""

    id: UUID
    complaint: UUID
    sealed: str
    tries: int
    queued_at: datetime


class Outbox:
    """Takes notices at once, for a mailbox that may not: implements `intake.notices.port.Mailbox`."""

    def __init__(self, database: Database, keyring: KeyRing, behind: Mailbox, now: Callable[[], datetime]) -> None:
        """`behind`: where notices go in the end. `now`: real time."""
        self._database, self._keyring, self._now = database, keyring, now
        self.behind = behind

    async def send(self, notice: Notice) -> None:
        """It waits from here on; the same notice again is the same. Of a forgotten complaint nothing is kept."""
        keys = await self._keys(notice.complaint)
        if not keys.generations:
            return
        told = to_json({"to": notice.to, "subject": notice.subject, "body": notice.body}).decode()
        lane = derived_id("lane", str(notice.complaint), keys.mac(notice.to.strip().lower().encode()))
        now = microseconds(self._now())
        row = (notice.id.bytes, notice.complaint.bytes, lane.bytes, keys.seal(notice.id, _FIELD, told), now, now)
        await self._database.run(lambda connection: fetch(connection, self._database.paramstyle(_QUEUE), row))

    async def forget(self, complaint: UUID) -> None:
        """What waits is not sent any more, and what was sent is forgotten."""
        whose = {"whose": complaint.bytes}
        await self._database.run(lambda connection: connection.execute(_FORGET, whose).close())
        await self.behind.forget(complaint)

    async def claim(self) -> QueuedNotice | None:
        """The notice that has been due for longest, kept from everybody else for `CLAIM`; None: none is due.

        Of one complaint's notices to one address only the oldest that waits is ever handed out: order is kept.
        """
        return await self._database.run(self._claim)

    async def opened(self, letter: QueuedNotice) -> Notice | None:
        """What it says, to whom; None if that is forgotten."""
        keys = await self._keys(letter.complaint)
        text = keys.open(letter.id, _FIELD, letter.sealed)
        return None if text == ERASED else Notice(letter.id, letter.complaint, **from_json(text))

    async def end(self, letter: QueuedNotice, ending: str) -> None:
        """It waits no more, and what it said is not kept. The row stays: the same notice is never queued again."""
        said = {"which": letter.id.bytes, "how": ending}
        await self._database.run(lambda connection: connection.execute(_DONE, said).close())

    async def forgotten(self, letter: QueuedNotice) -> bool:
        """Whether its reporter asked to be forgotten since it was taken up."""
        which = {"which": letter.id.bytes}
        return await self._database.read(lambda connection: connection.execute(_ENDING, which).scalar()) == FORGOTTEN

    async def rest(self, letter: QueuedNotice, rest_s: float) -> None:
        """It is tried again after so long."""
        later = {"which": letter.id.bytes, "then": self._now() + timedelta(seconds=rest_s)}
        await self._database.run(lambda connection: connection.execute(_LATER, later).close())

    async def waiting(self) -> tuple[int, float]:
        """How many wait, and since how many seconds the oldest does."""
        query = select(func.count(), func.min(letters.c.queued_at)).where(letters.c.due_at.is_not(None))
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
        return QueuedNotice(UUID(bytes=row.id), UUID(bytes=row.complaint), row.sealed, row.tries + 1, row.queued_at)

    async def _keys(self, complaint: UUID) -> Keys:
        return (await self._keyring.load([complaint])).get(complaint, Keys())
