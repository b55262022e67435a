"""Writes a group of appends in one transaction of the SQL event store."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain
from typing import Final
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from chassis.base.ports import Append
from chassis.sql.database import Database, chunks, execute_many, fetch, placeholders
from chassis.sql.engine import take_write_lock
from chassis.store.append_rules import Result, StreamEnd, decide_appends
from chassis.store.sql.tables import EVENT_COLUMNS, to_rows

_INSERT: Final = f"insert into events ({EVENT_COLUMNS}) values ({placeholders(8)})"  # noqa: S608 - constants


class EventWriter:
    """Carries out groups of calls, each a list of appends, on the store's writer thread."""

    def __init__(self, database: Database, now: Callable[[], datetime], advanced: Callable[[int], None]) -> None:
        """`advanced` is called with the store's position after each commit."""
        self._database, self._now, self._advanced = database, now, advanced

    def carry_out(self, calls: Sequence[Sequence[Append]]) -> list[list[Result]]:
        """The results of each call, in one transaction. Holds the write lock for its last statements only; if another
        process appended between reading and writing, repeats all with the lock held from the start.
        """
        appends = list(chain.from_iterable(calls))
        try:
            results, position = self._database.write_now(lambda connection: self._write(connection, appends, False))
        except IntegrityError:
            results, position = self._database.write_now(lambda connection: self._write(connection, appends, True))
        self._advanced(position)
        left = iter(results)
        return [[next(left) for _ in call] for call in calls]

    def _write(self, connection: Connection, appends: list[Append], lock_first: bool) -> tuple[list[Result], int]:
        if lock_first:
            take_write_lock(connection)
        ends = self._stream_ends(connection, appends)
        take_write_lock(connection)
        [[head]] = fetch(connection, "select coalesce(max(position), 0) from events")
        results, written = decide_appends(appends, ends, head, self._now())
        if written:
            execute_many(connection, _INSERT, to_rows(written))
        return results, head + len(written)

    def _stream_ends(self, connection: Connection, appends: list[Append]) -> dict[str, StreamEnd]:
        ends = {append.stream: StreamEnd() for append in appends}
        for streams in chunks(list(ends)):
            for stream, version, position in fetch(connection, self._ends(len(streams)), streams):
                ends[stream] = StreamEnd(version, position)
        old = [append for append in appends if ends[append.stream].position]
        for pairs in chunks([(append.stream, event.id.bytes) for append in old for event in append.events]):
            for stream, held in fetch(connection, self._holds(len(pairs)), list(chain.from_iterable(pairs))):
                ends[stream].held.add(UUID(bytes=held))
        return ends

    def _ends(self, streams: int) -> str:
        return (
            "select stream, max(version), max(position) from events"  # noqa: S608 - placeholders only
            f" where stream in ({placeholders(streams)}) group by stream"
        )

    def _holds(self, ids: int) -> str:
        """`cross join` fixes the join order for SQLite, which otherwise scans its whole index for a list of pairs."""
        return (
            f"with asked (stream, id) as (values {placeholders(ids, '(%s, %s)')})"  # noqa: S608 - placeholders only
            " select events.stream, events.id from asked cross join events"
            " where events.stream = asked.stream and events.id = asked.id"
        )
