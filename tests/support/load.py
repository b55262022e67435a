"""A client that keeps its own record of every filing that was answered with 2xx. If it does not know the outcome it
asks again with the same key.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

import aiohttp

AGAIN: Final = frozenset({429, 500, 502, 503, 504})
PAUSE_S: Final = 0.3


class Entry(NamedTuple):
    """One answer."""

    complaint: str
    public_number: str
    tracking_code: str


@dataclass
class Load:
    """Files `body` until `stop` is set; `accepted` holds every 2xx by its key."""

    address: str
    body: dict[str, Any]
    seed: UUID
    pace_s: float = 0.05
    accepted: dict[str, Entry] = field(default_factory=dict)
    asked: int = 0
    repeats: int = 0
    """Requests repeated because the outcome was unknown."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    session: Callable[[], aiohttp.ClientSession] | None = None
    """Opens its session; by default one at `address` that trusts what the system trusts."""

    async def run(self, clients: int = 4) -> None:
        """Return when `stop` is set and every filing has its answer."""
        opened = self.session() if self.session is not None else self._usual()
        async with opened as session, asyncio.TaskGroup() as tasks:
            for _ in range(clients):
                tasks.create_task(self._file_on(session))

    def _usual(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(self.address, timeout=aiohttp.ClientTimeout(total=8))

    def forget(self, complaints: Collection[str]) -> None:
        """These are gone: a person put an older store in the place of the one that held them."""
        self.accepted = {key: entry for key, entry in self.accepted.items() if entry.complaint not in complaints}

    async def _file_on(self, session: aiohttp.ClientSession) -> None:
        while not self.stop.is_set():
            self.asked += 1
            key = str(uuid5(self.seed, str(self.asked)))
            while (entry := await self._ask(session, key)) is None:
                self.repeats += 1
                await asyncio.sleep(PAUSE_S)
            self.accepted[key] = entry
            await asyncio.sleep(self.pace_s)

    async def _ask(self, session: aiohttp.ClientSession, key: str) -> Entry | None:
        headers = {"Idempotency-Key": key}
        try:
            async with session.post("/api/v1/complaints", json=self.body, headers=headers) as answer:
                if answer.status in AGAIN:
                    return None
                said = await answer.json(content_type=None)
                assert answer.status == 201, said
                return Entry(said["id"], said["public_number"], said["tracking_code"])
        except (aiohttp.ClientError, TimeoutError):
            return None
