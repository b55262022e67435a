"""The SQL event store's queries. Each function runs inside one read transaction."""

from collections.abc import Sequence
from itertools import chain
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from chassis.base.ports import Page
from chassis.sql.database import chunks, fetch, placeholders
from chassis.store.sql.tables import EVENT_COLUMNS, to_events
from schemas.base.envelope import RecordedEvent

WINDOW: Final = 10_000
"""Positions scanned for one page, which limits the length of a reader's transaction."""

LAST_POSITION: Final = 2**63 - 1
_NO_STREAM: Final = ("", 0)
"""Padding for a list of streams: a repeated stream would return its events twice."""


def read_stream(connection: Connection, stream: str, from_version: int) -> list[RecordedEvent]:
    statement = f"select {EVENT_COLUMNS} from events where stream = %s and version >= %s order by version"  # noqa: S608
    return to_events(fetch(connection, statement, (stream, from_version)))


def read_streams(connection: Connection, ranges: Sequence[tuple[str, int]]) -> list[list[RecordedEvent]]:
    """Many streams, each from its own version on."""
    from_versions: dict[str, int] = {}
    for stream, version in ranges:
        from_versions[stream] = min(version, from_versions.get(stream, version))
    found: dict[str, list[RecordedEvent]] = {stream: [] for stream in from_versions}
    for part in chunks(list(from_versions.items())):
        pairs = dict(part).items()
        padded = chain(chain.from_iterable(pairs), _NO_STREAM * (len(part) - len(pairs)))
        for event in to_events(fetch(connection, _streams(len(part)), list(padded))):
            found[event.stream].append(event)
    return [[event for event in found[stream] if event.version >= version] for stream, version in ranges]


def _streams(count: int) -> str:
    # `cross join` fixes the join order for SQLite, which otherwise scans its whole index for a list of pairs.
    columns = ", ".join(f"events.{column}" for column in EVENT_COLUMNS.split(", "))
    return (
        f"with asked (stream, version) as (values {placeholders(count, '(%s, %s)')})"  # noqa: S608 - placeholders only
        f" select {columns} from asked cross join events"
        " where events.stream = asked.stream and events.version >= asked.version order by events.stream, events.version"
    )


def read_page(connection: Connection, after: int | None, prefixes: Sequence[str], limit: int) -> Page:
    """One page, from at most `WINDOW` positions."""
    [[head]] = fetch(connection, "select coalesce(max(position), 0) from events")
    start = after or 0
    end = min(start + max(WINDOW, limit), head)
    prefix_filter, values = _prefix_filter(prefixes)
    statement = (
        f"select {EVENT_COLUMNS} from events where position > %s and position <= %s"  # noqa: S608
        f"{prefix_filter} order by position limit %s"
    )
    events = to_events(fetch(connection, statement, (start, end, *values, limit))) if end > start else []
    position = events[-1].position if len(events) == limit else max(end, start)
    if events and events[-1].position == position:
        event_id: UUID | None = events[-1].id
    else:
        event_id = read_id(connection, position) if position > start else None
    return Page(events, position or after, position >= head, event_id)


def read_id(connection: Connection, position: int) -> UUID | None:
    """The id of the event at this position; None: there is none."""
    if not 0 < position <= LAST_POSITION:
        return None
    found = fetch(connection, "select id from events where position = %s", (position,))
    return UUID(bytes=bytes(found[0][0])) if found else None


def _prefix_filter(prefixes: Sequence[str]) -> tuple[str, list[str]]:
    """Prefixes as ranges of names, on an expression (`stream || ''`) that no index matches, so that the query scans by
    position.
    """
    if not prefixes or "" in prefixes:
        return "", []
    one = "(stream || '' >= %s and stream || '' < %s)"
    bounds = [bound for prefix in prefixes for bound in (prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1))]
    return f" and ({' or '.join([one] * len(prefixes))})", bounds
