"""One request to the API of whatever service owns a path, as the reader of a page.

On one machine that service is in the same process, and the call stays there. In a cluster the setting `parts_url` names
the address at which all services answer.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import httpx2
from fastapi import FastAPI, Request
from starlette.routing import Match
from starlette.types import Message, Scope

from chassis.http.reader import HEADER, IN_PROCESS, Readers
from schemas.access.principal import PUBLIC, Principal

LIMIT_S: Final = 5.0


class Call(NamedTuple):
    """What is asked. `key`: the idempotency key of a POST, whose `body` is sent as JSON."""

    path: str
    query: Mapping[str, Any] = {}
    method: str = "GET"
    body: Any = None
    key: str | None = None
    lang: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Those of the request, without who asks."""
        found = {"accept": "application/json", "accept-language": self.lang, "idempotency-key": self.key}
        if self.body is not None:
            found["content-type"] = "application/json"
        return {name: value for name, value in found.items() if value is not None}

    @property
    def content(self) -> bytes:
        """The body as it is sent."""
        return b"" if self.body is None else json.dumps(self.body).encode()


class Answer(NamedTuple):
    """Status and JSON body; of a refusal its problem+json. `body` is None if there was no JSON."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Away:
    """How services in other processes are asked."""

    client: httpx2.AsyncClient
    readers: Readers

    async def ask(self, call: Call, who: Principal) -> Answer:
        """Raises httpx2.HTTPError: no answer."""
        header = {HEADER: self.readers.header(who, call.method, call.path)}
        answer = await self.client.request(
            call.method, call.path, params=dict(call.query), content=call.content, headers=call.headers | header
        )
        return Answer(answer.status_code, _json(answer.content))


def reader_of(request: Request) -> Principal:
    """Who looks at the page."""
    found: Principal = getattr(request.state, "caller", PUBLIC)
    return found


async def ask_api(app: FastAPI, call: Call, who: Principal) -> Answer:
    """The answer to `call`, asked as `who`.

    Raises:
        httpx2.HTTPError: the service is in another process and does not answer.
    """
    away: Away | None = getattr(app.state, "away", None)
    if away is None or _is_here(app, call):
        return await _ask_here(app, call, who)
    return await away.ask(call, who)


def _is_here(app: FastAPI, call: Call) -> bool:
    scope = {"type": "http", "method": call.method, "path": call.path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in app.routes)


async def _ask_here(app: FastAPI, call: Call, who: Principal) -> Answer:
    answered: dict[str, int] = {}
    body = bytearray()
    headers = {"host": "localhost", "content-length": str(len(call.content)), **call.headers}
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": call.method, "scheme": "http",
        "path": call.path, "raw_path": call.path.encode(), "root_path": "", "client": None, "server": None, "state": {},
        "query_string": urlencode(call.query, doseq=True).encode(), IN_PROCESS: who,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": call.content, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered["status"] = message["status"]
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(answered["status"], _json(bytes(body)))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
