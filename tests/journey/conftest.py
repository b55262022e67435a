"""One platform for the whole folder: starting one costs more than playing on it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from local.process.child import Process
from support.door import Door, at_door
from support.platform import Running, running


@pytest.fixture(scope="package")
def platform(kafka_jars: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The platform that these tests share. Its processes import for themselves, as they do in containers."""
    with running(tmp_path_factory.mktemp("platform"), kafka_jars, kind=Process) as started:
        yield started


@pytest.fixture
async def door(platform: Running) -> AsyncIterator[Door]:
    """Its front door."""
    async with at_door(platform.address) as found:
        yield found
