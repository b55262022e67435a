"""Sending open data to Kafka when the broker refuses a line."""

from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError

from chassis.base.errors import BrokerUnavailable
from chassis.kafka.admin import Admin
from reporting.summaries import KafkaSummaries
from schemas.contract.open_data import SummaryRetracted


class RefusingClient:
    """A broker whose limit is below the size of a line."""

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def send(self, *_record: Any, **_more: Any) -> None:
        raise MessageSizeTooLargeError


async def test_a_line_that_is_too_large_for_the_broker_is_waited_for_and_does_not_become_a_dead_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def ensured(*_topics: Any) -> dict[str, Any]:
        return {}

    monkeypatch.setattr(Admin, "ensure", ensured)
    monkeypatch.setattr("chassis.kafka.clients.producer", lambda *_address, **_settings: RefusingClient())
    summaries = KafkaSummaries("127.0.0.1:1")
    with pytest.raises(BrokerUnavailable, match="too large"):
        await summaries.send([SummaryRetracted(public_number="SP-2026-000001", version=1)])
    await summaries.close()
