"""The rows of a file as complaints to file, each under a key of its own: its id, else batch and row number.

The key never rests on the words: equal words of two people are two complaints, and a mended word makes no second one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from local.bulk import json_file, values
from local.bulk.csv_file import read_csv
from local.bulk.spreadsheet import is_markup, is_spreadsheet, read_spreadsheet
from local.bulk.table import Record, UnreadableFile
from schemas.base.ids import derived_id

CAPITAL: Final = ZoneInfo("Asia/Jakarta")
"""The zone of a time that names none."""


class FileColumns(NamedTuple):
    """The columns of the file by what they hold; None: there is no such column."""

    text: str
    id: str | None = None
    title: str | None = None
    class_: str | None = None
    addressed_to: str | None = None
    region: str | None = None
    address: str | None = None
    lat: str | None = None
    lon: str | None = None
    received: str | None = None
    occurred: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    anonymous: str | None = None
    secret: str | None = None

    @property
    def named(self) -> list[str]:
        """The columns that the file must have."""
        return [column for column in self if column]


class FileRow(NamedTuple):
    """One complaint to file.

    `number`: from 1, counting the records below the header. `line`: where it begins in the file. `id`: that of the id
    column. `received_at`: when its channel received it, if the file says. `fault`: why it cannot be filed.
    """

    number: int
    line: int
    id: str
    key: UUID
    body: dict[str, Any]
    received_at: datetime | None = None
    fault: str = ""


class FileSource(NamedTuple):
    """A file and how to read it. `batch` parts the keys of one import from those of another."""

    file: Path
    columns: FileColumns
    channel: str = "import"
    batch: str = ""
    encoding: str | None = None
    sheet: str | None = None
    zone: ZoneInfo = CAPITAL
    now: datetime | None = None
    """A date of receipt after it is a fault."""


def read_rows(source: FileSource) -> Iterator[FileRow]:
    """The rows of a CSV, JSON or spreadsheet file.

    Raises:
        UnreadableFile: none of these, another encoding, or a missing column.
    """
    first = dict[UUID, FileRow]()
    found = records(source.file, source.columns.named, source.encoding, source.sheet)
    for number, record in enumerate(found, start=1):
        row = _row(source, number, record)
        before = first.setdefault(row.key, row)
        if before is not row and (before.body, before.received_at) != (row.body, row.received_at):
            row = row._replace(
                fault=f"{source.columns.id}: {row.id!r} stands in row {before.number} with other content"
            )
        yield row


def records(file: Path, columns: Sequence[str], encoding: str | None, sheet: str | None) -> Iterator[Record]:
    """The records of a CSV, JSON or spreadsheet file with these columns.

    Raises:
        UnreadableFile: none of these, another encoding, or a missing column.
    """
    if is_spreadsheet(file):
        return read_spreadsheet(file, columns, sheet)
    if is_markup(file):
        raise UnreadableFile(
            f"{file} is a web page or XML: open it in a spreadsheet program and save it as XLSX or CSV"
        )
    if file.suffix.lower() in json_file.SUFFIXES:
        return json_file.read_json(file, columns, encoding)
    return read_csv(file, columns, encoding)


def _row(source: FileSource, number: int, record: Record) -> FileRow:
    by_number = derived_id("row-number", source.batch, str(number))
    row = FileRow(number, record.line, "", by_number, {}, fault=record.fault)
    if record.cells is None:
        return row
    column = source.columns.id
    try:
        named = values.id_of(record.cells.get(column)) if column else ""
    except ValueError as error:
        return row._replace(fault=f"{column}: {error}")
    if column:
        row = row._replace(id=named, key=derived_id("row-id", source.batch, named) if named else by_number)
    if column and not named:
        return row._replace(fault=f"{column}: the row has no id")
    try:
        body, received_at = body_of(record.cells, source), _received(record.cells, source)
    except ValueError as error:
        return row._replace(fault=str(error))
    return row._replace(body=body, received_at=received_at)


def body_of(cells: Mapping[str, Any], source: FileSource) -> dict[str, Any]:
    """The request body of one record, without its empty cells. Raises ValueError, which names the column."""
    columns = source.columns

    def cell(column: str | None, read: Callable[[Any], Any] = values.text_of) -> Any:
        return read_cell(cells, column, read)

    if columns.text not in cells:
        raise ValueError(f"{columns.text}: the record has no such field")
    place = {
        "region": cell(columns.region, values.region_code),
        "lat": cell(columns.lat, values.decimal_of),
        "lon": cell(columns.lon, values.decimal_of),
        "address": cell(columns.address),
    }
    reporter = {"name": cell(columns.name), "email": cell(columns.email), "phone": cell(columns.phone)}
    form = {
        "text": cell(columns.text) or "",
        "channel": source.channel,
        "title": cell(columns.title),
        "class": cell(columns.class_),
        "addressed_to": cell(columns.addressed_to),
        "occurred_on": cell(columns.occurred, values.day_of),
        "place": _given(place),
        "reporter": _given(reporter),
        "anonymous": cell(columns.anonymous, values.yes_or_no) or None,
        "secret": cell(columns.secret, values.yes_or_no) or None,
    }
    return _given(form) or {}


def _received(cells: Mapping[str, Any], source: FileSource) -> datetime | None:
    found: datetime | None = read_cell(cells, source.columns.received, lambda cell: values.moment_of(cell, source.zone))
    if found is not None and source.now is not None and found > source.now:
        raise ValueError(f"{source.columns.received}: {found.isoformat()} lies in the future")
    return found


def read_cell(cells: Mapping[str, Any], column: str | None, read: Callable[[Any], Any]) -> Any:
    """A cell as a value; None: it is empty, or there is no such column. Raises ValueError, which names the column."""
    found = cells.get(column) if column else None
    if found is None or (isinstance(found, str) and not found.strip()):
        return None
    try:
        return read(found)
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from error


def _given(fields: dict[str, Any]) -> dict[str, Any] | None:
    given = {name: value for name, value in fields.items() if value is not None}
    return given or None
