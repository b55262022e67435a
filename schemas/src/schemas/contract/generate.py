"""Writes the published schemas: `python -m schemas.contract.generate [--check]`.

JSON Schema of the present version of every event and of every contract type, and the AsyncAPI document. Schemas of
older versions stay unchanged. `--check` writes nothing; it fails if a file on disk differs from what would be written,
or if a published example can no longer be read.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel
from pydantic_core import from_json, to_json

from schemas.base.envelope import Metadata
from schemas.contract import CONTRACT
from schemas.contract.asyncapi import document
from schemas.contract.compat import event_problem, outward_problem
from schemas.events import BY_NAME, REGISTRY_EVENTS
from schemas.events.upcasters import current_version
from schemas.reference.load import policies

ROOT: Final = Path(__file__).parents[3]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Returns the exit status, 0 without problems."""
    if "--check" not in arguments:
        for path, text in generated():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return 0
    found = [*drift(root), *broken(root)]
    for problem in found:
        print(problem, file=sys.stderr)  # noqa: T201 - a command speaks to its caller
    return 1 if found else 0


def generated() -> Iterator[tuple[str, str]]:
    """Every generated file: path below the root, and content."""
    for name, fact in BY_NAME.items():
        yield f"jsonschema/events/{name}.v{current_version(name)}.json", _schema(fact)
    yield "jsonschema/events/metadata.json", _schema(Metadata)
    for ce_type, model in CONTRACT.items():
        yield f"jsonschema/outward/{ce_type}.json", _schema(model)
    described = document(policies().versions[-1], dict(_examples()))
    # Through JSON, so that nothing occurs twice as one object, which YAML would write as an anchor.
    yield "asyncapi.yaml", yaml.safe_dump(from_json(to_json(described)), sort_keys=False, allow_unicode=True, width=120)


def drift(root: Path) -> Iterator[str]:
    """Problems: files that differ from what would be written."""
    for path, text in generated():
        if not (root / path).exists() or (root / path).read_text() != text:
            yield f"{path} is not up to date: run python -m schemas.contract.generate"


def broken(root: Path) -> Iterator[str]:
    """Problems: published examples that can no longer be read."""
    for path in sorted((root / "examples").glob("*/*/*.json")):
        example: dict[str, Any] = from_json(path.read_bytes())
        outward = path.parts[-3] == "outward"
        problem = outward_problem(path.parts[-2], example) if outward else event_problem(example)
        if problem:
            yield f"{path.relative_to(root)}: {problem}"


def _examples() -> Iterator[tuple[str, list[Any]]]:
    """The bodies of the published examples of what outsiders read and write, by type."""
    for type_ in CONTRACT:
        yield type_, [from_json(path.read_bytes()) for path in _files(f"outward/{type_}")]
    for type_ in REGISTRY_EVENTS:
        yield type_, [from_json(path.read_bytes())["data"] for path in _files(f"{type_}/v{current_version(type_)}")]


def _files(folder: str) -> list[Path]:
    return sorted((ROOT / "examples" / folder).glob("*.json"))


def _schema(model: type[BaseModel]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}
    return to_json(schema, indent=2).decode() + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
