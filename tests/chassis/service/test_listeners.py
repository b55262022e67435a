"""Nagle's algorithm is off on every accepted connection, so that responses are sent at once."""

import asyncio
import os
import socket
from collections.abc import Coroutine
from typing import Any, Literal

import pytest
import uvicorn
import uvloop

from chassis.http.server import Server
from chassis.service import process

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"


async def no_delay(server: uvicorn.Server) -> bool:
    """TCP_NODELAY on the server's end of a keep-alive connection after two responses."""
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(REQUEST)
        await reader.readuntil(b"}")
    [connection] = server.server_state.connections
    with socket.socket(fileno=os.dup(connection.transport.get_extra_info("socket").fileno())) as accepted:
        found = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    writer.close()
    server.should_exit = True
    await serving
    return bool(found)


def run(what: Coroutine[Any, Any, bool], loop: str) -> bool:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if loop == "uvloop" else None) as runner:
        return runner.run(what)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize("lifespan", ["off", "on"])
def test_every_server_answers_without_delay(loop: str, lifespan: Literal["off", "on"]) -> None:
    assert run(no_delay(Server(process.health_of_tasks([]), "127.0.0.1", 0, lifespan=lifespan)), loop)
