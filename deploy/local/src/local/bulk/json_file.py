"""Reads JSON: one object a line, or a list of objects."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from local.bulk.table import Record, UnreadableFile, check_header

SUFFIXES: Final = frozenset({".jsonl", ".ndjson", ".json"})


def read_json(file: Path, columns: Sequence[str], encoding: str | None) -> Iterator[Record]:
    """The records of the file; a column that only some objects have is no fault of the file.

    Raises:
        UnreadableFile: no object at all, a column that no object has, or another encoding.
    """
    try:
        text = file.read_text(encoding or "utf-8-sig")
    except UnicodeError as error:
        raise UnreadableFile(f"{file} is not in UTF-8: give its encoding with --encoding, such as cp1252") from error
    except (LookupError, OSError) as error:
        raise UnreadableFile(f"{file} cannot be read: {error}") from error
    records = list(_listed(file, text) if text.lstrip()[:1] == "[" and file.suffix == ".json" else _lines(text))
    objects = [record.cells for record in records if record.cells is not None]
    if records and not objects:
        raise UnreadableFile(f"{file} has no line that is a JSON object: {records[0].fault}")
    check_header(file, list(dict.fromkeys(name for cells in objects for name in cells)), columns)
    yield from records


def _listed(file: Path, text: str) -> Iterator[Record]:
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{file} is not JSON: {error}") from error
    for number, value in enumerate(listed, start=1):
        yield _record(number, value)


def _lines(text: str) -> Iterator[Record]:
    # Only \n ends a line of JSON Lines: the other separators of `splitlines` may stand inside a string.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield _record(number, json.loads(line))
            except (ValueError, RecursionError):
                yield Record(number, None, "the line is not JSON")


def _record(number: int, value: Any) -> Record:
    return Record(number, value) if isinstance(value, dict) else Record(number, None, "it is not a JSON object")
