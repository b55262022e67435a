"""Writes the history as a Parquet file: one row for each fact, without sealed text.

select type, count(*) from 'history.parquet' group by type;
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic_core import from_json, to_json

from schemas.base.envelope import RecordedEvent
from schemas.events import BY_NAME
from schemas.events.codec import EVERY, metadata_of, sealed_paths

SCHEMA: Final = pa.schema(
    [
        ("position", pa.int64()),
        ("stream", pa.string()),
        ("version", pa.int32()),
        ("type", pa.string()),
        ("event_id", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("recorded_at", pa.timestamp("us", tz="UTC")),
        ("writer", pa.string()),
        ("causation_id", pa.string()),
        ("correlation_id", pa.string()),
        ("agency", pa.string()),
        ("sector", pa.string()),
        ("region", pa.string()),
        ("data", pa.string()),
    ]
)
PERSONAL: Final = frozenset({"person", "lat", "lon", "officer"})
"""Fields that are not sealed but point to a person, an officer or a home; also left out."""


async def export(
    pages: AsyncIterator[Sequence[RecordedEvent]], target: Path, start: datetime | None, end: datetime | None
) -> int:
    """Write the facts with `start` <= at < `end` to `target`; returns their number. The file gets its name only when it
    is complete.
    """
    unfinished, count = target.with_name(f"{target.name}.part"), 0
    with pq.ParquetWriter(unfinished, SCHEMA, compression="zstd") as writer:
        async for page in pages:
            rows = [row for row in map(row_of, page) if _within(row["at"], start, end)]
            count += len(rows)
            if rows:
                writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
    unfinished.replace(target)
    return count


def row_of(event: RecordedEvent) -> dict[str, Any]:
    """One fact; `data` is its JSON without sealed and personal fields, and empty for a type of a newer version."""
    metadata, body = metadata_of(event), from_json(event.data)
    model = BY_NAME.get(event.type)
    for path in sealed_paths(model) if model else ():
        _drop(body, path)
    basis, place = body.get("basis") or {}, body.get("place") or {}
    return {
        "position": event.position,
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "event_id": str(event.id),
        "at": metadata.at,
        "recorded_at": event.recorded_at,
        "writer": metadata.writer,
        "causation_id": str(metadata.causation_id),
        "correlation_id": str(metadata.correlation_id),
        "agency": body.get("agency"),
        "sector": body.get("sector") or basis.get("sector"),
        "region": place.get("region") or basis.get("region") or body.get("region"),
        # Which fields of a newer version's fact are personal is not known here.
        "data": to_json(_impersonal(body) if model else {}).decode(),
    }


def _within(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or at >= start) and (end is None or at < end)


def _drop(node: Any, path: tuple[str, ...]) -> None:
    step, rest = path[0], path[1:]
    if step == EVERY:
        for element in node:
            _drop(element, rest)
    elif rest and node.get(step) is not None:
        _drop(node[step], rest)
    elif not rest:
        node.pop(step, None)


def _impersonal(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _impersonal(value) for key, value in node.items() if key not in PERSONAL}
    return [_impersonal(value) for value in node] if isinstance(node, list) else node
