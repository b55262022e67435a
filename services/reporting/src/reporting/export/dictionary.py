"""The data dictionary of an export, made from the schemas: each column, and each type of fact with its fields."""

from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any, Final

import pyarrow as pa

from reporting.export import cases, facts
from schemas.events import BY_NAME, OWNER
from schemas.events.base import Fact
from schemas.events.codec import sealed_paths

OPENING: Final = """# Data dictionary

`facts/*.parquet` has one row for each fact, `cases-*.parquet` one for each complaint and part. Neither holds what
people wrote or who they are. Times are UTC. `manifest.json` names the files that count, with SHA-256.
"""


def dictionary() -> str:
    """In Markdown."""
    return "\n".join(
        [
            OPENING,
            *_table("Facts", facts.FACTS, facts.MEANINGS),
            *_table("Cases", cases.CASES, cases.MEANINGS),
            "## Types of facts\n\nThe fields in `data`. Sealed texts, positions, persons and officers are left out.\n",
            *(line for name in sorted(BY_NAME) for line in _type(name, BY_NAME[name])),
        ]
    )


def _table(title: str, schema: pa.Schema, meanings: Mapping[str, str]) -> Iterator[str]:
    yield f"## {title}\n\n| column | type | meaning |\n|---|---|---|"
    for field in schema:
        yield f"| `{field.name}` | {_plain(field.type)} | {meanings[field.name]} |"
    yield ""


def _plain(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        inner = [kind.value_type.field(number) for number in range(kind.value_type.num_fields)]
        return f"list of ({', '.join(f'{each.name}: {_plain(each.type)}' for each in inner)})"
    return "time" if pa.types.is_timestamp(kind) else str(kind)


def _type(name: str, model: type[Fact]) -> Iterator[str]:
    sealed = {path[0] for path in sealed_paths(model) if len(path) == 1} | facts.PERSONAL
    properties: Mapping[str, Any] = model.model_json_schema()["properties"]
    fields = [f"`{field}` ({_kind(shape)})" for field, shape in properties.items() if field not in sealed]
    yield f"### {name}\n\nWritten by {OWNER[name]}. {' '.join(cleandoc(model.__doc__ or '').split())}\n"
    yield f"Fields: {', '.join(fields)}.\n"


def _kind(shape: Mapping[str, Any]) -> str:
    arms = [arm for arm in shape.get("anyOf", [shape]) if arm.get("type") != "null"]
    told = [
        str(arm.get("format") or arm.get("type") or arm.get("$ref", "").rpartition("/")[2] or "value") for arm in arms
    ]
    return " or ".join(dict.fromkeys(told))
