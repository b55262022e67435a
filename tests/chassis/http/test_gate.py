"""What a public listener lets in: on this machine its own names and nothing forwarded; else what the settings say."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse

from chassis.base.addresses import network
from chassis.http.gate import HERE, Entry, Gate
from chassis.http.headers import EVERY_ANSWER

LOCAL = Entry(local=True, hosts=HERE)
BEHIND_A_PROXY = Entry(local=False, hosts=["lapor.example.go.id"], proxies=[network("10.0.0.0/8")])
OVER_TLS = Entry(local=False, hosts=["lapor.example.go.id"], tls=True)
OURS = {"host": "lapor.example.go.id"}


async def app(scope: Any, receive: Any, send: Any) -> None:
    request = Request(scope)
    assert request.client is not None
    seen = {"client": request.client.host, "scheme": request.url.scheme, "headers": sorted(request.headers)}
    await JSONResponse(seen)(scope, receive, send)


async def ask(
    entry: Entry, headers: list[tuple[str, str]] | dict[str, str], peer: str = "127.0.0.1", method: str = "GET"
) -> httpx.Response:
    transport = httpx.ASGITransport(Gate(app, entry), client=(peer, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as web:
        return await web.request(method, "/api/v1/books", headers=headers)


def code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    assert EVERY_ANSWER.items() <= answer.headers.items()
    return str(answer.json()["code"])


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LocalHost:9", "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:8000", "localhost:"],
)
async def test_this_machine_answers_its_own_names_with_any_port(host: str) -> None:
    assert (await ask(LOCAL, {"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "lapor.example.go.id", "localhost.example.org", "example.org:8000", "127.0.0.2", "127.0.0.1.nip.io", "0.0.0.0",
        "10.0.0.7:8000", "::1", "[::2]", "[::ffff:127.0.0.1]", "localhost.", "localhost:80:80", "localhost:evil", "",
        "user@localhost", "localhost,example.org", "localhost example.org", "2130706433", "[::1", "localhost/",
    ],
)  # fmt: skip
async def test_this_machine_answers_no_other_name(host: str) -> None:
    answer = await ask(LOCAL, {"host": host})
    assert (answer.status_code, code(answer)) == (421, "unknown-host")


async def test_a_request_without_a_host_or_with_two_is_refused() -> None:
    assert code(await ask(LOCAL, [("host", "localhost"), ("host", "localhost")])) == "unknown-host"
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", "client": ("::1", 1)}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await Gate(app, LOCAL)(scope, None, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 421


@pytest.mark.parametrize(
    "name",
    [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix",
        "X-Forwarded-Anything", "X-Forwarded", "X-Real-IP", "Via", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP",
        "x-forwarded-FOR",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_this_machine_refuses_what_a_proxy_forwarded(name: str, method: str) -> None:
    answer = await ask(LOCAL, {"host": "localhost", name: "127.0.0.1"}, method=method)
    assert (answer.status_code, code(answer)) == (403, "forwarded-request")
    assert "produksi" in answer.json()["detail"]
    english = await ask(LOCAL, {"host": "localhost", name: "", "accept-language": "en"})
    assert "production settings" in english.json()["detail"]


async def test_in_production_the_configured_names_are_answered() -> None:
    over_tls = replace(OVER_TLS, hosts=["lapor.example.go.id", "www.lapor.example.go.id"])
    assert (await ask(over_tls, {"host": "www.lapor.example.go.id:443"})).status_code == 200
    for host in ("localhost", "127.0.0.1", "example.go.id", "x.lapor.example.go.id"):
        assert code(await ask(over_tls, {"host": host})) == "unknown-host"


async def test_a_trusted_proxy_says_whom_it_asks_for() -> None:
    forged = {**OURS, "x-forwarded-for": "1.1.1.1, 203.0.113.7", "forwarded": "for=2.2.2.2", "x-real-ip": "3.3.3.3"}
    seen = (await ask(BEHIND_A_PROXY, forged, peer="10.0.0.1")).json()
    assert (seen["client"], seen["scheme"]) == ("203.0.113.7", "https")
    assert not [name for name in seen["headers"] if "forward" in name or name in ("x-real-ip", "via")]


async def test_the_header_that_the_proxies_write_is_chosen_by_setting() -> None:
    both = {**OURS, "x-forwarded-for": "1.1.1.1", "forwarded": 'for="[2001:db8::7]:99";proto=https'}
    seen = await ask(replace(BEHIND_A_PROXY, header="forwarded"), both, peer="10.0.0.1")
    assert seen.json()["client"] == "2001:db8::7"


async def test_without_tls_nobody_but_the_proxy_may_ask() -> None:
    for peer in ("203.0.113.9", "127.0.0.1"):
        answer = await ask(BEHIND_A_PROXY, {**OURS, "x-forwarded-for": "10.0.0.1"}, peer=peer)
        assert (answer.status_code, code(answer)) == (403, "no-trusted-proxy")


@pytest.mark.parametrize("said", [{"x-forwarded-proto": "http"}, {"x-forwarded-proto": "https, http"}])
async def test_a_proxy_that_was_asked_without_tls_is_refused(said: dict[str, str]) -> None:
    assert code(await ask(BEHIND_A_PROXY, {**OURS, **said}, peer="10.0.0.1")) == "tls-needed"
    assert (await ask(BEHIND_A_PROXY, {**OURS, "x-forwarded-proto": "https"}, peer="10.0.0.1")).status_code == 200


async def test_over_tls_a_client_cannot_name_another_address() -> None:
    seen = (await ask(OVER_TLS, {**OURS, "x-forwarded-for": "1.1.1.1"}, peer="203.0.113.9")).json()
    assert seen["client"] == "203.0.113.9"
    assert "x-forwarded-for" not in seen["headers"]
