"""A person's browser between our pages and a provider in process, without a network."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
from fastapi import FastAPI

from chassis.access_log.entry import MemoryAccessLog
from chassis.signin.provider import Provider
from support.keycloak import PASSWORD


class ShiftedClock:
    """Real time, moved forwards by a test."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - real time, as the shell asks it


class Wire(httpx2.AsyncBaseTransport):
    """The network between our pages and the provider's token endpoint: counts, and can be cut."""

    def __init__(self) -> None:
        self._inner, self.away = httpx2.AsyncHTTPTransport(), False
        self.asked: list[str] = []
        self.tried = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.tried += 1
        if self.away:
            raise httpx2.ConnectError("cut by a test")
        self.asked.append(request.url.path)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class KeycloakBrowser:
    """Signs a person in at Keycloak's own page. Its cookies are `Secure` also over http, so they are kept by hand."""

    def __init__(self) -> None:
        self.user = "maya"
        self._cookies: dict[str, str] = {}

    def get(self, url: str) -> httpx2.Response:
        """The answer that leads away from Keycloak, after its form where it asks for a password."""
        answer = self.ask("GET", url)
        if answer.status_code == 200 and (
            form := re.search(r'action="([^"]+login-actions/authenticate[^"]+)"', answer.text)
        ):
            given = {"username": self.user, "password": PASSWORD}
            answer = self.ask("POST", unescape(form[1]), given)
        return answer

    def forget(self) -> None:
        """Another browser."""
        self._cookies.clear()

    def ask(self, method: str, url: str, form: dict[str, str] | None = None) -> httpx2.Response:
        """One request, no redirect followed."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        answer = httpx2.request(method, url, data=form, headers={"Cookie": cookies}, timeout=60)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer


class Pages(NamedTuple):
    """`web` is the browser's side towards us, with its cookies; `provider_web` the one towards the provider."""

    app: FastAPI
    web: httpx.AsyncClient
    provider_web: Any
    clock: ShiftedClock
    log: MemoryAccessLog
    provider: Provider
    wire: Wire

    async def begin(self, path: str = "/masuk") -> str:
        """Where the provider sends the browser back to."""
        to_provider = await self.web.get(path)
        assert to_provider.status_code == 303, to_provider.text
        answer = self.provider_web.get(to_provider.headers["location"])
        assert answer.status_code in (302, 303), answer.text
        return str(answer.headers["location"])

    async def sign_in(self, path: str = "/masuk") -> httpx.Response:
        """Our answer to the callback."""
        return await self.web.get(await self.begin(path))

    async def begin_anew(self) -> str:
        """As `begin`, though somebody is signed in here: as after the browser lost its cookie and found it again."""
        kept = self.web.cookies.pop("satupintu")
        callback = await self.begin()
        self.web.cookies.set("satupintu", kept, domain="127.0.0.1", path="/")
        return callback

    async def sign_out(self) -> None:
        """By the button."""
        assert (await self.post("/keluar", csrf=await self.csrf())).status_code == 200

    async def csrf(self) -> str:
        """The token in the forms of one's own page."""
        found = re.search(r'name="csrf" value="([^"]+)"', (await self.web.get("/saya")).text)
        assert found is not None
        return found[1]

    async def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> httpx.Response:
        """A form from a page of ours, as a browser sends it."""
        return await self.web.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"} | (headers or {}))

    def noted(self) -> list[tuple[str, dict[str, str | int]]]:
        """What the access log says, in short."""
        return [(entry.kind, entry.about) for entry in self.log.entries]


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
