"""The server limits what a client sends and how long it takes, and a client that hangs up leaves no trace in the log."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from chassis.http.server import DEFAULT, Limits, Server
from chassis.http.web import install

QUICK = replace(DEFAULT, head_s=0.5, body_s=0.5, send_s=0.5, idle_s=1)
HEAD = b"Host: here\r\nContent-Type: application/json\r\n"


class Words(BaseModel):
    text: str


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/healthz")
    async def healthz() -> str:
        return "ok"

    @made.post("/words")
    async def words(body: Words) -> int:
        return len(body.text)

    @made.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @made.get("/much")
    async def much() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(2000):
                yield b"x" * 65_536

        return StreamingResponse(parts())

    async def ready() -> dict[str, str]:
        return {}

    install(made, ready)
    return made


@asynccontextmanager
async def serving(limits: Limits = DEFAULT) -> AsyncIterator[tuple[int, Server]]:
    server = Server(app(), "127.0.0.1", 0, limits)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1], server
    finally:
        server.should_exit = True
        await task


async def answer(port: int, *pieces: bytes, wait_s: float = 0) -> bytes:
    """Everything that the server sends until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def send() -> None:
        with suppress(OSError):  # refused before everything was sent
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(wait_s)

    sending, found = asyncio.create_task(send()), b""
    with suppress(OSError):
        async with asyncio.timeout(30):
            while more := await reader.read(65_536):
                found += more
    sending.cancel()
    writer.close()
    return found


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1])


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 8_000_000, 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"X" * 8_000_000, 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 101 + b"\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 1_000_000, 431),
        (b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /" + b"x" * 8_000_000, 414),
        (b"POST /raw HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413),
    ],
)
async def test_too_large_a_request_is_refused_with_a_problem(request_: bytes, expected: int) -> None:
    async with serving(QUICK) as (port, _):
        said = await answer(port, request_)
        assert status(said) == expected
        head, _, body = said.partition(b"\r\n\r\n")
        assert b"application/problem+json" in head
        assert json.loads(body)["status"] == expected


async def test_what_is_within_the_limits_is_answered_also_on_one_connection() -> None:
    body = json.dumps({"text": "x" * 30_000}).encode()
    one = b"POST /words HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n" % len(body)
    many = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 200) for number in range(90))
    async with serving() as (port, _):
        said = await answer(port, *[one + many + b"\r\n" + body] * 20, one + b"Connection: close\r\n\r\n" + body)
        assert said.count(b"HTTP/1.1 200") == 21


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"GET /healthz HTTP/1.1\r\n", *[b"X: y\r\n"] * 60], 408),
        ([b"POST /words HTTP/1.1\r\n" + HEAD + b"Content-Length: 1000\r\n\r\n", *[b" "] * 60], 408),
        ([b"POST /raw HTTP/1.1\r\n" + HEAD + b"Content-Length: 1000\r\n\r\n"], 408),
    ],
)
async def test_a_request_that_arrives_too_slowly_is_ended(pieces: list[bytes], expected: int) -> None:
    async with serving(QUICK) as (port, server):
        said = await answer(port, *pieces, wait_s=0.05)
        assert status(said) == expected
        await emptied(server)


async def test_a_slow_second_request_on_a_connection_is_ended_as_well() -> None:
    async with serving(QUICK) as (port, _):
        said = await answer(port, b"GET /healthz HTTP/1.1\r\n\r\n", *[b"G"], *[b"E"] * 60, wait_s=0.05)
        assert said.startswith(b"HTTP/1.1 200")
        assert b"HTTP/1.1 408" in said or b"HTTP/1.1 400" in said


async def test_a_connection_that_says_nothing_is_closed_without_an_answer() -> None:
    async with serving(QUICK) as (port, _):
        assert await answer(port) == b""
        said = await answer(port, b"GET /healthz HTTP/1.1\r\n\r\n")
        assert said.count(b"HTTP/1.1") == 1


async def test_a_client_that_does_not_read_its_answer_is_disconnected() -> None:
    async with serving(QUICK) as (port, server):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /much HTTP/1.1\r\n\r\n")
        while not server.server_state.connections:
            await asyncio.sleep(0.01)
        await emptied(server)
        writer.close()


async def emptied(server: Server) -> None:
    async with asyncio.timeout(30):
        while server.server_state.connections:
            await asyncio.sleep(0.05)


async def test_a_slow_body_that_keeps_the_least_rate_is_read() -> None:
    body = json.dumps({"text": "x" * 10_000}).encode()
    head = b"POST /words HTTP/1.1\r\n" + HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with serving(replace(QUICK, body_bytes_s=500)) as (port, _):
        pieces = [body[start : start + 2_000] for start in range(0, len(body), 2_000)]
        assert status(await answer(port, head, *pieces, wait_s=0.4)) == 200


@pytest.mark.parametrize("path", [b"/words", b"/raw"])
@pytest.mark.parametrize("how", ["closes", "resets"])
async def test_a_client_that_hangs_up_leaves_no_trace_in_the_log(
    path: bytes, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with serving() as (port, server):
        with structlog.testing.capture_logs() as logs:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST " + path + b" HTTP/1.1\r\n" + HEAD + b"Content-Length: 1000\r\n\r\n{")
            await writer.drain()
            while not server.server_state.tasks:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            (writer.transport.abort if how == "resets" else writer.close)()
            async with asyncio.timeout(30):
                while server.server_state.tasks or server.server_state.connections:
                    await asyncio.sleep(0.05)
        assert logs == []
        # Other loggers may tell of what other tests of this process have open, such as a client of Kafka.
        told = [each for each in caplog.records if each.name.startswith(("uvicorn", "asyncio", "fastapi", "starlette"))]
        assert [each.getMessage() for each in told if each.levelno > logging.INFO] == []
