"""Dead letters in Kafka: topic `dead-letter.<service>`, each record as it was, where it stood and why it is here."""

import asyncio
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.dead_letter import DeadLetter
from chassis.kafka.admin import Admin
from chassis.kafka.clients import meaning, producer, stop
from chassis.message import Header
from schemas.topics import Topic, dead_letter

REASON: Final = "dl_reason"
ATTEMPTS: Final = "dl_attempts"
ORIGIN: Final = "dl_origin"
REASON_BYTES: Final = 2_000


class KafkaDeadLetters:
    """Implements `chassis.dead_letter.DeadLetters`. Connects at the first letter; most services never have one."""

    def __init__(self, kafka: str, service: str) -> None:
        self._topic, self._kafka, self._admin = dead_letter(service), kafka, Admin(kafka)
        self._client: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def put(self, letter: DeadLetter) -> None:
        """Every replica has it on return. Raises BrokerUnavailable."""
        message = letter.message
        try:
            client = await self._started()
            await client.send_and_wait(self._topic, message.value, key=message.key, headers=headers_of(letter))
        except (KafkaError, OSError) as error:
            await self.close()
            raise meaning(error) from error

    async def close(self) -> None:
        """Let go of the connections."""
        client, self._client = self._client, None
        if client is not None:
            await stop(client)
        await self._admin.close()

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._client is None:
                await self._admin.ensure([Topic(self._topic, 1)])
                client: Any = producer(self._kafka)
                try:
                    await client.start()
                except BaseException:
                    await stop(client)
                    raise
                self._client = client
            return self._client


def headers_of(letter: DeadLetter) -> list[Header]:
    """The original headers, and ours."""
    return [
        *letter.message.headers,
        (REASON, letter.reason.encode()[:REASON_BYTES]),
        (ATTEMPTS, b"%d" % letter.attempts),
        (ORIGIN, letter.message.place.encode()),
    ]
