"""A read model: its tables, and how events change their rows. `chassis.project.from_kafka` fills it from Kafka,
`chassis.project.from_store` from the store; `chassis.project.rebuild` replays into new tables and swaps them.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import Connection, MetaData, Table

from chassis.base.retry import UNREADABLE, reason
from schemas.base.envelope import RecordedEvent

I = TypeVar("I")  # noqa: E741 - an item: an event as `prepare` returns it
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class View(Generic[I]):
    """One read model.

    `define(metadata, prefix)` declares its tables, each name with `prefix` (empty for the live ones; a rebuild fills
    others); a second call with the same metadata returns the same tables.
    `apply(connection, tables, items)` writes one batch, in order, in a transaction that also moves the checkpoint.
    It may run again after a rollback. It gets each event once and in stream order, but events of two complaints in any
    order, and must not depend on how events are divided into batches.
    `prepare(events)` runs before, outside the transaction: decodes, loads keys, looks up. At most one item per event.
    `ignored_types`: event types that never change the rows; they are not passed to `prepare`.
    `load`: folds whole streams into the cache from which `prepare` takes its states, so that a fill folds a complaint
    once for all views with the same one (`chassis.write.repository.Repository.load_with`).
    `indexed_load`: `apply` needs the tables' indexes also while they are filled.
    """

    name: str
    define: Callable[[MetaData, str], Sequence[Table]]
    apply: Callable[[Connection, Sequence[Table], Sequence[I]], None]
    prepare: Callable[[Sequence[RecordedEvent]], Awaitable[Sequence[I]]]
    prefixes: tuple[str, ...] = ("complaint-",)
    ignored_types: frozenset[str] = frozenset()
    load: Callable[[Sequence[RecordedEvent]], Awaitable[Any]] | None = None
    indexed_load: bool = False


class Overtaken(Exception):
    """Another process wrote the same events first: nothing was written here."""


async def as_recorded(events: Sequence[RecordedEvent]) -> Sequence[RecordedEvent]:
    """The `prepare` of a view that applies stored events unchanged."""
    return events


async def prepared(view: View[I], events: Sequence[RecordedEvent]) -> Sequence[I]:
    """The items of these events. A stream that cannot be read is left out and logged, so that it does not block the
    others; a rebuild adds it once it can be read.
    """
    relevant = [event for event in events if event.type not in view.ignored_types] if view.ignored_types else events
    return await _prepared(view, relevant) if relevant else ()


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
