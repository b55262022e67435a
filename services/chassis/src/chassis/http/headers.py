"""Security headers of every answer, errors included. An answer that needs another value, such as a page with its own
content security policy, sets the header itself.

Sources: OWASP HTTP Headers Cheat Sheet; OWASP ASVS 5.0, V3.4.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.cors import PublicReads

_FEATURES: Final = (
    "accelerometer=(), camera=(), display-capture=(), geolocation={}, gyroscope=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), usb=()"
)
WITH_POSITION: Final = _FEATURES.format("(self)")
"""The permissions policy of a page that may ask the browser for its position."""
EVERY_ANSWER: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    # A path may hold a tracking code, which is a key: no other site may learn it.
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "permissions-policy": _FEATURES.format("()"),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
PRIVATE: Final = {"cache-control": "no-store"}
"""For what is not public: no cache, shared or the browser's own, keeps it."""
HSTS: Final = {"strict-transport-security": "max-age=31536000; includeSubDomains"}
"""RFC 6797: for a year this host and its subdomains are asked over TLS only. Sent over TLS only (section 7.2)."""


def raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """In the form of ASGI."""
    return [(name.encode(), value.encode()) for name, value in headers.items()]


_PUBLIC: Final = raw({**EVERY_ANSWER, "cross-origin-resource-policy": "cross-origin"})
_OWN: Final = raw({**EVERY_ANSWER, **PRIVATE})
_HSTS: Final = raw(HSTS)
_THIS_MACHINE: Final = (b"localhost", b"127.0.0.1", b"[::1]")


class SafeAnswers:
    """Adds the headers to what `app` answers; those that the answer has already stay as they are."""

    def __init__(self, app: ASGIApp, reads: PublicReads) -> None:
        self._app, self._reads = app, reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message["headers"], self._more(scope))
            await send(message)

        await self._app(scope, receive, safe)

    def _more(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        more = _PUBLIC if self._reads.is_public(scope) else _OWN
        return more + _HSTS if scope["scheme"] == "https" and not _on_this_machine(scope) else more


def add_headers(app: FastAPI, reads: PublicReads) -> None:
    """Let every answer of `app` have the headers, also those of Starlette's own error handler, which pass no
    middleware.
    """
    inner = app.build_middleware_stack
    app.build_middleware_stack = lambda: SafeAnswers(inner(), reads)  # type: ignore[method-assign]


def _completed(given: list[tuple[bytes, bytes]], more: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in given}
    return [*given, *((name, value) for name, value in more if name not in present)]


def _on_this_machine(scope: Scope) -> bool:
    # A browser would ask every other program on this machine over TLS too.
    host: bytes = dict(scope["headers"]).get(b"host", b"")
    return host.startswith(_THIS_MACHINE)
