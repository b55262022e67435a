"""What a page shows of other services: asked of their own API, within 300 ms. What does not come is left out, and the
page says so.

On one machine the API is in the same process, and the call stays there. An answer is kept for some seconds, and shown
with its time when a newer one is late.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Scope

from chassis.base.ports import TimeSource

WITHIN_S: Final = 0.3
KEPT_S: Final = 10
log = structlog.get_logger(__name__)


class Part(NamedTuple):
    """The answer of another service, and when it was given."""

    body: Any
    at: datetime


class Parts:
    """Asks for public answers of the API of `app`, and keeps the newest one of each path."""

    def __init__(self, app: ASGIApp, clock: TimeSource) -> None:
        self._app, self._clock = app, clock
        self._kept: dict[str, Part] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}

    async def get(self, path: str) -> Part | None:
        """The answer to GET `path`, at most `KEPT_S` old if it comes in time, else the newest there is. None: there is
        none. Only for paths that are few: each is kept.
        """
        kept = self._kept.get(path)
        if kept is None or (self._clock.now() - kept.at).total_seconds() >= KEPT_S:
            asking = self._asking.get(path)
            if asking is None or asking.done():
                asking = self._asking[path] = asyncio.create_task(self._ask(path))
            await asyncio.wait({asking}, timeout=WITHIN_S)  # a late one goes on, for the next page
        return self._kept.get(path)

    async def _ask(self, path: str) -> None:
        try:
            body = await get_json(self._app, path)
        except Exception as error:  # noqa: BLE001 - whatever ails another service, this page is shown
            log.warning("a part of a page is missing", path=path, error=type(error).__name__)
            return
        if body is not None:
            self._kept[path] = Part(body, self._clock.now())


async def get_json(app: ASGIApp, path: str, query: str = "") -> Any:
    """The answer of an app in this process to GET, as the public gets it; None: not 200."""
    answered: dict[str, int] = {}
    body = bytearray()
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
        "headers": [(b"host", b"localhost")], "client": None, "server": None, "state": {},
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered["status"] = message["status"]
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return json.loads(bytes(body)) if answered.get("status") == 200 else None


async def ask(request: Request, path: str, query: Mapping[str, str]) -> Any:
    """The answer of the API to one question that is not kept; None: there was none in time."""
    asking = get_json(request.app, path, urlencode(query))
    try:
        return await asyncio.wait_for(asking, WITHIN_S)
    except Exception as error:  # noqa: BLE001 - whatever ails another service, this page is shown
        log.warning("a part of a page is missing", path=path, error=type(error).__name__)
        return None


async def parts(request: Request, clock: TimeSource, paths: Mapping[str, str]) -> dict[str, Part | None]:
    """Ask for several at once: by name, the path of each."""
    state = request.app.state
    if not hasattr(state, "parts"):
        state.parts = Parts(request.app, clock)
    found = await asyncio.gather(*(state.parts.get(path) for path in paths.values()))
    return dict(zip(paths, found, strict=True))
