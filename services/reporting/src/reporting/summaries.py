"""Writes open data to Kafka: one line for each change of a complaint, keyed by public number."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from chassis.base.cluster import Cluster
from chassis.base.errors import AccessDenied, BrokerUnavailable, MessageTooLarge
from chassis.base.message import Header
from chassis.kafka.admin import Admin
from chassis.kafka.clients import LazyProducer
from schemas.base.topics import COMPLAINT_SUMMARY, FIXED
from schemas.contract.open_data import RETRACTED, SUMMARY, ComplaintSummary, Line


class KafkaSummaries:
    """Implements `reporting.reaction.Summaries`; the topic is created before the first line."""

    def __init__(self, kafka: Cluster) -> None:
        self._admin, self._producer, self._ensured = Admin(kafka), LazyProducer(kafka), False

    async def send(self, lines: Sequence[Line]) -> None:
        if not lines:
            return
        if not self._ensured:
            await self._admin.ensure([FIXED[COMPLAINT_SUMMARY]])
            self._ensured = True
        try:
            async with self._producer.connected() as client:
                await asyncio.gather(*[await self._send(client, line) for line in lines])
        except MessageTooLarge as error:
            # A line has no free text, so the broker's limit is wrong: wait as for an outage. As a permanent error every
            # line would become a dead letter, and so many of them would end the process.
            raise BrokerUnavailable(str(error)) from error
        except (BrokerUnavailable, AccessDenied):
            self._ensured = False  # the broker may have lost its topics
            raise

    async def close(self) -> None:
        """Close the connections."""
        await self._producer.close()
        await self._admin.close()

    async def _send(self, client: AIOKafkaProducer, line: Line) -> "asyncio.Future[object]":
        body = line.model_dump_json(by_alias=True, exclude_none=True).encode()
        sent: asyncio.Future[object] = await client.send(
            COMPLAINT_SUMMARY, body, key=line.public_number.encode(), headers=headers_of(line)
        )
        return sent


def headers_of(line: Line) -> list[Header]:
    """CloudEvents 1.0, binary mode. No `ce_time`: open data has only days."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", f"{line.public_number}/{line.version}".encode()),
        ("ce_type", (SUMMARY if isinstance(line, ComplaintSummary) else RETRACTED).encode()),
        ("ce_source", b"/satupintu/reporting"),
        ("ce_subject", line.public_number.encode()),
        ("ce_sequence", b"%d" % line.version),
        ("content-type", b"application/json"),
    ]
