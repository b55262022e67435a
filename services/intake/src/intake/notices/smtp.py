"""Sends notices by SMTP, and maps the server's replies to the mailbox's errors."""

import asyncio
from email.message import EmailMessage
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import aiosmtplib

from intake.notices.port import FileMailbox, Mailbox, Notice, NotNow, NotSent, Undeliverable

SENDER: Final = "satupintu@localhost"
REPLY_TIMEOUT_S: Final = 10.0
"""For one reply of the server."""
MAIL_TIMEOUT_S: Final = 30.0
"""For one whole mail, so that a server that replies one character at a time counts as down."""
CLOSING: Final = 421
PERMANENT: Final = 500


class SmtpMailbox:
    """Sends mail with the notice's id as Message-ID, so mail programs show a repeat once. Skips telephone numbers."""

    def __init__(self, host: str, port: int, sender: str = SENDER, mail_s: float = MAIL_TIMEOUT_S) -> None:
        self._host, self._port, self._sender = host, port, sender
        self._mail_s, self._answer_s = mail_s, min(REPLY_TIMEOUT_S, mail_s)

    async def send(self, notice: Notice) -> None:
        if "@" not in notice.to:
            return
        try:
            async with asyncio.timeout(self._mail_s):
                await aiosmtplib.send(
                    self._mail(notice), hostname=self._host, port=self._port, timeout=self._answer_s, start_tls=False
                )
        except (OSError, aiosmtplib.SMTPException) as error:
            raise _translated(error) from error

    async def forget(self, complaint: UUID) -> None:
        """Nothing is stored here."""

    def _mail(self, notice: Notice) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, notice.to, notice.subject
        mail["Message-ID"] = f"<{notice.id}@satupintu>"
        mail.set_content(notice.body)
        return mail


def _translated(error: Exception) -> NotSent | Undeliverable:
    # RFC 5321, section 4.2.1: 4yz is temporary, 5yz is permanent; 421 concerns the server itself.
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _translated(error.recipients[0])
    if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError) and error.code != CLOSING:
        reply = f"{type(error).__name__} {error.code}"
        return Undeliverable(reply) if error.code >= PERMANENT else NotNow(reply)
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return Undeliverable(type(error).__name__)  # a non-ASCII address, and the server has no SMTPUTF8
    # Includes a refused sender or greeting, which is no fault of the notice.
    return NotSent(type(error).__name__)


def mailbox_of(url: str, folder: Path) -> Mailbox:
    """The mailbox for `file:` or `smtp://host:port`.

    Raises:
        ValueError: another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FileMailbox(folder)
    if parts.scheme == "smtp" and parts.hostname:
        return SmtpMailbox(parts.hostname, parts.port or 25)
    raise ValueError(f"notices go to file: or smtp://host:port, not {url}")
