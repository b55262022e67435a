"""One node: checks credentials and leadership, and applies the faults ordered for the next append."""

import asyncio
import base64
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from grpc import StatusCode
from grpc.aio import ServicerContext

from support.kurrentdb.engine import Engine
from support.kurrentdb.wire import abort

MOST_APPEND_BYTES: Final = 1024 * 1024
"""The real server's default."""
FAULTS: Final = ("refuse", "lose", "stall", "swallow")
"""Faults of the next append. refuse: not done, the connection breaks; lose: done, the connection breaks; stall: not done,
no answer; swallow: done, no answer.
"""

Context = ServicerContext[Any, Any]


@dataclass
class Cluster:
    """The state that all nodes share. The first of `addresses` leads until another is ordered to."""

    engine: Engine
    users: dict[str, str] = field(default_factory=dict)
    most_append_bytes: int = MOST_APPEND_BYTES
    addresses: list[tuple[str, int]] = field(default_factory=list)
    leader: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    subscriptions: set["asyncio.Task[Any]"] = field(default_factory=set)

    def fault(self) -> str | None:
        """The fault ordered for this append, if any; each is used once."""
        for name in FAULTS:
            if self.faults[name] > 0:
                self.faults[name] -= 1
                return name
        return None

    def cut(self) -> None:
        """Break every subscription that runs."""
        for task in self.subscriptions:
            task.cancel()


@dataclass(frozen=True)
class Node:
    cluster: Cluster
    number: int

    async def admit(self, context: Context, call: str) -> None:
        """Count the call; end it if its credentials are wrong, or if it needs the leader and this node is not."""
        self.cluster.calls[call] += 1
        fields = dict(context.invocation_metadata() or ())
        await self._authenticate(context, fields.get("authorization"))
        if fields.get("requires-leader") == "true" and self.cluster.leader != self.number:
            host, port = self.cluster.addresses[self.cluster.leader]
            await abort(
                context,
                StatusCode.NOT_FOUND,
                "Leader info available",
                exception="not-leader",
                leader_endpoint_host=host,
                leader_endpoint_port=str(port),
            )

    async def _authenticate(self, context: Context, given: str | bytes | None) -> None:
        if not self.cluster.users:
            return
        if given is None:
            await abort(context, StatusCode.PERMISSION_DENIED, "Access Denied", exception="access-denied")
        text = given if isinstance(given, str) else given.decode()
        try:
            user, _, password = base64.b64decode(text.removeprefix("Basic ")).decode().partition(":")
        except ValueError:
            user = password = ""
        if self.cluster.users.get(user) != password:
            await context.abort(StatusCode.UNAUTHENTICATED, "")


async def after_append(context: Context, fault: str | None) -> None:
    """Apply the fault to the answer of an append that was done."""
    if fault == "lose":
        await context.abort(StatusCode.UNAVAILABLE, "Socket closed")
    if fault == "swallow":
        await asyncio.Event().wait()


async def before_append(context: Context, fault: str | None) -> None:
    """Apply the fault to an append that is not done."""
    if fault == "refuse":
        await context.abort(StatusCode.UNAVAILABLE, "Socket closed")
    if fault == "stall":
        await asyncio.Event().wait()
