"""Notices: the port of a mailbox, a mailbox that writes files, and the record of sent notices."""

import asyncio
import json
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import UUID

from chassis.base.errors import Permanent, Retryable
from chassis.sql.database import Database, placeholders
from intake.storage.sql import execute, query


class Notice(NamedTuple):
    """One message to one person. `id` is derived from the fact, so a repeat has the same id. `complaint`: the whole, if
    the fact is a part's. `token`: see `intake.notices.return_token`.
    """

    id: UUID
    complaint: UUID
    to: str
    subject: str
    body: str
    token: str = ""


class NotSent(Retryable):
    """The mailbox accepts nothing at present: it is down, slow, or refuses our server."""


class NotNow(NotSent):
    """The mailbox does not accept this notice at present; it may accept others."""


class Undeliverable(Permanent):
    """The mailbox will never accept this notice: its address is wrong or its content is refused."""


class NoSuchAddress(Undeliverable):
    """Nothing will ever arrive at this address. `status`: as in `5.1.1`."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the address is refused: {status}")
        self.status = status


class Mailbox(Protocol):
    """Sends notices."""

    async def send(self, notice: Notice) -> None:
        """Send a notice. On return it is accepted, or not of this mailbox's kind.

        Raises:
            NotSent, NotNow, Undeliverable.
        """
        ...

    async def forget(self, complaint: UUID) -> None:
        """Delete this complaint's stored notices. Repeatable."""
        ...


class FileMailbox:
    """Writes one file for each notice, named by its id, in a folder for each complaint: for one machine, or for other
    senders to pick up.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, notice: Notice) -> None:
        await asyncio.to_thread(self._write, notice)

    async def forget(self, complaint: UUID) -> None:
        await asyncio.to_thread(shutil.rmtree, self._folder / complaint.hex, ignore_errors=True)

    def _write(self, notice: Notice) -> None:
        content = {"id": str(notice.id), "to": notice.to, "subject": notice.subject, "body": notice.body}
        try:
            folder = self._folder / notice.complaint.hex
            for each in (self._folder, folder):  # `parents` would ignore the mode
                each.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / f"{notice.id}.json"
            unfinished = path.with_suffix(".part")
            unfinished.unlink(missing_ok=True)
            unfinished.touch(mode=0o600)
            unfinished.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            raise NotSent(str(error)) from error


class SentNotices:
    """Ids of notices that were sent or are in the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def among(self, events: Collection[UUID]) -> set[UUID]:
        """The ids among `events` that were sent."""
        if not events:
            return set()
        statement = f"select event from notices where event in ({placeholders(len(events))})"  # noqa: S608
        found = await query(self._database, statement, *(event.bytes for event in events))
        return {UUID(bytes=bytes(row[0])) for row in found}

    async def note(self, event: UUID, complaint: UUID, at: datetime) -> None:
        """Record that it was sent."""
        statement = "insert into notices (event, complaint, sent_at) values (%s, %s, %s) on conflict do nothing"
        await execute(self._database, statement, event.bytes, complaint.bytes, at.isoformat())
