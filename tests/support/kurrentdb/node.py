"""One node's side of every call: who asks, whether this node leads, and which fault was ordered for the next append."""

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
"""As the original by default."""
FAULTS: Final = ("refuse", "lose", "stall", "swallow")
"""The next append is: not carried out, and the connection breaks; carried out, and the connection breaks; neither
carried out nor answered; carried out and not answered."""

Context = ServicerContext[Any, Any]


@dataclass
class Cluster:
    """What all nodes of a server share. The first of `addresses` leads until another is told to."""

    engine: Engine
    users: dict[str, str] = field(default_factory=dict)
    most_append_bytes: int = MOST_APPEND_BYTES
    addresses: list[tuple[str, int]] = field(default_factory=list)
    leader: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    subscriptions: set["asyncio.Task[Any]"] = field(default_factory=set)

    def fault(self) -> str | None:
        """The fault ordered for this append, if any; each is used up."""
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
        """Count the call; end it if its credentials are wrong, or if it wants the leader and this is none."""
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
    """What becomes of the answer to an append that was carried out."""
    if fault == "lose":
        await context.abort(StatusCode.UNAVAILABLE, "Socket closed")
    if fault == "swallow":
        await asyncio.Event().wait()


async def before_append(context: Context, fault: str | None) -> None:
    """What becomes of an append that is not carried out."""
    if fault == "refuse":
        await context.abort(StatusCode.UNAVAILABLE, "Socket closed")
    if fault == "stall":
        await asyncio.Event().wait()
