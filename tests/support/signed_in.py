"""Requests of tests in process, with the role that their path needs, or another one.

The tokens here are the roles themselves; real tokens of real providers are what `tests/signin` is about.
"""

import re
from collections.abc import Generator
from typing import Final

import httpx

from schemas.access.principal import Principal, grants_of
from schemas.base.refusals import NotSignedIn

ISSUER: Final = "https://issuer.test"
NEEDED: Final = (
    (re.compile(r"/api/v1/agencies/([^/]+)/"), r"officer:\1"),
    (re.compile(r"/api/v1/triage\b"), "triage"),
    (re.compile(r"/api/v1/arbitration\b"), "arbiter"),
    (re.compile(r"/api/v1/(?:registry|reports/shadow|escalations)\b"), "operator"),
)


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
        needed = next((m.expand(role) for path, role in NEEDED if (m := path.match(request.url.path))), None)
        if needed is not None and "authorization" not in request.headers:
            request.headers["Authorization"] = f"Bearer {needed}"
        yield request


def role(*roles: str) -> dict[str, str]:
    """The headers of somebody with these roles, such as `officer:pln`."""
    return {"Authorization": f"Bearer {','.join(roles)}"}
