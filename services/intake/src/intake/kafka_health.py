"""Does Kafka answer? Asked in the background and remembered, so that no request ever waits for it: a complaint is filed
in the store, and only what comes after it is delayed while Kafka is away.
"""

import asyncio
from contextlib import suppress

from intake.settings import KAFKA_LOOK_S

WORDS = {
    "id": "Laporan Anda tersimpan. Penerusan ke instansi saat ini tertunda dan akan dilanjutkan dengan sendirinya.",
    "en": "Your report is safe. Forwarding it is delayed at the moment and will go on by itself.",
}


class KafkaProbe:
    """Tries to reach the first of `servers` ("host:port,..."; empty: never looks)."""

    def __init__(self, servers: str, every_s: float = KAFKA_LOOK_S) -> None:
        self._servers, self._every_s = [one for one in servers.split(",") if one], every_s
        self.reachable = True

    def notice(self, lang: str) -> str | None:
        """What a reporter is told while Kafka does not answer."""
        return None if self.reachable else WORDS[lang]

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while self._servers:
            await self.look()
            await asyncio.sleep(self._every_s)

    async def look(self) -> None:
        """Ask every server once; one that takes the connection is enough."""
        self.reachable = any(await asyncio.gather(*(self._answers(server) for server in self._servers)))

    async def _answers(self, server: str) -> bool:
        host, _, port = server.rpartition(":")
        with suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(self._every_s):
                _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
            return True
        return False
