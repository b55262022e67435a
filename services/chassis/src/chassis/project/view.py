"""A read model: its tables, and how events change their rows. `chassis.project.from_kafka` fills it live,
`chassis.project.from_store` follows the store, `chassis.project.rebuild` replays into new tables and swaps them.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from sqlalchemy import Connection, MetaData, Table

from chassis.base.retry import UNREADABLE, reason
from schemas.base.envelope import RecordedEvent

I = TypeVar("I")  # noqa: E741 - an item: what `prepare` makes of an event
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class View(Generic[I]):
    """One read model.

    `define(metadata, prefix)` declares its tables, every name with `prefix` in front (empty for the live ones; a
    rebuild fills others beside); `views.define(metadata, "")` twice gives the same tables.
    `apply(connection, tables, items)` writes one batch, in order, inside a transaction that also moves the checkpoint.
    It may run again after being rolled back. It gets each event once and in stream order, but two complaints' events
    in any order, and it must not depend on how events are cut into batches.
    `prepare(events)` runs before, outside the transaction: decode, load keys, look up. One item or none per event.
    `ignored_types`: types of events after which the rows stand as they stood; it is not asked about these.
    """

    name: str
    define: Callable[[MetaData, str], Sequence[Table]]
    apply: Callable[[Connection, Sequence[Table], Sequence[I]], None]
    prepare: Callable[[Sequence[RecordedEvent]], Awaitable[Sequence[I]]]
    prefixes: tuple[str, ...] = ("complaint-",)
    ignored_types: frozenset[str] = frozenset()


async def as_recorded(events: Sequence[RecordedEvent]) -> Sequence[RecordedEvent]:
    """The `prepare` of a view that reads stored events as they are."""
    return events


async def prepared(view: View[I], events: Sequence[RecordedEvent]) -> Sequence[I]:
    """What `prepare` makes of these. A stream that cannot be understood is left out and named in the log: it stops
    neither the others nor the road, and a rebuild shows it once it can be read.
    """
    moving = [event for event in events if event.type not in view.ignored_types] if view.ignored_types else events
    return await _prepared(view, moving) if moving else ()


async def _prepared(view: View[I], events: Sequence[RecordedEvent]) -> Sequence[I]:
    try:
        return await view.prepare(events)
    except UNREADABLE as error:
        streams = list(dict.fromkeys(event.stream for event in events))
        if len(streams) == 1:
            log.error("left out of a view", view=view.name, stream=streams[0], because=reason(error))
            return ()
    parts = [await _prepared(view, [event for event in events if event.stream == stream]) for stream in streams]
    return [item for part in parts for item in part]
