"""Appends with the answers that the store port promises, where KurrentDB's own are less exact."""

from collections.abc import Sequence
from contextlib import suppress

from kurrentdbclient.exceptions import WrongCurrentVersionError

from chassis.base.errors import Conflict, OutcomeUnknown, Permanent, StoreUnavailable, StreamDeleted
from chassis.base.ports import Append, Appended
from chassis.store.append_rules import Result, StreamEnd, result_without_write
from chassis.store.kurrent.connection import Connection
from chassis.store.kurrent.read import StreamReader
from schemas.base.envelope import NO_STREAM


class Appender:
    """KurrentDB answers a repeated append as if it had just written it. `Appended.written` is told from the position:
    what stands at or before the newest one known when the append was sent was written before. An append that is sent
    alone is read back besides: another process may have appended the same ids with other data just now.
    """

    def __init__(self, connection: Connection, reader: StreamReader) -> None:
        self._connection, self._reader = connection, reader

    async def append(self, appends: Sequence[Append]) -> list[Result]:
        """One result per append, written one after the other: a server may write calls that are open at the same time
        in another order. What it refuses is raised after the others are written.
        """
        alone, results, refused = len(appends) == 1, list[Result](), list[Permanent]()
        if appends and not (alone and self._connection.is_up):
            await self._reader.newest()  # raises before anything is sent, if the server is not there
        for append in appends:
            try:
                results.append(await self._said_before(append) or await self._sent(append, alone=alone))
            except Permanent as error:
                refused.append(error)
        if refused:
            raise refused[0]
        return results

    async def _said_before(self, append: Append) -> Result | None:
        """The answer of the stream, where it must be read before the append. The server compares ids only with events
        *after* the expected version; the ones before are those in `seen`, if the writer has loaded all of them.
        """
        ids = {event.id for event in append.events}
        is_new = len(ids) == len(append.events) and ids.isdisjoint(append.seen)
        if ids and is_new and len(append.seen) > append.expected_version:
            return None
        return await self._compared(append)

    async def _sent(self, append: Append, *, alone: bool) -> Result:
        """The server's answer; a refusal or repeat is compared with the stream. `alone`: read back what was written.

        Raises OutcomeUnknown: the append, or the read after it, was not answered.
        """
        known = self._reader.known
        try:
            with suppress(WrongCurrentVersionError):
                position = await self._connection.append(append)
                self._reader.see(position)
                if position > known and not (alone and await self._is_anothers(append)):
                    return Appended(append.expected_version + len(append.events), position, written=True)
        except StoreUnavailable as error:
            self._connection.is_up = False
            raise OutcomeUnknown(f"{append.stream}: appended or not, nobody knows: {error}") from error
        return await self._compared(append) or Conflict(append.stream, append.expected_version, NO_STREAM)

    async def _compared(self, append: Append) -> Result | None:
        """The answer that the whole stream gives; None if the events are to be written."""
        events = await self._reader.whole(append.stream)
        tip = StreamEnd(held={event.id for event in append.events} & {event.id for event in events})
        if events:
            tip.version, tip.position = events[-1].version, events[-1].position
        return result_without_write(append, tip)

    async def _is_anothers(self, append: Append) -> bool:
        """Whether another wrote what stands under the append's ids: the same ids with other data.

        Raises StreamDeleted: the stream had been deleted, and goes on after what it held.
        """
        first = append.expected_version + 1
        there = await self._reader.stream(append.stream, stream_position=first, limit=len(append.events))
        if there and there[0].version != first:
            raise StreamDeleted(f"{append.stream} had been deleted; now it goes on at {there[0].version}")
        return [(one.data, one.metadata) for one in there] != [(one.data, one.metadata) for one in append.events]
