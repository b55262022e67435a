"""Those who have access during the storm: an officer who is signed in, and an agency's system with credentials."""

import asyncio
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import aiohttp

from chassis.base.cluster import Cluster
from chassis.base.message import Message
from chassis.base.settings import Settings
from local.errors import CannotRun
from local.issuer.cli import token_for
from schemas.base.topics import agency_inbox
from support.broker import committed
from support.load import AGAIN
from support.supervised import Supervised

PAUSE_S: Final = 0.3
COMMAND_S: Final = 180.0
FOREIGN: Final = "pln"


@dataclass
class Officer:
    """Reads the inbox of its body, and tries that of another, until `stop` is set. Signs in again when it must."""

    settings: Settings
    address: str
    body: str
    read: int = 0
    kept_out: int = 0
    """How often the other body's inbox was not there."""
    refused: set[str] = field(default_factory=set)
    """Tokens that were answered with 401."""
    wrong: list[str] = field(default_factory=list)
    """Answers that must not be."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _token: str = ""

    async def run(self) -> None:
        """Return when `stop` is set."""
        async with aiohttp.ClientSession(self.address, timeout=aiohttp.ClientTimeout(total=8)) as session:
            while not self.stop.is_set():
                if self._token in {"", *self.refused}:
                    await self._sign_in()
                if await self._asked(session, self.body) == HTTPStatus.OK:
                    self.read += 1
                if await self._asked(session, FOREIGN) == HTTPStatus.NOT_FOUND:
                    self.kept_out += 1
                await asyncio.sleep(PAUSE_S)

    async def _sign_in(self) -> None:
        try:
            self._token = await asyncio.to_thread(token_for, self.settings, f"officer:{self.body}")
        except (CannotRun, OSError, ValueError, KeyError):
            await asyncio.sleep(PAUSE_S)  # the provider is away, or its keys are being replaced

    async def _asked(self, session: aiohttp.ClientSession, body: str) -> int | None:
        """The status; None: nobody answered, or somebody who was not ready."""
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            async with session.get(f"/api/v1/agencies/{body}/inbox", headers=headers) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            return None
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self.refused.add(self._token)
        elif answer.status not in (AGAIN | {HTTPStatus.OK if body == self.body else HTTPStatus.NOT_FOUND}):
            self.wrong.append(f"{body}: {answer.status}")
        return answer.status


class AgencySystem:
    """The IT office of an agency: at most two credentials, of which the older is ended when a third is needed."""

    def __init__(self, platform: Supervised, agency: str) -> None:
        self._platform, self._agency = platform, agency
        self.users: list[Cluster] = []
        self.ended: list[Cluster] = []

    async def rotate(self) -> None:
        """Get a new credential. Something else may be failing at the moment: a command that fails is given again."""
        if len(self.users) > 1:
            await self._command("--end", self.users[0].user)
            self.ended.append(self.users.pop(0))
        shown = dict(line.split(maxsplit=1) for line in (await self._command()).splitlines() if line.startswith("  "))
        self.users.append(Cluster(shown["servers"].strip(), shown["user"].strip(), shown["password"].strip()))

    async def inbox(self) -> list[Message]:
        """All that its newest credential reads of its topic."""
        return await committed(self.users[-1], agency_inbox(self._agency), 1)

    async def _command(self, *options: str) -> str:
        deadline = asyncio.get_running_loop().time() + COMMAND_S
        while True:
            done = await asyncio.to_thread(self._platform.satupintu, "agency", "credentials", self._agency, *options)
            if done.returncode == 0:
                return done.stdout
            assert asyncio.get_running_loop().time() < deadline, json.dumps(done.stderr)
            await asyncio.sleep(PAUSE_S)
