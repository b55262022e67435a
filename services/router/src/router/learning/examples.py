"""Labelled texts to learn from, read from CSV or JSON lines; what is wrong in a file is said with its line."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from schemas.base.values import ComplaintClass

COLUMNS: Final = ("text", "label")
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
    """A file to learn from that does not say what it must; names the line or the column."""


class Example(NamedTuple):
    """One text and what is known of it; None: not known. Examples of one `group` are never told apart in a split."""

    text: str
    label: str | None
    place: tuple[str, ...] = ()
    kind: ComplaintClass | None = None
    supervision: bool | None = None
    urgent: bool | None = None
    group: str = ""
    fold: str = ""
    own: bool = False
    """Made of our own sentences."""
    weight: float = 1.0
    """How far it is to be trusted."""


class ExampleColumns(NamedTuple):
    """Which columns hold what; several texts are read one after the other."""

    text: tuple[str, ...] = ("text",)
    label: str = "label"
    place: tuple[str, ...] = ()
    kind: str | None = None
    fold: str | None = None


def read_examples(path: Path, columns: ExampleColumns) -> list[Example]:
    """Those rows that have text and label.

    Raises:
        BadExamples: no such file or column, or a line that is no row.
    """
    found = [made for row in _rows(path, columns) if (made := _example(row, columns)) is not None]
    if not found:
        raise BadExamples(f"{path}: no row has both text and {columns.label}")
    return found


def _rows(path: Path, columns: ExampleColumns) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(_LONGEST)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _json_lines(path, file) if path.suffix in (".jsonl", ".ndjson") else csv.DictReader(file)
            for number, row in enumerate(rows):
                if number == 0:
                    _check(path, row, columns)
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadExamples(f"{path}: {error}") from error


def _json_lines(path: Path, lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadExamples(f"{path}, line {number}: {error}") from error
            if not isinstance(row, dict):
                raise BadExamples(f"{path}, line {number}: not an object")
            yield row


def _check(path: Path, row: Mapping[str, Any], columns: ExampleColumns) -> None:
    wanted = [*columns.text, columns.label, *columns.place, *filter(None, (columns.kind, columns.fold))]
    missing = [name for name in wanted if name not in row]
    if missing:
        there = ", ".join(name for name in row if name)
        raise BadExamples(f"{path}: no column {', '.join(missing)} (it has {there})")


def _example(row: Mapping[str, Any], columns: ExampleColumns) -> Example | None:
    text = "\n".join(said for name in columns.text if (said := _said(row, name)))
    label = _said(row, columns.label)
    if not text or not label:
        return None
    written = _said(row, columns.kind).casefold() if columns.kind else ""
    grade = _GRADED.get(written)
    kind = ComplaintClass.COMPLAINT if grade is not None else _CLASSES.get(written)
    fold = _said(row, columns.fold) if columns.fold else ""
    return Example(text, label, place_names(row, columns.place), kind, grade, fold=fold)


def place_names(row: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, ...]:
    """The place as features: what each column says."""
    return tuple(f"{name}={said.casefold()}" for name in columns if (said := _said(row, name)))


def _said(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()
