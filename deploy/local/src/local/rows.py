"""Rows of a CSV or JSONL file as complaints to be filed, each under a key that follows from the row itself.

The same file gives the same keys, also in another order; a row that stands in it twice is two complaints.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from schemas.ids import derived_id

JSON_LINES: Final = frozenset({".jsonl", ".ndjson"})
csv.field_size_limit(10_000_000)


class Columns(NamedTuple):
    """Which column of the file holds what; None: the file has none."""

    text: str
    title: str | None = None
    region: str | None = None
    addressed_to: str | None = None
    class_: str | None = None


class Row(NamedTuple):
    """One complaint to be filed. `number` counts from 1 in the file's order."""

    number: int
    key: UUID
    body: dict[str, Any]


class UnreadableFile(Exception):
    """The file is no CSV or JSONL, or has no such column; says which."""


def read_rows(file: Path, columns: Columns, channel: str) -> Iterator[Row]:
    """The complaints in a file.

    Raises:
        UnreadableFile: with the row, or the columns there are.
    """
    seen: Counter[str] = Counter()
    for number, record in enumerate(_records(file), start=1):
        if number == 1:
            _check(file, record, columns)
        body = body_of(record, columns, channel)
        fingerprint = json.dumps(body, sort_keys=True, ensure_ascii=False)
        seen[fingerprint] += 1
        yield Row(number, derived_id("row", fingerprint, str(seen[fingerprint])), body)


def body_of(record: Mapping[str, Any], columns: Columns, channel: str) -> dict[str, Any]:
    """What is sent to the front door for one record; empty cells are left out, save the text."""
    body: dict[str, Any] = {"text": str(record.get(columns.text) or ""), "channel": channel}
    for field, column in (("title", columns.title), ("addressed_to", columns.addressed_to), ("class", columns.class_)):
        if column and record.get(column):
            body[field] = str(record[column])
    if columns.region and record.get(columns.region):
        body["place"] = {"region": str(record[columns.region])}
    return body


def _records(file: Path) -> Iterator[Mapping[str, Any]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        if file.suffix.lower() not in JSON_LINES:
            yield from csv.DictReader(lines)
            return
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _parsed(file, number, line)


def _parsed(file: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise UnreadableFile(f"{file} line {number} is no JSON: {error}") from error
    if not isinstance(record, dict):
        raise UnreadableFile(f"{file} line {number} is no JSON object")
    return record


def _check(file: Path, record: Mapping[str, Any], columns: Columns) -> None:
    missing = [column for column in columns if column and column not in record]
    if missing:
        there = ", ".join(str(name) for name in record)
        raise UnreadableFile(f"{file} has no column {', '.join(missing)}; it has {there}")
