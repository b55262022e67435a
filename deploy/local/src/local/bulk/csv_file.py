"""Reads CSV: delimiter , ; | or tab, a `sep=` line, titles above the header, and any encoding that is named."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, TextIO

from local.bulk.table import HEADER_WITHIN, Record, UnreadableFile, check_header, is_header, records_below

DELIMITERS: Final = (",", ";", "\t", "|")
csv.field_size_limit(10_000_000)


def read_csv(file: Path, columns: Sequence[str], encoding: str | None) -> Iterator[Record]:
    """The records of the file.

    Raises:
        UnreadableFile: no header with these columns, or another encoding.
    """
    try:
        with file.open(encoding=encoding or _encoding(file), newline="") as lines:
            yield from _records(file, lines, columns)
    except UnicodeError as error:
        named = getattr(error, "encoding", encoding or "UTF-16")
        raise UnreadableFile(f"{file} is not in {named}: give its encoding with --encoding, such as cp1252") from error
    except (LookupError, csv.Error, OSError) as error:
        raise UnreadableFile(f"{file} cannot be read: {error}") from error


def _encoding(file: Path) -> str:
    with file.open("rb") as raw:
        return "utf-16" if raw.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _records(file: Path, lines: TextIO, columns: Sequence[str]) -> Iterator[Record]:
    above, delimiter = _header_at(list(islice(lines, HEADER_WITHIN)), columns)
    lines.seek(0)
    for _ in range(above):
        next(lines)
    read = list[str]()
    reader = csv.reader(_recorded(lines, read), delimiter=delimiter)
    header = [name.strip() for name in next(reader, [])]
    check_header(file, header, columns)
    read.clear()
    for record in _parsed(reader, read, header, columns):
        yield record._replace(line=record.line + above)


def _parsed(reader: Any, read: list[str], header: list[str], columns: Sequence[str]) -> Iterator[Record]:
    for cells in reader:
        first, last = reader.line_num - len(read) + 1, reader.line_num
        if _is_open(read, reader.dialect.delimiter):
            yield Record(first, None, f"a quotation mark is never closed: {last - first + 1} lines are not read")
        else:
            yield from records_below(header, [(first, cells)], columns)
        read.clear()


def _header_at(lines: list[str], columns: Sequence[str]) -> tuple[int, str]:
    # The number of lines above the header, and the delimiter.
    start, delimiters = 0, list(DELIMITERS)
    named = lines[0].strip().strip('"') if lines else ""
    if named.lower().startswith("sep=") and len(named) == len("sep=?"):
        start, delimiters = 1, [named[-1]]
    elif lines and lines[0].lower().startswith("sep=\t"):
        start, delimiters = 1, ["\t"]
    for index, line in enumerate(lines[start:], start):
        for delimiter in delimiters:
            cells = next(csv.reader([line], delimiter=delimiter), [])
            if is_header([cell.strip() for cell in cells], columns):
                return index, delimiter
    likeliest = max(delimiters, key=lines[start].count) if lines[start:] else ","
    return start, likeliest


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
