"""A mail server over real SMTP whose moods a test sets: down, slow, refusing, cut off, back again."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

from local.paths import free_port


class MailServer:
    """`replies`: what it says to a recipient, once for each in the list, instead of taking the mail. `slow`: recipients
    whose mail it takes only when `retry_policy` is set. `cut`: recipients whose mail it takes, and then hangs up once.
    """

    def __init__(self) -> None:
        self.port, self.got = free_port(), list[EmailMessage]()
        self.replies: dict[str, list[str]] = {}
        self.slow, self.cut, self.retry_policy = set[str](), set[str](), asyncio.Event()
        self.refused = 0
        self._server: asyncio.Server | None = None

    async def up(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, hostname="mail.test"), "127.0.0.1", self.port)

    async def down(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._server = None

    def to(self, address: str) -> list[EmailMessage]:
        """What was taken for that address, in order."""
        return [mail for mail in self.got if mail["To"] == address]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.replies.get(address):
            self.refused += 1
            return self.replies[address].pop(0)
        if address in self.slow:
            await self.retry_policy.wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.got.append(mail)
        if str(mail["To"]) in self.cut:
            self.cut.discard(str(mail["To"]))
            server.transport.abort()
        return "250 taken"
