"""Probes Kafka in the background, so that no request waits for it. Filing works while Kafka is away; only forwarding is
delayed.
"""

import asyncio
from contextlib import suppress

from intake.settings import KAFKA_PROBE_S

DELAYED = {
    "id": "Laporan Anda tersimpan. Penerusan ke instansi saat ini tertunda dan akan dilanjutkan secara otomatis.",
    "en": "Your report is saved. Forwarding it is delayed at the moment and will continue automatically.",
}


class KafkaProbe:
    """Connects to each of `servers` ("host:port,..."; empty: never)."""

    def __init__(self, servers: str, every_s: float = KAFKA_PROBE_S) -> None:
        self._servers, self._every_s = [one for one in servers.split(",") if one], every_s
        self.reachable = True

    def notice(self, lang: str) -> str | None:
        """A notice for the reporter while Kafka does not answer; None: it answers."""
        return None if self.reachable else DELAYED[lang]

    async def run(self) -> None:
        """Probe periodically until cancelled."""
        while self._servers:
            await self.look()
            await asyncio.sleep(self._every_s)

    async def look(self) -> None:
        """Probe every server once; one that accepts the connection is enough."""
        self.reachable = any(await asyncio.gather(*(self._answers(server) for server in self._servers)))

    async def _answers(self, server: str) -> bool:
        host, _, port = server.rpartition(":")
        with suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(self._every_s):
                _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
            return True
        return False
