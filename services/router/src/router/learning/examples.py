"""Labelled texts for training, read from CSV or JSON lines."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

from router.learning.places import RowPlaces, StatedPlace
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
    """Region codes, as `reader.place_tokens` makes them of a complaint's region."""
    kind: ComplaintClass | None = None
    supervision: bool | None = None
    urgent: bool | None = None
    group: str = ""
    fold: str = ""
    own: bool = False
    """Made from our own sentences."""
    weight: float = 1.0
    """Weight in training, by how reliable the label is."""
    at: datetime | None = None
    """When it was received; None: not known."""
    addressed_to: str = ""
    elsewhere: bool = False
    """From another place than the one whose complaints the model will read."""


class ExampleColumns(NamedTuple):
    """The columns of a file; several text columns are joined. `within`: the region code in which all rows lie."""

    text: tuple[str, ...] = ("text",)
    label: str = "label"
    place: tuple[str, ...] = ()
    kind: str | None = None
    fold: str | None = None
    date: str | None = None
    addressed_to: str | None = None
    within: str | None = None


def read_examples(path: Path, columns: ExampleColumns) -> list[Example]:
    """The rows that have text and label, with the place as production would read it from such a complaint.

    Raises:
        BadExamples: no such file or column, a line that is no row, a date that is none, or places of which none is
            known.
    """
    optional = (columns.kind, columns.fold, columns.date, columns.addressed_to)
    names = [*columns.text, columns.label, *columns.place, *filter(None, optional)]
    rows = _json_rows if path.suffix in (".jsonl", ".ndjson") else csv_rows
    places = RowPlaces(columns.within)
    found = [
        made for line, row in rows(path, names) if (made := _example(row, columns, places, path, line)) is not None
    ]
    if not found:
        raise BadExamples(f"{path}: no row has both text and {columns.label}")
    if places.stated and not places.known:
        raise BadExamples(
            f"{path}: column {', '.join(columns.place)}: no row names a known region by code or name, for example "
            f"{places.unknown!r}; codes look like 32.73"
        )
    return found


def csv_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their line numbers. Columns are found whatever their case, spaces and hyphens.

    Raises:
        BadExamples: no such file, or not a table with these columns.
    """
    csv.field_size_limit(_LONGEST)
    with _opened(path) as file:
        reader = csv.DictReader(file)
        actual = _actual(path, reader.fieldnames or (), columns)
        for row in reader:
            yield reader.line_num, row | {name: row[there] for name, there in actual.items()}


def _json_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file. A column must be in one of them at least: a missing field means that it is not known."""
    rows: list[tuple[int, dict[str, Any]]] = []
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
            rows.append((number, row))
    actual = _actual(path, dict.fromkeys(name for _, row in rows for name in row), columns)
    for number, row in rows:
        yield number, row | {name: row.get(there) for name, there in actual.items()}


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadExamples(f"{path}: {error}") from error


def _actual(path: Path, there: Iterable[str], columns: Sequence[str]) -> dict[str, str]:
    """The name in the file of each column that is asked for."""
    present = [name for name in there if name]
    alike = {spelling(name): name for name in reversed(present)} | {name: name for name in present}
    found = {name: alike.get(name) or alike.get(spelling(name)) for name in columns}
    if missing := [name for name, actual in found.items() if actual is None]:
        raise BadExamples(f"{path}: no column {', '.join(missing)} (it has {', '.join(present) or 'none'})")
    return {name: actual for name, actual in found.items() if actual is not None}


def spelling(name: str) -> str:
    """A name without what differs between spellings: case, spaces, hyphens and underscores."""
    return re.sub(r"[\s_-]+", "-", name.strip().casefold())


def _example(
    row: Mapping[str, Any], columns: ExampleColumns, places: RowPlaces, path: Path, line: int
) -> Example | None:  # fmt: skip
    text = "\n".join(cell for name in columns.text if (cell := _cell(row, name)))
    label = _cell(row, columns.label)
    if not text or not label:
        return None
    addressed_to = _cell(row, columns.addressed_to)
    stated = [StatedPlace(name, cell) for name in columns.place if (cell := _cell(row, name))]
    place = places.tokens(stated, text, addressed_to)
    written = _cell(row, columns.kind).casefold()
    grade = _GRADED.get(written)
    kind = ComplaintClass.COMPLAINT if grade is not None else _CLASSES.get(written)
    at = _moment(_cell(row, columns.date), f"{path}, line {line}, column {columns.date}")
    return Example(text, label, place, kind, grade, fold=_cell(row, columns.fold), at=at, addressed_to=addressed_to)


_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def _moment(written: str, where: str) -> datetime | None:
    """A date as ISO 8601 or with the day first, as Indonesia writes it; without a zone it is taken as UTC."""
    if not written:
        return None
    try:
        if day_first := _DAY_FIRST.fullmatch(written):
            day, month, year, hour, minute, second = (int(part or 0) for part in day_first.groups())
            found = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        else:
            found = datetime.fromisoformat(written)
    except ValueError as error:
        raise BadExamples(f"{where}: {written!r} is no date; one looks like 2026-04-14 or 14/04/2026") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _cell(row: Mapping[str, Any], name: str | None) -> str:
    value = row.get(name) if name else None
    return "" if value is None else str(value).strip()
