"""One fact of the history as a row, without what people wrote and without who they are. Needs no key: sealed text is
left out as it is.
"""

from datetime import datetime
from typing import Any, Final

import pyarrow as pa
from pydantic_core import from_json, to_json

from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.events import BY_NAME
from schemas.events.codec import EVERY, sealed_paths
from schemas.events.intake import CaseImported, ComplaintFiled

TIME: Final = pa.timestamp("us")
"""UTC, without a zone: DuckDB calculates with zones only where an extension of it can be downloaded."""
FACTS: Final = pa.schema(
    [
        ("store_position", pa.int64()),
        ("stream", pa.string()),
        ("complaint", pa.string()),
        ("version", pa.int32()),
        ("type", pa.string()),
        ("event_id", pa.string()),
        ("happened_at", TIME),
        ("known_at", TIME),
        ("recorded_at", TIME),
        ("writer", pa.string()),
        ("causation_id", pa.string()),
        ("correlation_id", pa.string()),
        ("agency", pa.string()),
        ("sector", pa.string()),
        ("region", pa.string()),
        ("data", pa.string()),
    ]
)
MEANINGS: Final = {
    "store_position": "Place of the fact in the store; increases, not always by one.",
    "stream": "What the fact is about: `complaint-<id>`, `registry`, or supporters of a complaint.",
    "complaint": "Id of the complaint; empty for facts about something else.",
    "version": "Place of the fact in its stream, from 0.",
    "type": "What happened; each type and its fields are described below.",
    "event_id": "Id of the fact.",
    "happened_at": "When it happened: of a filing, when its channel received it; of any other fact, its own time.",
    "known_at": "When the platform knew of it. A filing that came late was known later than it happened.",
    "recorded_at": "When the store wrote it, by the machine's clock. Not for figures: the test clock does not move it.",
    "writer": "Which service wrote it.",
    "causation_id": "Id of the request or fact that led to it.",
    "correlation_id": "Id of the complaint whose handling led to it.",
    "agency": "The agency that the fact names.",
    "sector": "The field that the fact names.",
    "region": "The region that the fact names, as a Kemendagri code.",
    "data": "All fields of the fact as JSON, without what people wrote, positions on the map, persons and officers.",
}
PERSONAL: Final = frozenset({"person", "lat", "lon", "officer"})
"""Fields that are not sealed but point to a person, an officer or a home; also left out."""
_NAMES: Final = tuple(f'"{name}"'.encode() for name in PERSONAL)

_HAPPENED: Final = dict.fromkeys((ComplaintFiled.__name__, CaseImported.__name__), "received_at")
"""The field that says when it happened, where this is not `at`."""


def row_of(event: RecordedEvent) -> dict[str, Any]:
    """The row of a fact. An event of a type that a newer version wrote is told without `data`: nobody here knows which
    of its fields people wrote.

    Raises:
        ValueError: the stored bytes are no JSON.
    """
    metadata, body = from_json(event.metadata), from_json(event.data)
    model = BY_NAME.get(event.type)
    paths = sealed_paths(model) if model else ()
    for path in paths:
        _drop(body, path)
    basis, place = body.get("basis") or {}, body.get("place") or {}
    return {
        "store_position": event.position,
        "stream": event.stream,
        "complaint": event.stream[len(COMPLAINT_PREFIX) :] if event.stream.startswith(COMPLAINT_PREFIX) else None,
        "version": event.version,
        "type": event.type,
        "event_id": str(event.id),
        "happened_at": datetime.fromisoformat(body.get(_HAPPENED.get(event.type, "at")) or metadata["at"]),
        "known_at": datetime.fromisoformat(metadata["at"]),
        "recorded_at": event.recorded_at,
        "writer": metadata["writer"],
        "causation_id": metadata["causation_id"],
        "correlation_id": metadata["correlation_id"],
        "agency": body.get("agency"),
        "sector": body.get("sector") or basis.get("sector"),
        "region": place.get("region") or basis.get("region") or body.get("region"),
        "data": _data(event, body, touched=bool(paths)) if model else None,
    }


def known_at(event: RecordedEvent) -> datetime:
    """When the platform knew of it, by domain time."""
    return datetime.fromisoformat(from_json(event.metadata)["at"])


def happened_at(event: RecordedEvent) -> datetime:
    """When it happened."""
    told = from_json(event.data).get(_HAPPENED.get(event.type, "at"))
    return datetime.fromisoformat(told) if told else known_at(event)


def _data(event: RecordedEvent, body: Any, *, touched: bool) -> str:
    # Most facts have nothing to leave out: their bytes are kept as they are.
    if any(name in event.data for name in _NAMES):
        return to_json(_impersonal(body)).decode()
    return to_json(body).decode() if touched else event.data.decode()


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
