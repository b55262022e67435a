"""Reads a JSON document of the OpenID Connect provider: in bounded time and size, without following redirects."""

import asyncio
import json
from http import HTTPStatus
from typing import Any, Final

import httpx2

from chassis.base.errors import Retryable

LIMIT_S: Final = 5.0
LIMIT_BYTES: Final = 256 * 1024


class ProviderUnavailable(Retryable):
    """The OpenID Connect provider does not answer, or not with what it must."""


def new_client() -> httpx2.AsyncClient:
    """A client for the provider. Authorities and proxies are those of the environment (SSL_CERT_FILE, HTTPS_PROXY)."""
    return httpx2.AsyncClient(timeout=LIMIT_S, follow_redirects=False)


async def json_object(client: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    """The JSON object at `url`.

    Raises:
        ProviderUnavailable: no answer within 5 s, another status than 200, over 256 KiB, or no JSON object.
    """
    try:
        async with asyncio.timeout(LIMIT_S):
            found = json.loads(await _body(client, url))
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError, ValueError, RecursionError) as error:
        raise ProviderUnavailable(f"{url}: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise ProviderUnavailable(f"{url}: no JSON object")
    return found


async def _body(client: httpx2.AsyncClient, url: str) -> bytes:
    body = bytearray()
    async with client.stream("GET", url, headers={"Accept": "application/json"}) as answer:
        if answer.status_code != HTTPStatus.OK:
            raise ProviderUnavailable(f"{url}: status {answer.status_code}")
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > LIMIT_BYTES:
                raise ProviderUnavailable(f"{url}: more than {LIMIT_BYTES} bytes")
    return bytes(body)
