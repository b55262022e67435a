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
    records = _records(file, _text(file, encoding))
    objects = [record.cells for record in records if record.cells is not None]
    if records and not objects:
        raise UnreadableFile(f"{file} has no line that is a JSON object: {records[0].fault}")
    check_header(file, list(dict.fromkeys(name for cells in objects for name in cells)), columns)
    yield from records


def _text(file: Path, encoding: str | None) -> str:
    try:
        raw = file.read_bytes()
        named = encoding or json.detect_encoding(raw)
        return raw.decode(named).removeprefix("\ufeff")
    except UnicodeError as error:
        raise UnreadableFile(f"{file} is not in {named}: give its encoding with --encoding, such as cp1252") from error
    except (LookupError, OSError) as error:
        raise UnreadableFile(f"{file} cannot be read: {error}") from error


def _records(file: Path, text: str) -> list[Record]:
    if text.lstrip().startswith("["):
        try:
            return [_record(number, value) for number, value in enumerate(_parsed(text), start=1)]
        except (ValueError, RecursionError) as error:
            # JSON Lines may begin with a list: a fault of that line alone.
            if file.suffix.lower() == ".json":
                raise UnreadableFile(f"{file} is not JSON: {error}") from error
    return list(_lines(text))


def _lines(text: str) -> Iterator[Record]:
    # Only \n ends a line of JSON Lines: the other separators of `splitlines` may stand inside a string.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield _record(number, _parsed(line))
            except (ValueError, RecursionError):
                yield Record(number, None, "the line is not JSON")


def _record(number: int, value: Any) -> Record:
    if isinstance(value, _Twice):
        return Record(number, None, f"{value.name}: the record has two fields of that name")
    return Record(number, value) if isinstance(value, dict) else Record(number, None, "it is not a JSON object")


class _Twice:
    """An object in which a name occurs twice: nobody knows which value is meant."""

    def __init__(self, name: str) -> None:
        self.name = name


def _parsed(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> object:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    return _Twice(next(name for name in names if names.count(name) > 1))
