"""The connection for administration."""

import asyncio
import threading
from contextlib import suppress

from chassis.base.cluster import Cluster
from chassis.kafka.admin import Admin


def connections() -> set[int | None]:
    """The library keeps a thread for each."""
    return {thread.ident for thread in threading.enumerate() if thread.name.startswith("kafka-io")}


async def test_a_call_that_was_cancelled_leaves_no_connection(kafka: Cluster) -> None:
    before, admin = connections(), Admin(kafka)
    call = asyncio.create_task(admin.cluster_id())
    async with asyncio.timeout(30):
        while connections() == before:
            await asyncio.sleep(0)
        call.cancel()
        with suppress(asyncio.CancelledError):
            await call
        await admin.close()
        while connections() - before:
            await asyncio.sleep(0.01)
