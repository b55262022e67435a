"""What a page shows of other services: asked of their own API, within 300 ms. What does not come is left out, and the
page says so.

    found = await asked(request, {"like": Call("/api/v1/duplicates", {"text": text}), "late": Call("/api/v1/ladder/1")})
    done = await do(request, Call(f"/api/v1/triage/{id_}/split", method="POST", body={...}, key=key))
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import structlog
from fastapi import FastAPI, Request

from chassis.base.errors import StoreUnavailable
from chassis.base.ports import TimeSource
from chassis.pages.calls import Answer, Call, ask_api, reader_of
from schemas.access.principal import PUBLIC

__all__ = ["Answer", "Call", "Part", "Parts", "ask", "asked", "do", "parts"]
WITHIN_S: Final = 0.3
KEPT_S: Final = 10
log = structlog.get_logger(__name__)


class Part(NamedTuple):
    """The answer of another service, and when it was given."""

    body: Any
    at: datetime


class Parts:
    """Asks for what everybody may read, and keeps the newest answer of each path."""

    def __init__(self, app: FastAPI, clock: TimeSource) -> None:
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
            route, _, query = path.partition("?")
            answer = await ask_api(self._app, Call(route, dict(parse_qsl(query))), PUBLIC)
        except Exception as error:  # noqa: BLE001 - whatever ails another service, this page is shown
            log.warning("a part of a page is missing", path=path, error=type(error).__name__)
            return
        if answer.ok:
            self._kept[path] = Part(answer.body, self._clock.now())


async def ask(request: Request, path: str, query: Mapping[str, Any] | None = None) -> Any:
    """The answer of the API to one GET, asked as the page's reader; None: refused, or not in time."""
    call = Call(path, query or {})
    try:
        answer = await asyncio.wait_for(ask_api(request.app, call, reader_of(request)), WITHIN_S)
    except Exception as error:  # noqa: BLE001 - whatever ails another service, this page is shown
        log.warning("a part of a page is missing", route=_route(request), error=type(error).__name__)
        return None
    return answer.body if answer.ok else None


async def asked(request: Request, calls: Mapping[str, Call]) -> dict[str, Any]:
    """The answers to several GETs at once, asked as the page's reader, by name; None as for `ask`."""
    found = await asyncio.gather(*(ask(request, call.path, call.query) for call in calls.values()))
    return dict(zip(calls, found, strict=True))


async def do(request: Request, call: Call) -> Answer:
    """Give a command to another service's API as the page's reader; its answer, also a refusal's.

    Raises:
        StoreUnavailable: the other service does not answer. The same command with the same key may be given again.
    """
    try:
        return await ask_api(request.app, call, reader_of(request))
    except Exception as error:
        log.warning("another service does not answer", route=_route(request), error=type(error).__name__)
        raise StoreUnavailable(f"{call.method} {_route(request)}: {type(error).__name__}") from error


async def parts(request: Request, clock: TimeSource, paths: Mapping[str, str]) -> dict[str, Part | None]:
    """Ask for several that everybody may read at once: by name, the path of each."""
    state = request.app.state
    if not hasattr(state, "parts"):
        state.parts = Parts(request.app, clock)
    found = await asyncio.gather(*(state.parts.get(path) for path in paths.values()))
    return dict(zip(paths, found, strict=True))


def _route(request: Request) -> str:
    # The route, not the path: a path may hold a tracking code, which is a key.
    return str(getattr(request.scope.get("route"), "path", ""))
