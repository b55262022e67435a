"""Notices by mail, over SMTP: what does each of a server's answers mean for this notice, and for the others?"""

import asyncio
from email.message import EmailMessage
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import aiosmtplib

from intake.notices.port import FileMailbox, Mailbox, Notice, NotNow, NotSent, Undeliverable

SENDER: Final = "satupintu@localhost"
ANSWER_S: Final = 10.0
"""For one answer of the server."""
MAIL_S: Final = 30.0
"""For one mail as a whole: a server that answers a letter at a time is as good as down."""
CLOSING: Final = 421
PERMANENT: Final = 500


class SmtpMailbox:
    """Mail over SMTP. Message-ID is the notice's, so that a mail sent twice is shown once. Who left only a telephone
    number gets none.
    """

    def __init__(self, host: str, port: int, sender: str = SENDER, mail_s: float = MAIL_S) -> None:
        self._host, self._port, self._sender = host, port, sender
        self._mail_s, self._answer_s = mail_s, min(ANSWER_S, mail_s)

    async def send(self, notice: Notice) -> None:
        if "@" not in notice.to:
            return
        try:
            async with asyncio.timeout(self._mail_s):
                await aiosmtplib.send(
                    self._mail(notice), hostname=self._host, port=self._port, timeout=self._answer_s, start_tls=False
                )
        except (OSError, aiosmtplib.SMTPException) as error:
            raise _meaning(error) from error

    async def forget(self, complaint: UUID) -> None:
        """Nothing is kept here: what was mailed is in the reporter's own box."""

    def _mail(self, notice: Notice) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, notice.to, notice.subject
        mail["Message-ID"] = f"<{notice.id}@satupintu>"
        mail.set_content(notice.body)
        return mail


def _meaning(error: Exception) -> NotSent | Undeliverable:
    """RFC 5321, section 4.2.1: a reply 4yz may be another one later, 5yz never; 421 is about the server itself."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _meaning(error.recipients[0])
    if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError) and error.code != CLOSING:
        said = f"{type(error).__name__} {error.code}"
        return Undeliverable(said) if error.code >= PERMANENT else NotNow(said)
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return Undeliverable(type(error).__name__)  # an address in letters that the server does not read
    # Also a refused sender or greeting: that is between the server and us, and no notice's fault.
    return NotSent(type(error).__name__)


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
