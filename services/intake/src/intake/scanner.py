"""Asks ClamAV's daemon about a file, by its command INSTREAM: the content goes over the connection, so the daemon needs
no access to our files.

The protocol is that of clamd(8): `zINSTREAM`, then chunks with their length before them, then a chunk of length zero;
the answer ends with a NUL. No maintained library speaks it over asyncio and both kinds of sockets.
"""

import asyncio
from contextlib import suppress
from typing import IO, Final, Protocol

from chassis.base.errors import StoreUnavailable

CHUNK: Final = 64 * 1024
PATIENCE_S: Final = 120.0
"""A large archive takes clamd some time; by default it gives up after 120 s itself (MaxScanTime)."""


class ScannerAway(StoreUnavailable):
    """The scanner does not answer, or gave no verdict on this file."""


class Scanner(Protocol):
    """Finds harmful programs."""

    async def infected(self, file: IO[bytes]) -> bool:
        """Whether the file holds one.

        Raises:
            ScannerAway: no verdict; ask again later.
        """
        ...


class ClamAv:
    """clamd at `address`: `host:port`, or the path of its socket."""

    def __init__(self, address: str, patience_s: float = PATIENCE_S) -> None:
        self._address, self._patience_s = address, patience_s

    async def infected(self, file: IO[bytes]) -> bool:
        try:
            async with asyncio.timeout(self._patience_s):
                answer = await self._asked(file)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise ScannerAway(f"the scanner of SATUPINTU_CLAMAV: {type(error).__name__}") from error
        if answer.endswith("FOUND"):
            return True
        if answer.endswith("OK"):
            return False
        raise ScannerAway(f"the scanner of SATUPINTU_CLAMAV: {answer[:200]}")

    async def _asked(self, file: IO[bytes]) -> str:
        reader, writer = await self._connected()
        with suppress(ConnectionError):  # it hangs up when a file is longer than it takes, and has said so
            await _send(file, writer)
        try:
            return (await reader.readuntil(b"\0"))[:-1].decode(errors="replace").strip()
        finally:
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))


async def _send(file: IO[bytes], writer: asyncio.StreamWriter) -> None:
    await asyncio.to_thread(file.seek, 0)
    writer.write(b"zINSTREAM\0")
    while piece := await asyncio.to_thread(file.read, CHUNK):
        writer.write(len(piece).to_bytes(4, "big") + piece)
        await writer.drain()
    writer.write((0).to_bytes(4, "big"))
    await writer.drain()
