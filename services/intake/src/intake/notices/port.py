"""Telling reporters what happened: the port to a mailbox, a folder behind it, and a record of what was told."""

import asyncio
import json
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import UUID

from chassis.base.errors import Permanent, Retryable
from chassis.sql.database import Database, fetch, placeholders


class Notice(NamedTuple):
    """One message to one reporter. `id` is the fact's: the same message again has the same id. `complaint`: whose
    reporter it is, the whole if the fact is a part's.
    """

    id: UUID
    complaint: UUID
    to: str
    subject: str
    body: str


class NotSent(Retryable):
    """The mailbox takes nothing now, whoever it is for: it is down, slow, or does not want us."""


class NotNow(NotSent):
    """The mailbox does not take this notice now, and may take others."""


class Undeliverable(Permanent):
    """The mailbox will never take this notice: its address is wrong, or its content is not wanted there."""


class Mailbox(Protocol):
    """Takes notices to reporters."""

    async def send(self, notice: Notice) -> None:
        """Accepted on return, or of no concern to this mailbox. Raises NotSent, NotNow, Undeliverable."""
        ...

    async def forget(self, complaint: UUID) -> None:
        """Remove what is kept here of this complaint's notices. Repeatable."""
        ...


class FileMailbox:
    """One folder per complaint and one file per notice, named after its id: sent twice is one file. For one machine,
    and for other senders to pick up.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, notice: Notice) -> None:
        await asyncio.to_thread(self._write, notice)

    async def forget(self, complaint: UUID) -> None:
        await asyncio.to_thread(shutil.rmtree, self._folder / complaint.hex, ignore_errors=True)

    def _write(self, notice: Notice) -> None:
        told = {"id": str(notice.id), "to": notice.to, "subject": notice.subject, "body": notice.body}
        try:
            folder = self._folder / notice.complaint.hex
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / f"{notice.id}.json"
            unfinished = path.with_suffix(".part")
            unfinished.write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            raise NotSent(str(error)) from error


class SentNotices:
    """Which facts reporters were told of, or will be: their notices are in the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def among(self, events: Collection[UUID]) -> set[UUID]:
        """Those of `events` that were told."""
        if not events:
            return set()
        statement = self._database.paramstyle(f"select event from notices where event in ({placeholders(len(events))})")  # noqa: S608
        keys = [event.bytes for event in events]
        found = await self._database.read(lambda connection: fetch(connection, statement, keys))
        return {UUID(bytes=bytes(row[0])) for row in found}

    async def note(self, event: UUID, complaint: UUID, at: datetime) -> None:
        """It was told."""
        statement = "insert into notices (event, complaint, sent_at) values (%s, %s, %s) on conflict do nothing"
        values = (event.bytes, complaint.bytes, at.isoformat())
        marked = self._database.paramstyle(statement)
        await self._database.run(lambda connection: fetch(connection, marked, values))
