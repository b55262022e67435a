"""Records of a file: rows of a CSV file or a spreadsheet, objects of a JSON file. Each is judged on its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

HEADER_WITHIN: Final = 20
"""Lines of titles that may stand above the header."""


class Record(NamedTuple):
    """One record. `line`: where it begins, from 1. `cells`: its values by column, or None with a `fault`."""

    line: int
    cells: Mapping[str, Any] | None
    fault: str = ""


class UnreadableFile(Exception):
    """The file is of no known format, has another encoding, or lacks a column. The message says which."""


def is_header(cells: Sequence[str], columns: Iterable[str]) -> bool:
    """Whether these cells name every column."""
    return bool(cells) and set(columns) <= set(cells)


def check_header(file: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    """Raises UnreadableFile: a column is missing, or there are two of that name."""
    missing = [column for column in columns if column not in header]
    if missing:
        there = ", ".join(name for name in header if name) or "none"
        raise UnreadableFile(f"{file} has no column {', '.join(missing)}; it has {there}")
    doubled = [column for column in columns if header.count(column) > 1]
    if doubled:
        raise UnreadableFile(f"{file} has two columns {doubled[0]}: rename one")


def records_below(
    header: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]]], columns: Sequence[str]
) -> Iterator[Record]:
    """The records of these rows (line, cells); rows of empty cells are left out."""
    last = max((header.index(column) for column in columns), default=0)
    for line, cells in rows:
        if all(cell in ("", None) for cell in cells):
            continue
        if any(cell not in ("", None) for cell in cells[len(header) :]):
            why = f"it has {len(cells)} cells, the header has {len(header)}"
            yield Record(line, None, f"{why}: a cell that contains the delimiter needs quotation marks")
        elif len(cells) <= last:
            why = f"it has {len(cells)} cells, the header has {len(header)}"
            yield Record(line, None, f"{why}: a cell that contains a line break needs quotation marks")
        else:
            yield Record(line, dict(zip(header, cells, strict=False)))
