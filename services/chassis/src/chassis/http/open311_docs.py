"""What OpenAPI says of Open311's answers: each is XML or JSON, by the path's suffix."""

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]

TEXT: Final[Schema] = {"type": "string"}
TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
NUMBER_OR_NULL: Final[Schema] = {"type": ["number", "null"]}
TIME: Final[Schema] = {"type": "string", "format": "date-time"}
TIME_OR_NULL: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}


def fields(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """An object with these fields, required unless `optional`."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required}


def list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def answers(schema: Schema, description: str, *, statuses: tuple[int, ...] = (200,)) -> Responses:
    """The success of a route, and GeoReport's errors."""
    success = {"description": description, "content": _both(schema)}
    return {**dict.fromkeys(statuses, success), **ERRORS}


def _both(schema: Schema) -> dict[str, Any]:
    # XML has the same fields as elements, below the wrapper that GeoReport names.
    return {"application/json": {"schema": schema}, "text/xml": {"schema": {"type": "string"}}}


_ERROR: Final = list_of(fields({"code": {"type": "integer"}, "description": TEXT}))
ERRORS: Final[Responses] = {
    "4XX": {"description": "The request was refused: a list of code and description.", "content": _both(_ERROR)},
    "5XX": {"description": "The server failed: the same form.", "content": _both(_ERROR)},
}
