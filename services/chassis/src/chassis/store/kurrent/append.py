"""Appends with the answers that the store port promises, where KurrentDB's own are less exact."""

from collections.abc import Sequence
from contextlib import suppress

from kurrentdbclient.exceptions import WrongCurrentVersionError

from chassis.base.errors import Conflict, OutcomeUnknown, StoreUnavailable, StreamDeleted
from chassis.base.ports import Append, Appended
from chassis.store.append_rules import Result, StreamEnd, result_without_write
from chassis.store.kurrent.connection import Connection
from chassis.store.kurrent.read import Reader, each
from schemas.base.envelope import NO_STREAM


class Appender:
    """KurrentDB answers a repeated append as if it had just written it. `Appended.written` is told from the position:
    what stands at or before the newest one known when the append was sent was written before. An append that is sent
    alone is read back besides: another process may have appended the same ids with other data just now.
    """

    def __init__(self, connection: Connection, reader: Reader) -> None:
        self._connection, self._reader = connection, reader

    async def append(self, appends: Sequence[Append]) -> list[Result]:
        """One result per append. An append to a stream named before waits for the answer to that one."""
        return [result for run in _runs(appends) for result in await self._append(run)]

    async def _append(self, appends: Sequence[Append]) -> list[Result]:
        """To different streams: what is not settled without an append is sent, in the order of the call."""
        said = await each(self._said_before, appends)
        asked = [append for append, answer in zip(appends, said, strict=True) if answer is None]
        alone = len(asked) == 1
        if asked and not (alone and self._connection.is_up):
            await self._reader.newest()  # raises before anything is sent, if the server is not there
        sent = iter(await each(lambda append: self._sent(append, alone=alone), asked))
        return [next(sent) if answer is None else answer for answer in said]

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


def _runs(appends: Sequence[Append]) -> list[list[Append]]:
    """Cut where a stream is named again: the later append must meet the earlier one."""
    runs: list[dict[str, Append]] = [{}]
    for append in appends:
        if append.stream in runs[-1]:
            runs.append({})
        runs[-1][append.stream] = append
    return [list(run.values()) for run in runs]
