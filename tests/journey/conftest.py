"""One platform for all tests of this folder, since starting one takes longer than the tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from support.door import Door, at_door
from support.platform import Running, running


@pytest.fixture(scope="package")
def platform(kafka_jars: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Shared by all tests of this folder. Each process imports for itself, as in a container."""
    with running(tmp_path_factory.mktemp("platform"), kafka_jars) as started:
        yield started


@pytest.fixture
async def door(platform: Running) -> AsyncIterator[Door]:
    async with at_door(platform.address) as found:
        yield found
