"""Sends notices by SMTP, and maps the server's replies to the mailbox's errors."""

import asyncio
import re
import ssl
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib

from chassis.base.addresses import is_loopback
from chassis.base.settings import PREFIX, BadSetting, Settings
from intake.contacts import mail_address
from intake.notices.port import FileMailbox, Mailbox, NoSuchAddress, Notice, NotNow, NotSent, Undeliverable
from intake.notices.return_token import PLACE, TOKEN_CHARACTERS

SENDER: Final = "satupintu@localhost"
REPLY_TIMEOUT_S: Final = 10.0
"""For one reply of the server."""
MAIL_TIMEOUT_S: Final = 30.0
"""For one whole mail, so that a server that replies one character at a time counts as down."""
CLOSING: Final = 421
LOCAL_PART_BYTES: Final = 64
"""RFC 5321, section 4.5.3.1.1."""
PERMANENT: Final = 500
_NO_SUCH_ADDRESS: Final = re.compile(r"\s*(5\.[12]\.\d{1,3})(?!\d)")
"""RFC 3463: of the address or its mailbox. Without such a code a refusal may be of the server, as of one that may not
relay.
"""
PORTS: Final = {"none": 25, "starttls": 587, "implicit": 465}


class SmtpServer(NamedTuple):
    """Where and how mail is handed over. `ca`: PEM file of the authorities to trust instead of the system's."""

    host: str
    port: int
    sender: str = SENDER
    """The header `From`, perhaps with a display name."""
    envelope: str | None = None
    """Where bounces go (RFC 5321 `MAIL FROM`), perhaps with a place for the token; None: the address of `sender`."""
    tls: Literal["none", "starttls", "implicit"] = "none"
    user: str | None = None
    password: str | None = None
    ca: str | None = None


class SmtpMailbox:
    """Sends mail with the notice's token as Message-ID, so mail programs show a repeat once and a bounce names its
    notice. Telephone numbers go to `phones`; without it they are skipped.
    """

    def __init__(self, server: SmtpServer, mail_s: float = MAIL_TIMEOUT_S, phones: Mailbox | None = None) -> None:
        self._server, self._phones = server, phones
        self._mail_s, self._answer_s = mail_s, min(REPLY_TIMEOUT_S, mail_s)
        address = parseaddr(server.sender)[1]
        self._envelope, self._domain = server.envelope or address, address.rpartition("@")[2]
        self._context = ssl.create_default_context(cafile=server.ca) if server.tls != "none" else None

    async def send(self, notice: Notice) -> None:
        if "@" not in notice.to:
            if self._phones is not None:
                await self._phones.send(notice)
            return
        mail, server = self._mail(notice), self._server
        try:
            async with asyncio.timeout(self._mail_s):
                await aiosmtplib.send(
                    mail,
                    sender=self._envelope.replace(PLACE, notice.token),
                    recipients=[str(mail["To"])],
                    hostname=server.host,
                    port=server.port,
                    username=server.user,
                    password=server.password,
                    use_tls=server.tls == "implicit",
                    start_tls=server.tls == "starttls",
                    tls_context=self._context,
                    timeout=self._answer_s,
                )
        except (OSError, aiosmtplib.SMTPException) as error:
            raise _translated(error) from error

    async def forget(self, complaint: UUID) -> None:
        if self._phones is not None:
            await self._phones.forget(complaint)

    def _mail(self, notice: Notice) -> EmailMessage:
        # Checked again where it is used: rows of an earlier version hold addresses that nobody had checked.
        to = mail_address(notice.to)
        if to is None:
            raise Undeliverable("the address is not one mail address")
        mail = EmailMessage()
        try:
            mail["From"], mail["To"] = self._server.sender, to
            mail["Subject"], mail["Date"] = notice.subject, format_datetime(datetime.now(UTC))  # noqa: TID251
            mail["Message-ID"] = f"<{notice.token or notice.id}@{self._domain}>"
            mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic reply, no loop of mails
            mail.set_content(notice.body)
        except (ValueError, MessageError) as error:
            raise Undeliverable(type(error).__name__) from error
        return mail


def _translated(error: Exception) -> NotSent | Undeliverable:
    # RFC 5321, section 4.2.1: 4yz is temporary, 5yz is permanent; 421 concerns the server itself.
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _translated(error.recipients[0])
    if isinstance(error, aiosmtplib.SMTPRecipientRefused) and (found := _NO_SUCH_ADDRESS.match(error.message)):
        return NoSuchAddress(found.group(1))
    if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError) and error.code != CLOSING:
        reply = f"{type(error).__name__} {error.code}"
        return Undeliverable(reply) if error.code >= PERMANENT else NotNow(reply)
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return Undeliverable(type(error).__name__)  # a non-ASCII address, and the server has no SMTPUTF8
    # Includes a refused sender, greeting or password, which is no fault of the notice.
    return NotSent(type(error).__name__)


def mailbox_of(settings: Settings) -> Mailbox:
    """The mailbox for `file:` or `smtp://[user:password@]host[:port]`.

    Raises:
        BadSetting: the URL, the sender or the kind of encryption is not valid.
    """
    files, parts = FileMailbox(settings.notices_dir), urlsplit(settings.notices_url)
    if parts.scheme == "file":
        return files
    if parts.scheme != "smtp" or not parts.hostname:
        raise BadSetting(f"{PREFIX}NOTICES_URL: notices go to file: or smtp://host:port, not {parts.scheme}:")
    envelope = settings.mail_envelope_from and settings.mail_envelope_from.replace(PLACE, "a" * TOKEN_CHARACTERS)
    for name, address in (("MAIL_FROM", settings.mail_from), ("MAIL_ENVELOPE_FROM", envelope)):
        if address is not None and address != SENDER and mail_address(address) is None:
            raise BadSetting(f"{PREFIX}{name}: {address} is not one mail address")
    if envelope is not None and len(envelope.rpartition("@")[0].encode()) > LOCAL_PART_BYTES:
        raise BadSetting(f"{PREFIX}MAIL_ENVELOPE_FROM: more than {LOCAL_PART_BYTES} bytes before the @, token included")
    if parts.username and settings.mail_tls == "none" and not is_loopback(parts.hostname):
        raise BadSetting(f"{PREFIX}MAIL_TLS: a password is not sent without encryption: set starttls or implicit")
    server = SmtpServer(
        parts.hostname,
        parts.port or PORTS[settings.mail_tls],
        settings.mail_from,
        settings.mail_envelope_from,
        settings.mail_tls,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        str(settings.mail_ca_file) if settings.mail_ca_file else None,
    )
    return SmtpMailbox(server, phones=files if settings.sms_gateway else None)
