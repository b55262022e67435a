"""What a public listener lets in, before any route.

Without complete production settings: this machine's own names, and nothing that a proxy forwarded, so that a proxy
cannot publish the demo people. With them: the configured names, over TLS or from a trusted proxy, whose word on the
client's address and protocol is taken. No route sees a forwarding header.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.base.addresses import Network
from chassis.base.settings import Settings
from chassis.http.headers import EVERY_ANSWER
from chassis.http.language import language
from chassis.http.source import FORWARDED, forwarded, forwarded_for, is_trusted, source
from chassis.http.web import problem
from schemas import wording

HERE: Final = ("localhost", "127.0.0.1", "[::1]")
_NAMED: Final = frozenset(
    name.encode()
    for name in (
        FORWARDED, "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original-forwarded-for",
        "x-proxyuser-ip", "x-original-host", "x-original-url", "x-rewrite-url", "x-envoy-external-address",
        "true-client-ip", "cf-connecting-ip", "fastly-client-ip", "fly-client-ip", "front-end-https",
    )
)  # fmt: skip
"""Headers by which proxies say what they forward, besides `X-Forwarded-...`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """See the settings of the same names. `local`: this machine alone is served."""

    local: bool
    hosts: Sequence[str]
    proxies: Sequence[Network] = ()
    header: str = "x-forwarded-for"
    tls: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "Entry":
        if settings.missing:
            return cls(local=True, hosts=HERE)
        tls = settings.tls_certificate_file is not None
        return cls(False, settings.hosts, settings.trusted_proxies, settings.proxy_header, tls)


class Gate:
    """Refuses with a problem what `entry` does not let in."""

    def __init__(self, app: ASGIApp, entry: Entry) -> None:
        self._app, self._entry = app, entry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (refusal := self._refusal(scope)) is not None:
            await _refuse(scope, receive, send, *refusal)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[HTTPStatus, str] | None:
        """Why not, as status and code; else makes `scope` tell who asks."""
        forwards = any(is_forwarding(name) for name, _ in scope["headers"])
        if self._entry.local and forwards:
            return HTTPStatus.FORBIDDEN, "forwarded-request"
        if not self._entry.local and (refusal := self._by_proxy(scope)) is not None:
            return refusal
        if forwards:
            scope["headers"] = [each for each in scope["headers"] if not is_forwarding(each[0])]
        return None if self._is_ours(scope) else (HTTPStatus.MISDIRECTED_REQUEST, "unknown-host")

    def _by_proxy(self, scope: Scope) -> tuple[HTTPStatus, str] | None:
        peer = scope["client"][0] if scope["client"] else ""
        if not is_trusted(peer, self._entry.proxies):
            return None if self._entry.tls else (HTTPStatus.FORBIDDEN, "no-trusted-proxy")
        hops, protocol = self._said(scope)
        scope["client"] = (source(peer, hops, self._entry.proxies), 0)
        scope["scheme"] = "https"
        return None if protocol in (None, "https") else (HTTPStatus.FORBIDDEN, "tls-needed")

    def _said(self, scope: Scope) -> tuple[list[str], str | None]:
        """What the proxy says: the hops before it, and the protocol that it was asked over."""
        if self._entry.header == FORWARDED:
            hops, protocol = forwarded(_lines(scope, FORWARDED))
        else:
            hops = forwarded_for(_lines(scope, self._entry.header))
            protocol = next(reversed(forwarded_for(_lines(scope, "x-forwarded-proto"))), None)
        return hops, protocol.lower() if protocol else None

    def _is_ours(self, scope: Scope) -> bool:
        given = _lines(scope, "host")
        return len(given) == 1 and host_name(given[0]) in self._entry.hosts


def is_forwarding(name: bytes) -> bool:
    """Whether a header of this name, in lower case, tells of a proxy."""
    return name.startswith(b"x-forwarded") or name in _NAMED


def host_name(host: str) -> str:
    """The name or address in a Host header, without port."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and not host.endswith("]") and (port.isdigit() or not port) else host.lower()


def _lines(scope: Scope, name: str) -> list[str]:
    wanted = name.encode()
    return [value.decode("latin-1") for each, value in scope["headers"] if each == wanted]


async def _refuse(scope: Scope, receive: Receive, send: Send, status: HTTPStatus, code: str) -> None:
    request = Request(scope)
    lang = language(request.query_params.get("lang"), request.headers.get("accept-language"))
    answer = problem(status, code, wording.problem(code, lang), lang)
    answer.headers.update(EVERY_ANSWER)
    await answer(scope, receive, send)
