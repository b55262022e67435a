"""The postbox over Kafka: one idempotent producer, all messages of a batch in flight together."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from agency_inbox.agency_topics import AgencyTopics
from agency_inbox.delivery import TopicIds
from agency_inbox.postbox import OutgoingMessage
from chassis.base.errors import Permanent
from chassis.kafka.clients import producer, stop, translate_error
from schemas.base.topics import agency_inbox
from schemas.complaint.state import Receipt

LINGER_MS: Final = 2


class KafkaPostbox:
    """Implements `agency_inbox.postbox.Postbox`. The producer is made at first use, and anew after every error."""

    def __init__(self, kafka: str, topics: AgencyTopics) -> None:
        self._kafka, self._topics = kafka, topics
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def topics(self, agencies: Collection[str], *, fresh: bool = False) -> TopicIds:
        return await self._topics.inboxes(agencies, fresh=fresh)

    def known(self) -> TopicIds:
        return self._topics.known()

    async def send(self, outgoing: Sequence[OutgoingMessage]) -> Sequence[Receipt]:
        """Raises also `Permanent`: a message is too large for the broker."""
        ids = await self.topics({each.agency for each in outgoing})
        cluster = await self._topics.cluster()
        try:
            placed = await _all(await self._started(), outgoing)
        except MessageSizeTooLargeError as error:
            raise Permanent("a message is too large for the broker") from error
        except (KafkaError, OSError) as error:
            await self.close()
            self._topics.forget()
            raise translate_error(error) from error
        return [
            Receipt(each.news.event_id, cluster, ids[each.agency], at.partition, at.offset)
            for each, at in zip(outgoing, placed, strict=True)
        ]

    async def close(self) -> None:
        """Let go of the producer; the next use makes another."""
        client, self._producer = self._producer, None
        if client is not None:
            await stop(client)

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                client = producer(self._kafka, linger_ms=LINGER_MS)
                try:
                    await client.start()
                except (KafkaError, OSError) as error:
                    await stop(client)
                    raise translate_error(error) from error
                self._producer = client
            return self._producer


async def _all(client: AIOKafkaProducer, outgoing: Sequence[OutgoingMessage]) -> Sequence[Any]:
    sent = [await _begin(client, each) for each in outgoing]
    done = await asyncio.gather(*sent, return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException):
            raise each
    return done


async def _begin(client: AIOKafkaProducer, each: OutgoingMessage) -> Any:
    key, headers = str(each.complaint).encode(), each.headers()
    return await client.send(agency_inbox(each.agency), each.body, key=key, headers=headers, partition=0)
