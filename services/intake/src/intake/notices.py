"""Telling reporters what happened: a port, a folder and a mail server behind it, and a record of what was sent."""

import asyncio
import json
import smtplib
from collections.abc import Collection
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final, NamedTuple, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from chassis.errors import Retryable
from chassis.sql import Database, listed, rows

SENDER: Final = "satupintu@localhost"
TIMEOUT_S: Final = 10.0


class Notice(NamedTuple):
    """One message to one reporter. `id` is the fact's: the same message again has the same id."""

    id: UUID
    to: str
    subject: str
    body: str


class NotSent(Retryable):
    """The mailbox did not take it; it may be tried again."""


class Mailbox(Protocol):
    """Takes notices to reporters."""

    async def send(self, notice: Notice) -> None:
        """Accepted on return. Raises NotSent."""
        ...


class FileMailbox:
    """One file per notice, named after its id: sent twice is one file. For one machine, and for other senders to pick
    up.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, notice: Notice) -> None:
        await asyncio.to_thread(self._write, notice)

    def _write(self, notice: Notice) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = self._folder / f"{notice.id}.json"
            unfinished = path.with_suffix(".part")
            unfinished.write_text(json.dumps({**notice._asdict(), "id": str(notice.id)}, ensure_ascii=False) + "\n")
            unfinished.replace(path)
        except OSError as error:
            raise NotSent(str(error)) from error


class SmtpMailbox:
    """Mail over SMTP. Message-ID is the notice's, so that a mail sent twice is shown once."""

    def __init__(self, host: str, port: int, sender: str = SENDER) -> None:
        self._host, self._port, self._sender = host, port, sender

    async def send(self, notice: Notice) -> None:
        await asyncio.to_thread(self._send, notice)

    def _send(self, notice: Notice) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, notice.to, notice.subject
        mail["Message-ID"] = f"<{notice.id}@satupintu>"
        mail.set_content(notice.body)
        try:
            with smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S) as server:
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(type(error).__name__) from error


def mailbox_of(url: str, folder: Path) -> Mailbox:
    """`file:` or `smtp://host:port`.

    Raises:
        ValueError: another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FileMailbox(folder)
    if parts.scheme == "smtp" and parts.hostname:
        return SmtpMailbox(parts.hostname, parts.port or 25)
    raise ValueError(f"notices go to file: or smtp://host:port, not {url}")


class Sent:
    """Which facts reporters were told of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def among(self, events: Collection[UUID]) -> set[UUID]:
        """Those of `events` that were told."""
        if not events:
            return set()
        statement = self._database.marks(f"select event from notices where event in ({listed(len(events))})")  # noqa: S608
        keys = [event.bytes for event in events]
        found = await self._database.read(lambda connection: rows(connection, statement, keys))
        return {UUID(bytes=bytes(row[0])) for row in found}

    async def note(self, event: UUID, complaint: UUID, at: datetime) -> None:
        """It was told."""
        statement = "insert into notices (event, complaint, sent_at) values (%s, %s, %s) on conflict do nothing"
        values = (event.bytes, complaint.bytes, at.isoformat())
        marked = self._database.marks(statement)
        await self._database.run(lambda connection: rows(connection, marked, values))
