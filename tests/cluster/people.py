"""Who uses the cluster: a client of its proxy that trusts its authority, with tokens of its provider."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from cluster.containers import CommandFailed, Containers
from support.door import Door
from support.signed_in import needed_for

FILED: Final = re.compile(r"filed (\d+):")


class HereResolver(AbstractResolver):
    """Every name is this machine, as browsers have it for names that end in .localhost."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


class Tokens:
    """Middleware of a session: a token of the role that a path needs, asked for once."""

    def __init__(self, containers: Containers) -> None:
        self._containers, self._known = containers, dict[str, str]()

    async def __call__(self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        needed = needed_for(request.method, request.url.raw_path_qs)
        if needed is not None and "Authorization" not in request.headers:
            if needed not in self._known:
                self._known[needed] = await asyncio.to_thread(self._containers.token, needed)
            request.headers["Authorization"] = f"Bearer {self._known[needed]}"
        return await send(request)


def session(containers: Containers, limit_s: float = 60) -> aiohttp.ClientSession:
    """A session at the cluster's proxy."""
    trusting = ssl.create_default_context(cafile=str(containers.secrets / "shared" / "ca.pem"))
    connector = aiohttp.TCPConnector(resolver=HereResolver(), ssl=trusting)
    timeout = aiohttp.ClientTimeout(total=limit_s)
    return aiohttp.ClientSession(
        containers.address, timeout=timeout, connector=connector, middlewares=(Tokens(containers),)
    )


@asynccontextmanager
async def at_proxy(containers: Containers) -> AsyncIterator[Door]:
    """A client of the proxy."""
    async with session(containers) as opened:
        yield Door(opened)


class Books(NamedTuple):
    """What the audit says: complaints in the store, whether all rules hold, and its last lines."""

    filed: int
    sound: bool
    text: str


async def audited(containers: Containers) -> Books:
    """The outcome of `satupintu audit`, which also compares the topics with the store."""
    try:
        text, sound = await asyncio.to_thread(containers.operator, "audit", "--kafka", BROKERS), True
    except CommandFailed as error:
        text, sound = str(error), False
    found = FILED.search(text)
    return Books(int(found[1]) if found else 0, sound, text)


BROKERS: Final = "kafka-1:9092,kafka-2:9092,kafka-3:9092"
Json = dict[str, Any]
