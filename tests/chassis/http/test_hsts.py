"""Over TLS, also if a trusted proxy ends it, browsers are told to ask over TLS alone for a year."""

import httpx
import pytest
from fastapi import FastAPI

from chassis.base.addresses import network
from chassis.http.gate import Entry, Gate
from chassis.http.web import install

HOST = "lapor.example.go.id"
BEHIND_A_PROXY = Entry(local=False, hosts=[HOST], proxies=[network("10.0.0.0/8")])
OVER_TLS = Entry(local=False, hosts=[HOST, "localhost"], tls=True)


def app() -> FastAPI:
    async def ready() -> dict[str, str]:
        return {}

    made = FastAPI(docs_url=None, redoc_url=None)
    install(made, ready)
    return made


async def asked(entry: Entry, url: str, peer: str = "203.0.113.7") -> str | None:
    transport = httpx.ASGITransport(Gate(app(), entry), client=(peer, 4711))
    async with httpx.AsyncClient(transport=transport) as web:
        return (await web.get(url)).headers.get("strict-transport-security")


async def test_it_is_sent_over_tls_and_for_what_a_trusted_proxy_took_over_tls() -> None:
    expected = "max-age=31536000; includeSubDomains"
    assert await asked(OVER_TLS, f"https://{HOST}/nowhere") == expected
    assert await asked(BEHIND_A_PROXY, f"http://{HOST}/nowhere", peer="10.0.0.1") == expected


@pytest.mark.parametrize("host", ["localhost", "localhost:8443"])
async def test_it_is_not_sent_for_this_machine_where_other_programs_speak_plain_http(host: str) -> None:
    assert await asked(OVER_TLS, f"https://{host}/nowhere") is None


async def test_it_is_not_sent_over_plain_http() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app()), base_url=f"http://{HOST}") as web:
        assert "strict-transport-security" not in (await web.get("/nowhere")).headers
