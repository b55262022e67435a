"""Writes open data to Kafka: one line for each change of a complaint, keyed by public number."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.kafka.admin import Admin
from chassis.kafka.clients import producer, stop, translate_error
from schemas.base.topics import COMPLAINT_SUMMARY, FIXED
from schemas.contract.open_data import RETRACTED, SUMMARY, ComplaintSummary, Line


class KafkaSummaries:
    """Implements `reporting.reaction.Summaries`; the topic is created before the first line."""

    def __init__(self, kafka: str) -> None:
        self._kafka, self._admin = kafka, Admin(kafka)
        self._client: AIOKafkaProducer | None = None

    async def send(self, lines: Sequence[Line]) -> None:
        """All of them are in the topic on return. Raises BrokerUnavailable: some may be."""
        if not lines:
            return
        client = await self._started()
        try:
            await asyncio.gather(*[await self._put(client, line) for line in lines])
        except (KafkaError, OSError) as error:
            await self.close()
            raise translate_error(error) from error

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client is not None:
            await stop(client)
        await self._admin.close()

    async def _started(self) -> AIOKafkaProducer:
        if self._client is None:
            await self._admin.ensure([FIXED[COMPLAINT_SUMMARY]])
            client = producer(self._kafka)
            try:
                await client.start()
            except (KafkaError, OSError) as error:
                await stop(client)
                raise translate_error(error) from error
            self._client = client
        return self._client

    async def _put(self, client: AIOKafkaProducer, line: Line) -> "asyncio.Future[object]":
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", f"{line.public_number}/{line.version}".encode()),
            ("ce_type", (SUMMARY if isinstance(line, ComplaintSummary) else RETRACTED).encode()),
            ("ce_source", b"/satupintu/reporting"),
            ("ce_subject", line.public_number.encode()),
            ("ce_sequence", b"%d" % line.version),
            ("content-type", b"application/json"),
        ]
        body = line.model_dump_json(by_alias=True, exclude_none=True).encode()
        sent: asyncio.Future[object] = await client.send(
            COMPLAINT_SUMMARY, body, key=line.public_number.encode(), headers=headers
        )
        return sent
