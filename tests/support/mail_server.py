"""A real SMTP server that a test can make slow, refusing, disconnecting, or stop and start."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local.paths import free_port


class MailServer:
    """`replies`: refusals for a recipient, one for each mail. `slow`: recipients whose mail is accepted only when `release`
    is set. `cut`: recipients whose mail is accepted once, and the connection then closed without a reply. `tls`: starttls
    or implicit, with a certificate for localhost made in `folder`. `login`: the only user and password.
    """

    def __init__(self, *, tls: str = "none", folder: Path | None = None, login: tuple[str, str] | None = None) -> None:
        self.tls, self.login, self.ca, self._context = tls, login, folder and folder / "ca.pem", None
        if folder is not None:
            self._context = _certified(folder)
        self.envelopes, self.encrypted = list[tuple[str, list[str]]](), list[bool]()
        self.port, self.got = free_port(), list[EmailMessage]()
        self.replies: dict[str, list[str]] = {}
        self.slow, self.cut, self.release = set[str](), set[str](), asyncio.Event()
        self.refused = 0
        self._server: asyncio.Server | None = None

    async def up(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._session, "127.0.0.1", self.port, ssl=self._context if self.tls == "implicit" else None
        )

    def _session(self) -> SMTP:
        if self.login is None:
            return SMTP(self, hostname="mail.test")
        return SMTP(
            self,
            hostname="mail.test",
            tls_context=self._context if self.tls == "starttls" else None,
            require_starttls=self.tls == "starttls",
            authenticator=self._authenticate,
            auth_required=self.tls == "starttls",  # implicit TLS is not known to the library
            auth_require_tls=self.tls == "starttls",
        )

    def _authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=given == self.login)

    async def down(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._server = None

    def to(self, address: str) -> list[EmailMessage]:
        """The accepted mails for that address, in order."""
        return [mail for mail in self.got if mail["To"] == address]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.replies.get(address):
            self.refused += 1
            return self.replies[address].pop(0)
        if address in self.slow:
            await self.release.wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.got.append(mail)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        if str(mail["To"]) in self.cut:
            self.cut.discard(str(mail["To"]))
            server.transport.abort()
        return "250 taken"


def _certified(folder: Path) -> ssl.SSLContext:
    """A context with a certificate for localhost that signs itself, also written to `ca.pem`."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)  # noqa: TID251
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.pem").write_bytes(pem)
    kinds = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(key.private_bytes(*kinds) + pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context
