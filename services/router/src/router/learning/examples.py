"""Labelled texts for training, read from CSV or JSON lines."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

from schemas.base.values import ComplaintClass

_LONGEST: Final = 10_000_000
_CLASSES: Final = {
    "pengaduan": ComplaintClass.COMPLAINT,
    "aspirasi": ComplaintClass.ASPIRATION,
    "permintaan informasi": ComplaintClass.INFORMATION,
    **{kind.value: kind for kind in ComplaintClass},
}
"""As SP4N-LAPOR! exports and our own events write them."""
_GRADED: Final = {"pengaduan berkadar pengawasan": True, "pengaduan tidak berkadar pengawasan": False}


class BadExamples(Exception):
    """A file of labelled texts that cannot be used. The message names the file and the line or column."""


class Example(NamedTuple):
    """One text and what is known about it; None: unknown. Examples of one `group` stay on one side of every split."""

    text: str
    label: str | None
    place: tuple[str, ...] = ()
    kind: ComplaintClass | None = None
    supervision: bool | None = None
    urgent: bool | None = None
    group: str = ""
    fold: str = ""
    own: bool = False
    """Made from our own sentences."""
    weight: float = 1.0
    """Weight in training, by how reliable the label is."""


class ExampleColumns(NamedTuple):
    """The columns of a file; several text columns are joined."""

    text: tuple[str, ...] = ("text",)
    label: str = "label"
    place: tuple[str, ...] = ()
    kind: str | None = None
    fold: str | None = None


def read_examples(path: Path, columns: ExampleColumns) -> list[Example]:
    """The rows that have text and label.

    Raises:
        BadExamples: no such file or column, or a line that is no row.
    """
    names = [*columns.text, columns.label, *columns.place, *filter(None, (columns.kind, columns.fold))]
    rows = _json_rows if path.suffix in (".jsonl", ".ndjson") else csv_rows
    found = [made for _, row in rows(path, names) if (made := _example(row, columns)) is not None]
    if not found:
        raise BadExamples(f"{path}: no row has both text and {columns.label}")
    return found


def csv_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their line numbers.

    Raises:
        BadExamples: no such file, or not a table with these columns.
    """
    csv.field_size_limit(_LONGEST)
    with _opened(path) as file:
        reader = csv.DictReader(file)
        _check(path, reader.fieldnames or (), columns)
        for row in reader:
            yield reader.line_num, row


def _json_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    first = True
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadExamples(f"{path}, line {number}: {error}") from error
            if not isinstance(row, dict):
                raise BadExamples(f"{path}, line {number}: not an object")
            if first:
                _check(path, row, columns)
            first = False
            yield number, row


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadExamples(f"{path}: {error}") from error


def _check(path: Path, there: Iterable[str], columns: Sequence[str]) -> None:
    present = [name for name in there if name]
    if missing := [name for name in columns if name not in present]:
        raise BadExamples(f"{path}: no column {', '.join(missing)} (it has {', '.join(present) or 'none'})")


def _example(row: Mapping[str, Any], columns: ExampleColumns) -> Example | None:
    text = "\n".join(cell for name in columns.text if (cell := _cell(row, name)))
    label = _cell(row, columns.label)
    if not text or not label:
        return None
    place = tuple(f"{name}={cell.casefold()}" for name in columns.place if (cell := _cell(row, name)))
    written = _cell(row, columns.kind).casefold()
    grade = _GRADED.get(written)
    kind = ComplaintClass.COMPLAINT if grade is not None else _CLASSES.get(written)
    return Example(text, label, place, kind, grade, fold=_cell(row, columns.fold))


def _cell(row: Mapping[str, Any], name: str | None) -> str:
    value = row.get(name) if name else None
    return "" if value is None else str(value).strip()
