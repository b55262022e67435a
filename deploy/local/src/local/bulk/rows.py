"""Reads the rows of a CSV or JSON file as complaints to file, each with a key derived from its content.

The same rows give the same keys in any order; a row that occurs twice is two complaints.
"""

import codecs
import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO
from uuid import UUID

from schemas.base.ids import derived_id

JSON: Final = frozenset({".jsonl", ".ndjson", ".json"})
DELIMITERS: Final = (",", ";", "\t", "|")
PEEK: Final = 1024
csv.field_size_limit(10_000_000)


class FileColumns(NamedTuple):
    """The columns of the file by what they hold; None: there is no such column."""

    text: str
    title: str | None = None
    region: str | None = None
    addressed_to: str | None = None
    class_: str | None = None


class FileRow(NamedTuple):
    """One complaint to file. `number`: from 1 in the order of the file. `fault`: why the line cannot be read."""

    number: int
    key: UUID
    body: dict[str, Any]
    fault: str = ""


class LineFault(NamedTuple):
    """A line that is not a row, and why."""

    why: str


class UnreadableFile(Exception):
    """The file is not CSV or JSON, has another encoding, or lacks a column. The message says which."""


def read_rows(file: Path, columns: FileColumns, channel: str, encoding: str | None = None) -> Iterator[FileRow]:
    """Read a file: CSV (with the delimiter , ; | or tab of its first line), JSON lines, or a JSON list.

    Raises:
        UnreadableFile: none of these, another encoding, or a missing column.
    """
    seen: Counter[str] = Counter()
    with _opened(file, encoding) as lines:
        for number, record in enumerate(_records(file, lines, columns), start=1):
            if isinstance(record, LineFault):
                yield FileRow(number, derived_id("fault", str(number), record.why), {}, record.why)
                continue
            body = body_of(record, columns, channel)
            fingerprint = json.dumps(body, sort_keys=True, ensure_ascii=False)
            seen[fingerprint] += 1
            yield FileRow(number, derived_id("row", fingerprint, str(seen[fingerprint])), body)


def body_of(record: Mapping[str, Any], columns: FileColumns, channel: str) -> dict[str, Any]:
    """The request body of one record; empty cells are omitted, except the text."""
    body: dict[str, Any] = {"text": str(record.get(columns.text) or ""), "channel": channel}
    for field, column in (("title", columns.title), ("addressed_to", columns.addressed_to), ("class", columns.class_)):
        if column and record.get(column):
            body[field] = str(record[column])
    if columns.region and record.get(columns.region):
        body["place"] = {"region": str(record[columns.region])}
    return body


@contextmanager
def _opened(file: Path, encoding: str | None) -> Iterator[TextIO]:
    try:
        with file.open(encoding=encoding or _encoding(file), newline="") as lines:
            yield lines
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{file} is not in {error.encoding}: give its encoding with --encoding, such as cp1252"
        ) from error
    except (LookupError, csv.Error, OSError) as error:
        raise UnreadableFile(f"{file} cannot be read: {error}") from error


def _encoding(file: Path) -> str:
    with file.open("rb") as raw:
        return "utf-16" if raw.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _records(file: Path, lines: TextIO, columns: FileColumns) -> Iterator[Mapping[str, Any] | LineFault]:
    found = _from_json(file, lines) if file.suffix.lower() in JSON else _from_csv(file, lines, columns)
    checked = False
    for record in found:
        if not checked and not isinstance(record, LineFault):
            _check(file, list(record), columns)
            checked = True
        yield record


def _from_csv(file: Path, lines: TextIO, columns: FileColumns) -> Iterator[Mapping[str, Any] | LineFault]:
    head = lines.readline()
    lines.seek(0)
    names = [column for column in columns if column]
    fits = (each for each in DELIMITERS if set(names) <= set(next(csv.reader([head], delimiter=each), [])))
    delimiter, read = next(fits, DELIMITERS[0]), list[str]()
    reader = csv.DictReader(_recorded(lines, read), delimiter=delimiter)
    _check(file, list(reader.fieldnames or ()), columns)
    read.clear()
    for record in reader:
        if _is_open(read, delimiter):
            first, last = reader.line_num - len(read) + 1, reader.line_num
            yield LineFault(f"a quotation mark in line {first} is never closed: lines {first} to {last} are not read")
        else:
            yield record
        read.clear()


def _recorded(lines: Iterable[str], read: list[str]) -> Iterator[str]:
    for line in lines:
        read.append(line)
        yield line


def _is_open(lines: Sequence[str], delimiter: str) -> bool:
    # Python's default reader accepts a row that the end of the file cuts off; a strict reader reports it.
    if sum(line.count('"') for line in lines) % 2 == 0:
        return False
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _from_json(file: Path, lines: TextIO) -> Iterator[Mapping[str, Any] | LineFault]:
    if lines.read(PEEK).lstrip()[:1] == "[" and file.suffix.lower() == ".json":
        lines.seek(0)
        try:
            yield from map(_object, json.load(lines))
        except ValueError as error:
            raise UnreadableFile(f"{file} is not JSON: {error}") from error
        return
    lines.seek(0)
    faults, readable = list[LineFault](), False
    for record in (_parsed(line) for line in lines if line.strip()):
        # Faults are held back until one line is readable: if none is, the file itself is wrong.
        if isinstance(record, LineFault) and not readable:
            faults.append(record)
            continue
        if not readable:
            yield from faults
            readable = True
        yield record
    if faults and not readable:
        raise UnreadableFile(f"{file} has no line that is a JSON object: {faults[0].why}")


def _parsed(line: str) -> Mapping[str, Any] | LineFault:
    try:
        return _object(json.loads(line))
    except (ValueError, RecursionError):
        return LineFault("the line is not JSON")


def _object(record: Any) -> Mapping[str, Any] | LineFault:
    return record if isinstance(record, dict) else LineFault("it is not a JSON object")


def _check(file: Path, there: list[str], columns: FileColumns) -> None:
    missing = [column for column in columns if column and column not in there]
    if missing:
        raise UnreadableFile(f"{file} has no column {', '.join(missing)}; it has {', '.join(there) or 'none'}")
