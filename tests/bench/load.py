"""A minimal HTTP client: prepared requests over a few connections, one after another on each."""

import asyncio
import json
from collections.abc import Iterator
from itertools import count
from uuid import UUID, uuid5

SEED = UUID(int=4711)
# The text names no exact location: reports of one problem at one location would be joined instead of placed.
BODY = {
    "text": "Jalan berlubang sejak lama, sudah dua orang jatuh dari motor minggu ini. Mohon segera ditambal. " * 4,
    "place": {"region": "32.73"},
    "channel": "web",
}


def requests(run: str, path: str = "/api/v1/complaints") -> Iterator[bytes]:
    """Endless requests that file a complaint, each with its own idempotency key."""
    body = json.dumps(BODY).encode()
    for number in count():
        yield (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Idempotency-Key: {uuid5(SEED, f'{run}/{number}')}\r\n\r\n"
        ).encode() + body


async def load(port: int, source: Iterator[bytes], connections: int, seconds: float) -> tuple[int, int]:
    """Numbers of requests answered with 2xx and with other statuses within the time."""
    loop = asyncio.get_running_loop()
    end, good, bad = loop.time() + seconds, 0, 0

    async def one() -> None:
        nonlocal good, bad
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while loop.time() < end:
            writer.write(next(source))
            head = await reader.readuntil(b"\r\n\r\n")
            lower = head.lower()
            start = lower.index(b"content-length:") + 15
            await reader.readexactly(int(lower[start : lower.index(b"\r\n", start)]))
            if head[9:10] == b"2":
                good += 1
            else:
                bad += 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return good, bad
