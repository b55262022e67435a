"""Records when each complaint arrives on the agencies' topics."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.base.cluster import Cluster
from chassis.kafka.clients import consumer, running


class Arrivals:
    """Time of the first message by key; `repeats` counts further messages."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self.repeats = 0

    async def wait(self, count: int, limit_s: float = 180.0) -> None:
        """Wait until `count` complaints have arrived."""
        async with asyncio.timeout(limit_s):
            while len(self.at) < count:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def arriving(kafka: Cluster, topics: list[str]) -> AsyncIterator[Arrivals]:
    arrivals = Arrivals()
    async with running(consumer(kafka, *topics, auto_offset_reset="earliest")) as client:

        async def watch() -> None:
            while True:
                for records in (await client.getmany(timeout_ms=20)).values():
                    now = time.monotonic()
                    for record in records:
                        name = record.key.decode()
                        arrivals.repeats += name in arrivals.at
                        arrivals.at.setdefault(name, now)

        task = asyncio.create_task(watch())
        yield arrivals
        task.cancel()
