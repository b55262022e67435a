"""Telling reporters what happened: a port, a folder and a mail server behind it, and a record of what was sent."""

import asyncio
import json
import shutil
import smtplib
from collections.abc import Collection
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final, NamedTuple, Protocol
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from chassis.errors import Retryable
from chassis.sql import Database, listed, rows

SENDER: Final = "satupintu@localhost"
TIMEOUT_S: Final = 10.0
PERMANENT: Final = 500
log = structlog.get_logger(__name__)


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
    """The mailbox did not take it; it may be tried again."""


class Mailbox(Protocol):
    """Takes notices to reporters."""

    async def send(self, notice: Notice) -> None:
        """Accepted on return, or never acceptable (an address that the server knows to be wrong). Raises NotSent."""
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


class SmtpMailbox:
    """Mail over SMTP. Message-ID is the notice's, so that a mail sent twice is shown once. Who left only a telephone
    number gets none.
    """

    def __init__(self, host: str, port: int, sender: str = SENDER) -> None:
        self._host, self._port, self._sender = host, port, sender

    async def send(self, notice: Notice) -> None:
        if "@" in notice.to:
            await asyncio.to_thread(self._send, notice)

    async def forget(self, complaint: UUID) -> None:
        """Nothing is kept here: what was mailed is in the reporter's own box."""

    def _send(self, notice: Notice) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, notice.to, notice.subject
        mail["Message-ID"] = f"<{notice.id}@satupintu>"
        mail.set_content(notice.body)
        try:
            with smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S) as server:
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            if not _refused_for_good(error):
                raise NotSent(type(error).__name__) from error
            # One wrong address must not keep everybody else's notices waiting.
            log.warning("notice undeliverable", notice=str(notice.id), because=type(error).__name__)


def _refused_for_good(error: Exception) -> bool:
    """The server will never take this mail to this address (RFC 5321, section 4.2.1: replies 5yz)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= PERMANENT
    return isinstance(error, smtplib.SMTPNotSupportedError)


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
