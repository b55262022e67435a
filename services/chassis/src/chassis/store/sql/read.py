"""The SQL event store's reading statements. Each function runs inside one read transaction."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final

from sqlalchemy import Connection

from chassis.base.ports import Page
from chassis.sql.database import chunks, fetch, placeholders
from chassis.store.sql.tables import EVENT_COLUMNS, to_events
from schemas.base.envelope import RecordedEvent

WINDOW: Final = 10_000
"""Positions looked through for one page: a reader of few streams never holds a transaction for long."""

_NO_STREAM: Final = ("", 0)
"""What a list of streams is filled up with: a repeat would bring its events twice."""

Marks = Callable[[str], str]


def read_stream(connection: Connection, marks: Marks, stream: str, from_version: int) -> list[RecordedEvent]:
    statement = f"select {EVENT_COLUMNS} from events where stream = %s and version >= %s order by version"  # noqa: S608
    return to_events(fetch(connection, marks(statement), (stream, from_version)))


def read_streams(connection: Connection, marks: Marks, asked: Sequence[tuple[str, int]]) -> list[list[RecordedEvent]]:
    """Streams, each from a version on."""
    wanted: dict[str, int] = {}
    for stream, version in asked:
        wanted[stream] = min(version, wanted.get(stream, version))
    found: dict[str, list[RecordedEvent]] = {stream: [] for stream in wanted}
    for part in chunks(list(wanted.items())):
        pairs = dict(part).items()
        padded = chain(chain.from_iterable(pairs), _NO_STREAM * (len(part) - len(pairs)))
        for event in to_events(fetch(connection, marks(_streams(len(part))), list(padded))):
            found[event.stream].append(event)
    return [[event for event in found[stream] if event.version >= version] for stream, version in asked]


def _streams(count: int) -> str:
    # `cross join` fixes the order for SQLite, which else walks its whole index for a list of pairs.
    columns = ", ".join(f"events.{column}" for column in EVENT_COLUMNS.split(", "))
    return (
        f"with asked (stream, version) as (values {placeholders(count, '(%s, %s)')})"  # noqa: S608 - only marks are put in
        f" select {columns} from asked cross join events"
        " where events.stream = asked.stream and events.version >= asked.version order by events.stream, events.version"
    )


def read_page(connection: Connection, marks: Marks, after: int | None, prefixes: Sequence[str], limit: int) -> Page:
    """One page of at most `WINDOW` positions."""
    [[head]] = fetch(connection, "select coalesce(max(position), 0) from events")
    start = after or 0
    end = min(start + max(WINDOW, limit), head)
    wanted, values = _wanted(prefixes)
    statement = (
        f"select {EVENT_COLUMNS} from events where position > %s and position <= %s{wanted} order by position limit %s"  # noqa: S608
    )
    events = to_events(fetch(connection, marks(statement), (start, end, *values, limit))) if end > start else []
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
