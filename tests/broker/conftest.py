"""A broker for tests of the roads, whose topics have fixed names."""

import asyncio
import gc
import warnings
from collections.abc import Iterator

import pytest

from support.broker import delete_topics


@pytest.fixture
async def empty_kafka(kafka: str) -> str:
    """The shared broker, with no topic of ours on it."""
    await asyncio.to_thread(delete_topics, kafka)
    return kafka


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """While a broker is away, kafka-python leaves its sockets to the garbage collector: not to the next test's."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
