"""Lists and replays the dead letters of one service, for operators.

A replayed dead letter stays in its topic; a marker record after it says that it was replayed.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple, Self

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from chassis.base.cluster import Cluster
from chassis.base.errors import BrokerUnavailable, Permanent
from chassis.base.message import Message
from chassis.deadletter.port import DeadLetter
from chassis.deadletter.topic import DROPPED, REASON, read_letter, send
from chassis.kafka.admin import Admin
from chassis.kafka.clients import LazyProducer, consumer, messages, running, translate_error
from schemas.base.topics import dead_letter

REPLAYED: Final = "dl_replayed"
"""On a marker: the offset of the replayed dead letter. On a replayed message: the origin of its dead letter."""
LIMIT_S: Final = 60.0


class OpenDeadLetter(NamedTuple):
    """A dead letter that was not replayed yet, with its offset in the topic."""

    offset: int
    letter: DeadLetter


class NoSuchDeadLetter(LookupError):
    """There is no open dead letter at this offset: replayed, expired or never written."""


class BodyNotStored(Permanent):
    """The dead letter does not hold its message, which was too large."""


class DeadLetterReplay:
    """The dead letters of one service.

    async with Desk(settings.kafka, "router") as desk:
        for offset, letter in await desk.open(): ...
    """

    def __init__(self, kafka: Cluster, service: str) -> None:
        self._kafka, self._topic = kafka, dead_letter(service)
        self._producer = LazyProducer(kafka)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self._producer.close()

    async def open(self) -> list[OpenDeadLetter]:
        """The dead letters that were not replayed, the oldest first.

        Raises:
            BrokerUnavailable, AccessDenied.
        """
        records = await self._records()
        replayed = {offset for record in records if (offset := _replayed_offset(record)) is not None}
        found = ((record.offset, read_letter(record)) for record in records if record.offset not in replayed)
        return [OpenDeadLetter(offset, letter) for offset, letter in found if letter is not None]

    async def get(self, offset: int) -> DeadLetter:
        """The open letter at this offset. Raises NoLetter, and what `open` raises."""
        for letter in await self.open():
            if letter.offset == offset:
                return letter.letter
        raise NoSuchDeadLetter(f"{self._topic} has no open dead letter at {offset}")

    async def replay(self, offset: int) -> None:
        """Send the message to its own partition again, then write the marker. After a failure in between, a second
        replay sends it once more; that is harmless, because its reader decides on the stream.

        Raises:
            NoLetter, NotKept, BrokerUnavailable, AccessDenied.
        """
        await self._again(OpenDeadLetter(offset, await self.get(offset)))

    async def replay_all(self) -> int:
        """Replay all that are open and hold their message; how many."""
        letters = [each for each in await self.open() if _has_message(each)]
        for letter in letters:
            await self._again(letter)
        return len(letters)

    async def _again(self, found: OpenDeadLetter) -> None:
        if not _has_message(found):
            place = found.letter.message.place
            raise BodyNotStored(f"the dead letter at {found.offset} does not hold {place}, which was too large")
        message, origin = found.letter.message, f"{self._topic}@{found.offset}".encode()
        headers = [*(header for header in message.headers if header[0] != REPLAYED), (REPLAYED, origin)]
        await send(self._producer, message.topic, message.partition, message._replace(headers=headers))
        marker = Message(self._topic, 0, -1, None, None, [(REPLAYED, b"%d" % found.offset)])
        await send(self._producer, self._topic, 0, marker)

    async def _records(self) -> Sequence[Message]:
        admin = Admin(self._kafka)
        try:
            if not await admin.topic_ids([self._topic]):
                return []
        finally:
            await admin.close()
        part, found = TopicPartition(self._topic, 0), list[Message]()
        try:
            async with running(consumer(self._kafka)) as client, asyncio.timeout(LIMIT_S):
                client.assign([part])
                await client.seek_to_beginning(part)
                end = (await client.end_offsets([part]))[part]
                while await client.position(part) < end:
                    for records in (await client.getmany(timeout_ms=100)).values():
                        found += messages(records)
        except TimeoutError as error:
            raise BrokerUnavailable(f"{self._topic} cannot be read to its end") from error
        except KafkaError as error:
            raise translate_error(error, self._kafka) from error
        return found


def _has_message(found: OpenDeadLetter) -> bool:
    return DROPPED not in dict(found.letter.message.headers)


def _replayed_offset(record: Message) -> int | None:
    # The dead letter of a message that was replayed before has this header too, but also a reason.
    headers = dict(record.headers)
    try:
        return int(headers[REPLAYED]) if REASON not in headers else None
    except (LookupError, ValueError, TypeError):
        return None
