"""The SQL event store's reading statements. Each function runs inside one read transaction."""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.ports import Page
from chassis.sql import listed, parts, rows
from chassis.stores.sql_tables import EVENT_COLUMNS, to_events
from schemas.envelope import RecordedEvent

WINDOW: Final = 10_000
"""Positions looked through for one page: a reader of few streams never holds a transaction for long."""

Marks = Callable[[str], str]


def read_stream(connection: Connection, marks: Marks, stream: str, from_version: int) -> list[RecordedEvent]:
    statement = f"select {EVENT_COLUMNS} from events where stream = %s and version >= %s order by version"  # noqa: S608
    return to_events(rows(connection, marks(statement), (stream, from_version)))


def read_streams(connection: Connection, marks: Marks, streams: Sequence[str]) -> list[list[RecordedEvent]]:
    found: dict[str, list[RecordedEvent]] = {stream: [] for stream in streams}
    for asked in parts(list(found)):
        statement = (
            f"select {EVENT_COLUMNS} from events where stream in ({listed(len(asked))}) order by stream, version"  # noqa: S608
        )
        for event in to_events(rows(connection, marks(statement), asked)):
            found[event.stream].append(event)
    return [list(found[stream]) for stream in streams]


def read_page(connection: Connection, marks: Marks, after: int | None, prefixes: Sequence[str], limit: int) -> Page:
    """One page of at most `WINDOW` positions."""
    [[head]] = rows(connection, "select coalesce(max(position), 0) from events")
    start = after or 0
    end = min(start + max(WINDOW, limit), head)
    wanted, values = _wanted(prefixes)
    statement = (
        f"select {EVENT_COLUMNS} from events where position > %s and position <= %s{wanted} order by position limit %s"  # noqa: S608
    )
    events = to_events(rows(connection, marks(statement), (start, end, *values, limit))) if end > start else []
    position = events[-1].position if len(events) == limit else max(end, start)
    return Page(events, position or after, position >= head)


def _wanted(prefixes: Sequence[str]) -> tuple[str, list[str]]:
    """A prefix as a range of names, on an expression (`stream || ''`) that no index serves: the way through a page is
    by position.
    """
    if not prefixes or "" in prefixes:
        return "", []
    one = "(stream || '' >= %s and stream || '' < %s)"
    bounds = [bound for prefix in prefixes for bound in (prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1))]
    return f" and ({' or '.join([one] * len(prefixes))})", bounds
