"""What the HTTP server answers by itself: no word of what it is made of, and no request that ends it."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI, Request

from chassis.base.settings import BadSetting
from chassis.http.headers import EVERY_ANSWER
from chassis.http.server import DEFAULT, Server, Tls
from chassis.http.web import install
from support.kurrentdb.certificates import self_signed

UPGRADE = (
    b"GET /words HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
CLOSE = b"Connection: close\r\n\r\n"


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/words")
    async def words() -> str:
        return "words"

    @made.get("/bug")
    async def bug() -> str:
        raise ZeroDivisionError("in /srv/satupintu/secret.py")

    @made.get("/peer")
    async def peer(request: Request) -> list[str]:
        return [request.client.host if request.client else "", request.url.scheme]

    @made.post("/headers")
    async def headers(request: Request) -> list[str]:
        await request.body()
        return [name.decode() for name, _ in request.scope["headers"]]

    async def ready() -> dict[str, str]:
        return {}

    install(made, ready)
    return made


@asynccontextmanager
async def serving(tls: Tls | None = None) -> AsyncIterator[tuple[int, Server]]:
    server = Server(app(), "127.0.0.1", 0, DEFAULT, tls=tls)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1], server
        assert not task.done(), "the server has ended"
    finally:
        server.should_exit = True
        await task


async def answer(port: int, request: bytes, context: ssl.SSLContext | None = None) -> tuple[bytes, bytes]:
    """Head and body of everything the server sends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(request)
    async with asyncio.timeout(30):
        found = await reader.read()
    writer.close()
    head, _, body = found.partition(b"\r\n\r\n")
    return head, body


async def test_a_request_for_a_web_socket_is_answered_as_any_other_and_the_server_goes_on() -> None:
    async with serving() as (port, server):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(UPGRADE)
        said = await reader.readuntil(b"\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 200")
        for _ in range(25):  # past the next look at all connections, once a second
            await server.on_tick(0)
        writer.close()
        assert (await answer(port, b"GET /words HTTP/1.1\r\nHost: here\r\n" + CLOSE))[1] == b'"words"'


BAD = [
    (b"nonsense\r\n\r\n", 400),
    (b"GET /words HTTP/1.1\r\nHost : here\r\n\r\n", 400),
    (b"GET /words HTTP/9.9\r\n\r\n", 400),
    (b"POST /words HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"GET /words HTTP/2.0\r\nHost: here\r\n\r\n", 400),
    (b"GET http://elsewhere/words HTTP/1.1\r\nHost: here\r\n\r\n", 400),
    (b"GET http://elsewhere/words HTTP/1.1\r\n\r\n", 400),
    (b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: here\r\n\r\n", 400),
    (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", 431),
    (b"GET /bug HTTP/1.1\r\nHost: here\r\n" + CLOSE, 500),
    (b"GET /nowhere HTTP/1.1\r\nHost: here\r\n" + CLOSE, 404),
    (b"PATCH /words HTTP/1.1\r\nHost: here\r\n" + CLOSE, 405),
    (b"TRACE /words HTTP/1.1\r\nHost: here\r\n" + CLOSE, 405),
]
MADE_OF = (b"uvicorn", b"starlette", b"fastapi", b"pydantic", b"httptools", b"python", b"traceback", b"/srv", b".py")


@pytest.mark.parametrize(("request_", "status"), BAD)
async def test_every_error_is_a_problem_with_all_headers_and_names_nothing_of_the_inside(
    request_: bytes, status: int
) -> None:
    async with serving() as (port, _):
        head, body = await answer(port, request_)
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(body)["status"] == status
    lower = head.lower()
    assert b"content-type: application/problem+json" in lower
    for name, value in EVERY_ANSWER.items():
        assert f"\r\n{name}: {value}".lower().encode() in lower, name
    assert b"\r\nserver:" not in lower
    assert not [word for word in MADE_OF if word in lower + body.lower()]


async def test_a_target_with_a_host_is_read_if_it_is_the_one_of_the_header() -> None:
    async with serving() as (port, _):
        asked = b"GET http://Here:1/words HTTP/1.1\r\nHost: here:1\r\n" + CLOSE
        assert (await answer(port, asked))[1] == b'"words"'


CHUNKED = (
    b"POST /headers HTTP/1.1\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
)


async def test_a_field_behind_the_body_is_no_header() -> None:
    async with serving() as (port, _):
        trailer = b"Authorization: Bearer x\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n"
        head, body = await answer(port, CHUNKED + trailer)
        assert head.startswith(b"HTTP/1.1 200")
        assert json.loads(body) == ["host", "connection", "transfer-encoding"]
        many = b"".join(b"X%d: %s\r\n" % (number, b"x" * 1000) for number in range(100))
        assert (await answer(port, CHUNKED + many + b"\r\n"))[0].startswith(b"HTTP/1.1 431")


async def test_forwarding_headers_do_not_change_who_the_peer_is() -> None:
    async with serving() as (port, _):
        forged = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nHost: here\r\n"
        _, body = await answer(port, b"GET /peer HTTP/1.1\r\n" + forged + CLOSE)
    assert json.loads(body) == ["127.0.0.1", "http"]


async def test_tls_is_served_with_the_files_of_the_settings_and_refuses_as_plain_http_does(tmp_path: Path) -> None:
    tls = Tls(*self_signed(tmp_path))
    context = ssl.create_default_context(cafile=tls.certificate)
    async with serving(tls) as (port, _):
        _, body = await answer(port, b"GET /peer HTTP/1.1\r\nHost: lapor.example\r\n" + CLOSE, context)
        assert json.loads(body) == ["127.0.0.1", "https"]
        for request_, status in BAD:
            head, _ = await answer(port, request_, context)
            assert head.startswith(b"HTTP/1.1 %d " % status), request_[:40]


async def test_a_client_without_forward_secrecy_is_refused(tmp_path: Path) -> None:
    tls = Tls(*self_signed(tmp_path))
    old = ssl.create_default_context(cafile=tls.certificate)
    old.set_ciphers("AES128-SHA256")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    async with serving(tls) as (port, _):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await answer(port, CLOSE, old)


def test_files_that_are_no_certificate_are_named_by_their_settings(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("nonsense")
    with pytest.raises(BadSetting, match="SATUPINTU_TLS_CERTIFICATE_FILE"):
        Server(app(), "127.0.0.1", 0, tls=Tls(tmp_path / "a.pem", tmp_path / "a.pem"))
