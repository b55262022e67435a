"""Lets commands of this machine act as the demo people: each request gets a token of the role that its path needs."""

import asyncio
import re
import time
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from chassis.base.settings import Settings, read_settings
from local.issuer.cli import token_for
from local.issuer.tokens import ACCESS_S

NEEDED: Final = tuple(
    (re.compile(rf"/api/v1/{path}"), role)
    for path, role in (
        (r"agencies/(?P<body>[^/?]+)/inbox\b.*", r"officer:\g<body>"),
        (r"triage\b.*", "triage"),
        (r"arbitration\b.*", "arbiter"),
        (r"submissions/(?P<body>[^/?]+)/.+", r"gateway:\g<body>"),
    )
)
"""Paths with their query, and a role that may call them."""
FILING: Final = "/api/v1/complaints"


def role_for(path: str) -> str | None:
    """A role that may call this; None: anyone may."""
    return next((match.expand(role) for route, role in NEEDED if (match := route.fullmatch(path))), None)


def demo_settings(address: str) -> Settings:
    """The settings for tokens of the demo provider beside the front door at this address. Raises BadSetting."""
    return read_settings().model_copy(update={"port": urlsplit(address).port or 80})


def as_demo_people(address: str, files_as: str | None = None) -> aiohttp.ClientMiddlewareType:
    """A middleware for a session with the front door at this address. `files_as`: who files complaints, such as
    `gateway:sms`; None: anybody. A request raises as `token_for`.

    Raises:
        BadSetting: a setting is not valid.
    """
    settings = demo_settings(address)
    kept: dict[str, tuple[str, float]] = {}

    async def token_of(role: str) -> str:
        token, until = kept.get(role, ("", 0.0))
        if time.monotonic() >= until:
            token = await asyncio.to_thread(token_for, settings, role)
            kept[role] = token, time.monotonic() + ACCESS_S / 2
        return token

    async def send_as(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        filing = (request.method, request.url.raw_path) == ("POST", FILING)
        role = files_as if filing else role_for(request.url.raw_path_qs)
        if role is not None and "Authorization" not in request.headers:
            request.headers["Authorization"] = f"Bearer {await token_of(role)}"
        return await send(request)

    return send_as
