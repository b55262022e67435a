"""What a daemon that speaks ClamAV's INSTREAM says of a file.

The variable `CLAMD` names real daemons, by address, which are then asked too (`.ci/clamav.sh` starts one).
"""

import asyncio
import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from intake.scanner import ClamAv, ScannerAway

HALVES = (rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR", b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
EICAR = HALVES[0] + HALVES[1]
"""The harmless file that every scanner reports (eicar.org), put together here so that this one is not reported."""
MOST = 1024 * 1024


async def daemon(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As clamd(8) says: the command, chunks with their length, an answer that ends with NUL."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
            if len(content) > MOST:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                break
        else:
            writer.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")
        await writer.drain()
    writer.close()


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve, path: Path | None = None) -> AsyncIterator[str]:
    if path is not None:
        server: asyncio.Server = await asyncio.start_unix_server(serve, path)
        address = str(path)
    else:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield address


async def verdicts(address: str) -> list[bool]:
    scanner = ClamAv(address)
    return [await scanner.infected(io.BytesIO(content)) for content in (b"bukti", EICAR, b"", bytes(300_000), b"bukti")]


@pytest.mark.parametrize("where", ["tcp", "socket", *os.environ.get("CLAMD", "").split()])
async def test_a_harmful_file_is_found(where: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        path = tmp_path / "clamd.sock" if where == "socket" else None
        stands_in = where in ("tcp", "socket")
        address = await stack.enter_async_context(listening(daemon, path)) if stands_in else where
        assert await verdicts(address) == [False, True, False, False, False]


async def test_without_a_verdict_nothing_is_clean() -> None:
    async with listening(daemon) as address:
        with pytest.raises(ScannerAway):
            await ClamAv(address).infected(io.BytesIO(bytes(4 * MOST)))
    with pytest.raises(ScannerAway):
        await ClamAv(address).infected(io.BytesIO(b"x"))
    with pytest.raises(ScannerAway):
        await ClamAv("/nowhere/clamd.sock").infected(io.BytesIO(b"x"))

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def garbled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\0")
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with listening(silent) as address:
        with pytest.raises(ScannerAway):
            await ClamAv(address, patience_s=0.1).infected(io.BytesIO(b"x"))
    async with listening(garbled) as address:
        with pytest.raises(ScannerAway):
            await ClamAv(address).infected(io.BytesIO(b"x"))
