"""The postbox over Kafka: one idempotent producer that sends all messages of a batch together."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from agency_inbox.agency_topics import AgencyTopics
from agency_inbox.delivery import TopicIds
from agency_inbox.postbox import OutgoingMessage, RefusalNotice
from chassis.base.cluster import Cluster
from chassis.base.errors import AccessDenied, BrokerUnavailable
from chassis.kafka.clients import LazyProducer
from chassis.kafka.cloudevents import TRACEPARENT
from chassis.tracing import spans
from schemas.base.topics import agency_inbox
from schemas.complaint.state import Receipt

LINGER_MS: Final = 2


class KafkaPostbox:
    """Implements `agency_inbox.postbox.Postbox`. The producer is opened at first use and again after every error."""

    def __init__(self, kafka: Cluster, topics: AgencyTopics) -> None:
        self._topics, self._producer = topics, LazyProducer(kafka, linger_ms=LINGER_MS)

    async def topics(self, agencies: Collection[str], *, fresh: bool = False) -> TopicIds:
        return await self._topics.inboxes(agencies, fresh=fresh)

    def known(self) -> TopicIds:
        return self._topics.known()

    async def send(self, outgoing: Sequence[OutgoingMessage]) -> Sequence[Receipt]:
        """Raises also `MessageTooLarge`."""
        ids = await self.topics({each.agency for each in outgoing})
        cluster = await self._topics.cluster()
        try:
            async with self._producer.connected() as client:
                positions = await _send_all(client, outgoing)
        except (BrokerUnavailable, AccessDenied):
            self._topics.forget()
            raise
        return [
            Receipt(each.news.event_id, cluster, ids[each.agency], at.partition, at.offset)
            for each, at in zip(outgoing, positions, strict=True)
        ]

    async def tell(self, notice: RefusalNotice) -> None:
        """Send the notice of a refused reply; on return every in-sync replica has it.

        Raises:
            BrokerUnavailable, AccessDenied.
        """
        await self.topics({notice.agency})
        body = notice.body.model_dump_json(exclude_none=True).encode()
        try:
            async with self._producer.connected() as client:
                await client.send_and_wait(
                    agency_inbox(notice.agency),
                    body,
                    key=notice.place.encode(),
                    headers=notice.headers(),
                    partition=0,
                )
        except (BrokerUnavailable, AccessDenied):
            self._topics.forget()
            raise

    async def close(self) -> None:
        """Close the producer; the next use opens another."""
        await self._producer.close()


async def _send_all(client: AIOKafkaProducer, outgoing: Sequence[OutgoingMessage]) -> Sequence[Any]:
    parts = [_part(number, each) for number, each in enumerate(outgoing)] if spans.is_on() else ()
    with spans.batch("deliver", "producer", parts, {"messaging.system": "kafka"}) as traceparents:
        sent = [await _send(client, each, traceparents.get(str(n))) for n, each in enumerate(outgoing)]
        done = await asyncio.gather(*sent, return_exceptions=True)
        for each in done:
            if isinstance(each, BaseException):
                raise each
    return done


def _part(number: int, each: OutgoingMessage) -> spans.Part:
    return spans.Part(str(number), f"deliver complaint.{each.news.kind}", each.traceparent)


async def _send(client: AIOKafkaProducer, each: OutgoingMessage, traceparent: str | None) -> Any:
    key, headers = str(each.complaint).encode(), each.headers()
    if traceparent is not None:
        headers.append((TRACEPARENT, traceparent.encode()))
    return await client.send(agency_inbox(each.agency), each.body, key=key, headers=headers, partition=0)
