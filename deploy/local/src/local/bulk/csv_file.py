"""Reads CSV: delimiter , ; | or tab, a `sep=` line, titles above the header, and any encoding that is named."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, TextIO

from local.bulk.table import HEADER_WITHIN, Record, UnreadableFile, check_header, is_header, records_below

DELIMITERS: Final = (",", ";", "\t", "|")
_LONGEST: Final = 2**31 - 1


def read_csv(file: Path, columns: Sequence[str], encoding: str | None) -> Iterator[Record]:
    """The records of the file.

    Raises:
        UnreadableFile: no header with these columns, or another encoding.
    """
    csv.field_size_limit(_LONGEST)  # a huge cell is its own row's fault, told by the form's limit
    try:
        with file.open(encoding=encoding or _encoding(file), newline="") as lines:
            yield from _records(file, lines, columns)
    except UnicodeError as error:
        named = getattr(error, "encoding", encoding or "UTF-16")
        raise UnreadableFile(f"{file} is not in {named}: give its encoding with --encoding, such as cp1252") from error
    except (LookupError, csv.Error, OSError) as error:
        raise UnreadableFile(f"{file} cannot be read: {error}") from error


def _encoding(file: Path) -> str:
    # By the byte order mark, else by where the zero bytes of ASCII characters are.
    with file.open("rb") as raw:
        start = raw.read(4)
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) > 1 and (start[0] == 0) != (start[1] == 0):
        return "utf-16-be" if start[0] == 0 else "utf-16-le"
    return "utf-8-sig"


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
    yield from _parsed(reader, read, header, columns, above)


def _parsed(reader: Any, read: list[str], header: list[str], columns: Sequence[str], above: int) -> Iterator[Record]:
    for cells in reader:
        first = above + reader.line_num - len(read) + 1
        if _is_misquoted(read, reader.dialect.delimiter):
            # Each line was a row, most likely: so the rows behind keep their numbers when this one is mended.
            fault = f"a quotation mark in line {first} is not closed, or not doubled inside its cell"
            yield from (Record(number, None, fault) for number, line in enumerate(read, first) if line.strip())
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


def _is_misquoted(lines: Sequence[str], delimiter: str) -> bool:
    # Python's default reader accepts a row that the end of the file cuts off, and takes the rows between two stray
    # quotation marks for one cell; a strict reader reports both.
    if not any('"' in line for line in lines):
        return False
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return len(lines) > 1 or "end of data" in str(error)
    return False
