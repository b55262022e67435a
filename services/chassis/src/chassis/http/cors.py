"""Cross-origin reading: pages of any origin may read what the public may read, without credentials, and nothing else.

Source: fetch.spec.whatwg.org, section 3.3. What a tracking code opens is not among it, though it needs no account.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http import open311
from chassis.http.access import REPORTER, rules_of

READING: Final = ("GET", "HEAD")
_READABLE: Final = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Retry-After"),
]
_PREFLIGHT: Final = [
    *_READABLE[:1],
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"Accept-Language, If-None-Match"),
    (b"access-control-max-age", b"86400"),
]


class PublicReads:
    """The routes of an app by which the public reads, by their rules."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def is_public(self, scope: Scope) -> bool:
        """Whether the request reads what anyone may read."""
        return scope["method"] in READING and self.has(scope["path"])

    def has(self, path: str) -> bool:
        """Whether anyone may read this path. Also a path of Open311 that is none: its error has a form of its own,
        which a client on a page must be able to read.
        """
        unknown = path.startswith(open311.ROOT)
        return next((public for pattern, public in self._reads if pattern.match(path)), unknown)

    @cached_property
    def _reads(self) -> list[tuple[re.Pattern[str], bool]]:
        """Every route for GET in the order in which they are tried. Fixed once the app serves."""
        return [(compile_path(path)[0], public) for path, public in self._routes()]

    def _routes(self) -> Iterator[tuple[str, bool]]:
        for context in iter_route_contexts(self._app.routes):
            if isinstance(context.original_route, APIRoute) and "GET" in (context.methods or ()):
                yield str(context.path), _open(context.dependant)


def _open(dependant: Any) -> bool:
    rules = list(rules_of(dependant))
    return bool(rules) and all(rule.public and not rule.page and rule is not REPORTER for rule in rules)


class Cors:
    """Answers preflights of public reads, and lets other origins read the answers."""

    def __init__(self, app: ASGIApp, reads: PublicReads) -> None:
        self._app, self._reads = app, reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        if b"origin" not in headers or not self._reads.has(scope["path"]):
            await self._app(scope, receive, send)
        elif scope["method"] in READING:
            await self._app(scope, receive, _readable(send))
        elif scope["method"] == "OPTIONS" and headers.get(b"access-control-request-method") in (b"GET", b"HEAD"):
            await send({"type": "http.response.start", "status": 204, "headers": list(_PREFLIGHT)})
            await send({"type": "http.response.body"})
        else:
            await self._app(scope, receive, send)


def _readable(send: Send) -> Send:
    async def readable(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *_READABLE]
        await send(message)

    return readable
