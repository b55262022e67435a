"""Nagle's algorithm is off on every accepted connection, so that responses are sent at once."""

import asyncio
import os
import socket
from collections.abc import Coroutine
from typing import Any

import pytest
import uvicorn
import uvloop
from fastapi import FastAPI

from chassis.base.settings import Settings
from chassis.service import entry, process

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
def test_a_workers_health_answers_without_delay(loop: str) -> None:
    assert run(no_delay(process.HealthServer(process.health_app([]), "127.0.0.1", 0)), loop)


def test_a_web_side_answers_without_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda app, **settings: asked.update(settings, app=app))
    entry.serve(process.health_app([]), Settings(port=0))
    app: FastAPI = asked.pop("app")
    assert run(no_delay(uvicorn.Server(uvicorn.Config(app, **asked))), asked["loop"])
