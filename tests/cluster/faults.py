"""What befalls a cluster, and how each ends. Every fault is caused from outside, as on real machines."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, NamedTuple

from cluster.containers import PROJECT, Containers, docker, quietly
from support.door import until

BACK: Final = f"{PROJECT}_back"
LEADS: Final = "relay publishes"
"""What a relay logs when it begins to publish."""
STOPPED_S: Final = 15.0
"""How long a broker, a network or a worker is away: longer than the 10 s after which Kafka gives its part to others."""
WITHIN_S: Final = 240.0


class Fault(NamedTuple):
    """`befalls` causes it, and ends it on leaving. While it lasts filings are accepted."""

    name: str
    befalls: Callable[[Containers], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def a_broker_stops(containers: Containers) -> AsyncIterator[None]:
    """One of three, in order; two are enough for every topic."""
    await asyncio.to_thread(containers.compose, "stop", "kafka-2")
    yield
    await asyncio.to_thread(containers.compose, "start", "kafka-2")


@asynccontextmanager
async def a_worker_is_cut_off(containers: Containers) -> AsyncIterator[None]:
    """A worker of router loses the network: Kafka and the database."""
    [worker, *_] = containers.of("router-worker")
    await asyncio.to_thread(docker, "network", "disconnect", BACK, worker)
    yield
    await asyncio.to_thread(docker, "network", "connect", "--alias", "router-worker", BACK, worker)


@asynccontextmanager
async def a_worker_sleeps(containers: Containers) -> AsyncIterator[None]:
    """A worker of agency-inbox stands still, with open connections, and then goes on as if nothing had been."""
    [worker, *_] = containers.of("agency-inbox-worker")
    await asyncio.to_thread(docker, "pause", worker)
    yield
    await asyncio.to_thread(docker, "unpause", worker)


@asynccontextmanager
async def the_leading_relay_dies(containers: Containers) -> AsyncIterator[None]:
    """SIGKILL; the one that stands by takes over."""
    leader = await asyncio.to_thread(leading_relay, containers)
    since = str(int(time.time()))
    await asyncio.to_thread(docker, "kill", leader)

    async def taken_over() -> bool:
        others = [each for each in await asyncio.to_thread(containers.of, "relay") if each != leader]
        return any([await asyncio.to_thread(begins_to_lead, each, since) for each in others])

    await until(taken_over, "another relay that publishes", within_s=WITHIN_S)
    yield
    # A killed container is not restarted by the engine: for it a person has stopped it.
    await asyncio.to_thread(docker, "start", leader)


FAULTS: Final = (
    Fault("one of three brokers stops", a_broker_stops),
    Fault("a worker is cut off from Kafka", a_worker_is_cut_off),
    Fault("a worker is paused and goes on", a_worker_sleeps),
    Fault("the leading relay is killed", the_leading_relay_dies),
)


def leading_relay(containers: Containers) -> str:
    """The id of the relay that began to publish last."""
    began = {each: last_began(each) for each in containers.of("relay")}
    return max(began, key=lambda each: began[each])


def last_began(container: str, since: str = "0") -> str:
    """When it last began to publish, as the engine's time stamp; empty: never."""
    found = quietly("logs", "--timestamps", "--since", since, container)
    lines = [*found.stdout.splitlines(), *found.stderr.splitlines()]
    return max((line.partition(" ")[0] for line in lines if LEADS in line), default="")


def begins_to_lead(container: str, since: str) -> bool:
    """Whether it began to publish after this time."""
    return bool(last_began(container, since))
