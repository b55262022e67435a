"""The connection for administration."""

import asyncio
import gc
import socket
import threading
from contextlib import ExitStack, suppress

import kafka.errors as kafka_errors
import pytest

from chassis.base.cluster import Cluster
from chassis.kafka.admin import Admin
from chassis.kafka.admin_client import AdminClient
from local.paths import free_port


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


def test_a_connection_that_is_refused_leaves_no_socket() -> None:
    with pytest.raises(kafka_errors.KafkaError):
        AdminClient(Cluster(f"127.0.0.1:{free_port()}"), bootstrap_timeout_ms=1_000)
    gc.collect()  # a socket that is found open makes pytest fail this test


def test_a_connection_that_is_never_made_leaves_no_socket() -> None:
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(4):  # the queue of connections is full then, and further ones wait
            other = waiting.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(address)
        with pytest.raises(kafka_errors.KafkaError):
            AdminClient(Cluster(f"127.0.0.1:{address[1]}"), bootstrap_timeout_ms=1_000)
    gc.collect()  # a socket that is found open makes pytest fail this test
