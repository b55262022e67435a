"""Which messages did a service set aside, and can they be tried again? What an operator does with dead letters.

A replayed letter stays in its topic; a mark behind it says that it is done.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple, Self

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from chassis.base.errors import BrokerUnavailable, Permanent
from chassis.base.message import Message
from chassis.deadletter.port import DeadLetter
from chassis.deadletter.topic import DROPPED, REASON, Sender, to_letter
from chassis.kafka.admin import Admin
from chassis.kafka.clients import consumer, messages, running, translate_error
from schemas.base.topics import dead_letter

REPLAYED: Final = "dl_replayed"
"""On a mark: the offset of the letter that was replayed. On a record sent again: the place of its letter."""
LIMIT_S: Final = 60.0


class OpenDeadLetter(NamedTuple):
    """A letter nobody has replayed yet, by its offset in the topic."""

    offset: int
    letter: DeadLetter


class NoSuchDeadLetter(LookupError):
    """No open letter at this offset: replayed already, expired, or never there."""


class BodyNotStored(Permanent):
    """The letter does not hold its message, which was too large."""


class DeadLetterReplay:
    """The dead letters of one service.

    async with Desk(settings.kafka, "router") as desk:
        for offset, letter in await desk.open(): ...
    """

    def __init__(self, kafka: str, service: str) -> None:
        self._kafka, self._topic = kafka, dead_letter(service)
        self._writer = Sender(kafka)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self._writer.close()

    async def open(self) -> list[OpenDeadLetter]:
        """Those that were not replayed, the oldest first; none if the service never set anything aside.

        Raises:
            BrokerUnavailable, AccessDenied.
        """
        records = await self._records()
        done = {int(mark) for record in records if (mark := _mark(record)) is not None}
        return [
            OpenDeadLetter(record.offset, to_letter(record))
            for record in records
            if _mark(record) is None and record.offset not in done
        ]

    async def get(self, offset: int) -> DeadLetter:
        """The open letter at this offset. Raises NoLetter, and what `open` raises."""
        for letter in await self.open():
            if letter.offset == offset:
                return letter.letter
        raise NoSuchDeadLetter(f"{self._topic} has no open letter at {offset}")

    async def replay(self, offset: int) -> None:
        """Send the message to its own partition again, then mark the letter. A fault in between leaves it open, and
        another replay sends it once more: whoever reads it decides on the stream, so that does no harm.

        Raises:
            NoLetter, NotKept, BrokerUnavailable, AccessDenied.
        """
        await self._again(OpenDeadLetter(offset, await self.get(offset)))

    async def replay_all(self) -> int:
        """All that are open now and hold their message; how many."""
        letters = [each for each in await self.open() if _whole(each)]
        for letter in letters:
            await self._again(letter)
        return len(letters)

    async def _again(self, found: OpenDeadLetter) -> None:
        if not _whole(found):
            raise BodyNotStored(
                f"the letter at {found.offset} names {found.letter.message.place}, too large to be copied"
            )
        message, place = found.letter.message, f"{self._topic}@{found.offset}".encode()
        kept = [header for header in message.headers if header[0] != REPLAYED]
        headers = [*kept, (REPLAYED, place)]
        await self._writer.send(message.topic, message.partition, message.key, message.value, headers)
        await self._writer.send(self._topic, 0, None, None, [(REPLAYED, b"%d" % found.offset)])

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
            raise translate_error(error) from error
        return found


def _whole(found: OpenDeadLetter) -> bool:
    return DROPPED not in dict(found.letter.message.headers)


def _mark(record: Message) -> bytes | None:
    # A letter of a message that had been replayed once has this header too, and a reason: it is no mark.
    headers = dict(record.headers)
    return headers.get(REPLAYED) if REASON not in headers else None
