"""A broker for tests of background tasks whose topics have fixed names."""

import asyncio
import gc
import warnings
from collections.abc import Generator

import pytest

from chassis.base.cluster import Cluster
from support.broker import delete_topics


@pytest.fixture
async def empty_kafka(kafka: Cluster) -> str:
    """The shared broker with our topics deleted."""
    await asyncio.to_thread(delete_topics, kafka)
    return kafka


NEEDS_KAFKA = frozenset({"broker", "journey", "chaos"})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run the garbage collector, which frees the sockets of refused connections, before the next test."""
    result = yield
    if NEEDS_KAFKA & {marker.name for marker in item.iter_markers()}:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    return result
