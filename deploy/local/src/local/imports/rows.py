"""The rows of a file as old cases, each judged on its own."""

from collections.abc import Iterator
from collections.abc import Mapping as Cells
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from local.bulk import values
from local.bulk.rows import FileRow, read_cell, records
from local.bulk.table import Record
from local.imports.mapping import Mapping
from schemas.base.ids import derived_id
from schemas.base.limits import BODY
from schemas.base.values import Place
from schemas.events.intake import CaseImported
from schemas.wording.fields import by_field


class ImportSource(NamedTuple):
    """A file, what its columns mean, and the present: a later date is a fault."""

    file: Path
    mapping: Mapping
    now: datetime
    encoding: str | None = None
    sheet: str | None = None


class CaseRow(NamedTuple):
    """One row. `case`: its id here, by the source and its id there. `fact`: what is kept of a closed one. `body` and
    `received_at`: an open one as a complaint to file. `fault`: why it is neither.
    """

    number: int
    line: int
    id: str
    case: UUID
    fact: CaseImported | None = None
    body: dict[str, Any] | None = None
    received_at: datetime | None = None
    fault: str = ""

    def to_file(self) -> FileRow:
        """The row as `satupintu file` files it, under its own id."""
        return FileRow(self.number, self.line, self.id, self.case, self.body or {}, self.received_at, self.fault)


def read_cases(source: ImportSource) -> Iterator[CaseRow]:
    """The rows of a CSV, JSON or spreadsheet file.

    Raises:
        UnreadableFile: none of these, another encoding, or a missing column.
    """
    seen = dict[str, CaseRow]()
    found = records(source.file, source.mapping.columns.named, source.encoding, source.sheet)
    for number, record in enumerate(found, start=1):
        row = _row(source, number, record)
        before = seen.setdefault(row.id, row) if row.id else row
        if before is not row and (before.fact, before.body) != (row.fact, row.body):
            row = row._replace(fault=f"{source.mapping.columns.id}: {row.id!r} is in row {before.number} otherwise")
        yield row


def _row(source: ImportSource, number: int, record: Record) -> CaseRow:
    mapping = source.mapping
    row = CaseRow(number, record.line, "", derived_id("imported-row", str(number)), fault=record.fault)
    if record.cells is None:
        return row
    try:
        named = values.id_of(record.cells.get(mapping.columns.id))
    except ValueError as error:
        return row._replace(fault=f"{mapping.columns.id}: {error}")
    if not named:
        return row._replace(fault=f"{mapping.columns.id}: the row has no id")
    row = row._replace(id=named, case=derived_id("imported", mapping.source, named))
    try:
        return _read(source, row, record.cells)
    except ValidationError as error:
        return row._replace(fault="; ".join(by_field(each) for each in error.errors()))
    except ValueError as error:
        return row._replace(fault=str(error))


def _read(source: ImportSource, row: CaseRow, cells: Cells[str, Any]) -> CaseRow:
    columns, mapping = source.mapping.columns, source.mapping

    def text(column: str | None) -> str | None:
        found: str | None = read_cell(cells, column, values.text_of)
        if found is not None and len(found) > BODY:
            raise ValueError(f"{column}: has {len(found)} characters, at most {BODY} are kept")
        return found

    def moment(column: str | None) -> datetime | None:
        found: datetime | None = read_cell(cells, column, lambda cell: values.moment_of(cell, ZoneInfo(mapping.zone)))
        if found is not None and found > source.now:
            raise ValueError(f"{column}: {found.isoformat()} lies in the future")
        return found

    words, received_at, status = text(columns.text), moment(columns.received), text(columns.status)
    for column, value in ((columns.text, words), (columns.received, received_at), (columns.status, status)):
        if value is None:
            raise ValueError(f"{column}: is empty")
    place = _place(cells, columns.model_dump(), text)
    class_ = _meaning(columns.class_, text(columns.class_), mapping.class_, "class")
    if _meaning(columns.status, status, mapping.status, "status") == "open":
        form = {"text": words, "title": text(columns.title), "class": class_, "place": place, "channel": "import"}
        body = {name: value for name, value in form.items() if value}
        return row._replace(body=body, received_at=received_at)
    office = text(columns.office)
    fact = CaseImported.model_validate({
        "at": source.now, "source": mapping.source, "source_id": row.id, "received_at": received_at,
        "answered_at": moment(columns.answered), "closed_at": moment(columns.closed), "text": words,
        "title": text(columns.title), "answer": text(columns.answer), "agency": mapping.office.get(office or ""),
        "office": office, "status": status, "place": Place(**place) if place else None,
        **({"class": class_} if class_ else {}),
    })  # fmt: skip
    _in_order(columns.closed, fact)
    return row._replace(fact=fact)


def _place(cells: Cells[str, Any], columns: Cells[str, Any], text: Any) -> dict[str, Any]:
    place = {
        "region": read_cell(cells, columns["region"], values.region_code),
        "lat": read_cell(cells, columns["lat"], values.decimal_of),
        "lon": read_cell(cells, columns["lon"], values.decimal_of),
        "address": text(columns["address"]),
    }
    return {name: value for name, value in place.items() if value is not None}


def _meaning(column: str | None, word: str | None, meanings: Cells[str, str], table: str) -> str | None:
    if word is None:
        return None
    found = {name.casefold(): meaning for name, meaning in meanings.items()}.get(word.strip().casefold())
    if found is None:
        raise ValueError(f"{column}: {word!r} is not in the table [{table}] of the mapping")
    return found


def _in_order(column: str | None, fact: CaseImported) -> None:
    for at in (fact.answered_at, fact.closed_at):
        if at is not None and at < fact.received_at:
            raise ValueError(f"{column}: {at.isoformat()} lies before the case was received")
