"""An agency's IT office goes by docs/agencies.md alone. `make clients` does the same with kafkajs, which needs Node."""

from pathlib import Path

import pytest

from support.agency_office import CONFLUENT, KAFKA_PYTHON, Client, tries_everything
from support.door import Door
from support.platform import Running

pytestmark = [pytest.mark.journey, pytest.mark.broker, pytest.mark.timeout(600)]


@pytest.mark.parametrize("client", [KAFKA_PYTHON, CONFLUENT], ids=lambda each: each.library)
async def test_the_pages_own_code_reads_acknowledges_asks_answers_and_is_told_what_was_refused(
    platform: Running, door: Door, tmp_path: Path, client: Client
) -> None:
    await tries_everything(platform, door, client, tmp_path)
