"""A broker for tests of the roads, whose topics have fixed names."""

import asyncio

import pytest

from support.broker import delete_topics


@pytest.fixture
async def empty_kafka(kafka: str) -> str:
    """The shared broker, with no topic of ours on it."""
    await asyncio.to_thread(delete_topics, kafka)
    return kafka
