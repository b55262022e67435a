"""Reads a spreadsheet: Excel (XLSX, XLSM, XLSB, XLS) and OpenDocument (ODS)."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import python_calamine

from local.bulk.table import HEADER_WITHIN, Record, UnreadableFile, check_header, is_header, records_below

SIGNATURES: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of a ZIP archive (XLSX, ODS) and of an old Office file (XLS)."""


MARKUP: Final = (b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")
"""How a web page or an XML table begins that some systems export under the name .xls."""


def is_markup(file: Path) -> bool:
    """Whether it is a web page or XML, whatever its name."""
    with file.open("rb") as raw:
        return raw.read(512).removeprefix(BOM_UTF8).lstrip().lower().startswith(MARKUP)


def is_spreadsheet(file: Path) -> bool:
    """Whether its first bytes are those of a spreadsheet, whatever its name."""
    with file.open("rb") as raw:
        return raw.read(4) in SIGNATURES


def read_spreadsheet(file: Path, columns: Sequence[str], sheet: str | None) -> Iterator[Record]:
    """The records of the named sheet, else of the first one with these columns, hidden ones last.

    Raises:
        UnreadableFile: it is no spreadsheet, is protected by a password, or has no such sheet or column.
    """
    try:
        book = python_calamine.load_workbook(str(file))
        shown = {each.name for each in book.sheets_metadata if each.visible is python_calamine.SheetVisibleEnum.Visible}
        names = sorted((name for name in book.sheet_names if sheet in (None, name)), key=lambda name: name not in shown)
        sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names]
    except python_calamine.PasswordError as error:
        raise UnreadableFile(f"{file} is protected by a password: save it without, or as CSV in UTF-8") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise UnreadableFile(f"{file} is no spreadsheet that can be read ({error}): save it as CSV in UTF-8") from error
    if not sheets:
        raise UnreadableFile(f"{file} has no sheet {sheet}; it has {', '.join(book.sheet_names)}")
    yield from _records(file, sheets, columns)


def _records(file: Path, sheets: list[list[list[Any]]], columns: Sequence[str]) -> Iterator[Record]:
    for rows in sheets:
        for above, cells in enumerate(rows[:HEADER_WITHIN]):
            header = [str(cell).strip() for cell in cells]
            if is_header(header, columns):
                check_header(file, header, columns)
                yield from records_below(header, enumerate(rows[above + 1 :], above + 2), columns)
                return
    first = next((row for row in sheets[0] if any(row)), [])
    check_header(file, [str(cell).strip() for cell in first], columns)
