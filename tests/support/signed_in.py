"""Requests of tests in process, with the role that their path needs, or another one.

The tokens here are the roles themselves; real tokens of real providers are what `tests/signin` is about.
"""

import re
from collections.abc import Generator
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

import httpx

from chassis.base.settings import Settings
from chassis.signin.session import Session, csrf_token
from chassis.signin.session_table import SignedIn
from local.issuer.cli import token_for
from schemas.access.principal import Principal, grants_of
from schemas.base.refusals import NotSignedIn

ISSUER: Final = "https://issuer.test"
_CHANGES: Final = "mandates|mandates/withdrawal|name|merger|dissolution"
NEEDED: Final = tuple(
    (re.compile(rf"(?:{method}) /api/v1/{path}(?:\?.*)?"), role)
    for method, path, role in (
        (
            "POST",
            rf"(?:agencies(?:/[^/?]+/(?:{_CHANGES}))?|calendars|policies|due-dates/(?:policy-)?preview)",
            "operator",
        ),
        ("GET|POST", "as-of(?:/.+)?", "analyst"),
        ("GET", "data-requests", "operator"),
        ("GET|POST", "dead-letters/.+", "operator"),
        ("GET|POST", r"agencies/(?P<body>[^/?]+)/.+", r"officer:\g<body>"),
        ("GET|POST", "(?:triage.*|precedents|photos/.+|numbers/.+)", "triage"),
        ("GET|POST", "arbitration.*", "arbiter"),
        ("GET", "ladder/(?!4).*", "operator"),
        ("POST", "persons/.+/(?:readings|erasure)", "officer:pln"),
        ("GET", r"submissions/(?P<body>[^/?]+)/.+", r"gateway:\g<body>"),
    )
)
"""Method, path and query of a request, and a role that may send it."""
FRONTS: Final[dict[int, Settings]] = {}
"""Settings of the fronts that run as processes, by port: their tokens come from their demo provider."""


class RoleTokens:
    """An authenticator whose tokens are roles, separated by commas; the subject is the whole token."""

    async def bearer(self, token: str) -> Principal:
        grants = grants_of(token.split(","))
        if not grants:
            raise NotSignedIn
        return Principal(ISSUER, token, grants)


class AsNeeded(httpx.Auth):
    """Sends the role that the path needs, unless the request names one itself; nothing where anyone may call."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        needed = needed_for(request.method, request.url.raw_path.decode())
        if needed is not None and "authorization" not in request.headers:
            request.headers["Authorization"] = f"Bearer {needed}"
        yield request


def needed_for(method: str, path: str) -> str | None:
    """A role that may call this; None: anyone may."""
    called = f"{method} {path}"
    return next((match.expand(role) for route, role in NEEDED if (match := route.fullmatch(called))), None)


@cache
def token(port: int, role: str) -> str:
    """A token of this role for the front on this port. Of a front in process: the role itself."""
    return token_for(FRONTS[port], role) if port in FRONTS else role


class RoleSessions:
    """Sessions of pages whose cookie holds the roles, separated by dots: `satupintu=triage.operator`."""

    async def find(self, id_: str) -> tuple[Session, Principal] | None:
        grants = grants_of(id_.split("."))
        if not grants:
            return None
        now = datetime.now(UTC)  # noqa: TID251 - real time, as sessions have it
        session = Session(ISSUER, id_, grants, now, now, now, name="Dewi")
        return session, session.principal(now)

    async def people(self, _after: str, _most: int) -> list[SignedIn]:
        """Nobody: the cookie alone says who is signed in."""
        return []

    async def end_by_operator(self, _subject: str, _operator: Principal) -> int:
        return 0


def sign_in(app: Any, web: httpx.AsyncClient, *roles: str) -> dict[str, str]:
    """Let the client be a browser in which somebody with these roles is signed in; the hidden field of its forms."""
    app.state.signin = SimpleNamespace(sessions=RoleSessions())
    cookie = ".".join(roles)
    web.cookies.set("satupintu", cookie)
    return {"csrf": csrf_token(cookie)}


def role(*roles: str) -> dict[str, str]:
    """The headers of somebody with these roles, such as `officer:pln`."""
    return {"Authorization": f"Bearer {','.join(roles)}"}
