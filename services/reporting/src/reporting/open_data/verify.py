"""Checks a folder of open data: each file against its hash, and each figure against a recount."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from reporting.open_data.line import COLUMNS, line_in
from reporting.open_data.recount import Recount
from reporting.statistics.figures import FIGURES, Figures, Question
from reporting.statistics.read import Wanted
from schemas.contract.open_data import ComplaintSummary

FIGURES_FILE: Final = "figures.json"
"""The answers of the statistics' API, as they were published."""
SUMS_FILE: Final = "SHA256SUMS"
NAMED: Final = "_name"
"""The end of columns that hold a name for the code before them, in the reader's language."""


class BadOpenData(Exception):
    """The folder holds no open data, or a file is missing or is not what its hash says; the message names the file."""


class Checked(NamedTuple):
    """One published figure. `differences`: empty if the recount gives the same."""

    name: str
    differences: tuple[str, ...]


def verify(folder: Path) -> list[Checked]:
    """Recount each figure of `figures.json` from the files.

    Raises:
        BadOpenData: a file is missing, unreadable, or changed; or the figures were published for other files.
    """
    lines = read_lines(folder)
    published = _json(folder / FIGURES_FILE)
    version = sha256(_bytes(folder / SUMS_FILE)).hexdigest()
    for each in published:
        if each["data"]["sha256"] != version:
            raise BadOpenData(f"{FIGURES_FILE}: {each['name']} was published for the files {each['data']['sha256']}")
        if each["data"]["position"] != each["position"]:
            files = each["data"]["position"]
            raise BadOpenData(
                f"{FIGURES_FILE}: {each['name']} counts up to event {each['position']}, the files "
                f"{f'up to {files}' if files else 'were being made anew'}: get both again"
            )
    return [Checked(each["name"], tuple(_differences(each, lines))) for each in published]


def read_lines(folder: Path) -> list[ComplaintSummary]:
    """The lines of all files that `SHA256SUMS` names.

    Raises:
        BadOpenData: as for `verify`.
    """
    found = list[ComplaintSummary]()
    for entry in _bytes(folder / SUMS_FILE).decode().splitlines():
        hash_, _, name = entry.partition("  ")
        body = _bytes(folder / Path(name).name)
        if sha256(body).hexdigest() != hash_:
            raise BadOpenData(f"{name}: its SHA-256 is not the one in {SUMS_FILE}")
        found += _lines_of(name, body)
    return found


def _lines_of(name: str, body: bytes) -> list[ComplaintSummary]:
    rows = csv.DictReader(body.decode().splitlines())
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise BadOpenData(f"{name}: has other columns than this version reads")
    try:
        return [line_in(row) for row in rows]
    except ValidationError as error:
        raise BadOpenData(f"{name}: {error.errors()[0]['loc']}: {error.errors()[0]['msg']}") from error


def _differences(published: dict[str, Any], lines: list[ComplaintSummary]) -> Iterator[str]:
    wanted = Wanted(
        date.fromisoformat(published["from"]), date.fromisoformat(published["to"]), published["agency"],
        published["region"],
    )  # fmt: skip
    asked = Question(wanted, published["step"], datetime.fromisoformat(published["at"]))
    counted = FIGURES[published["name"]](Recount(lines, wanted), asked)
    for name, value in published["totals"].items():
        if counted.totals.get(name) != value:
            yield f"{name}: published {value}, recounted {counted.totals.get(name)}"
    rows, told = _rows(counted), _without_names(published)
    yield from (f"row {row}: published, not recounted" for row in told if row not in rows)
    yield from (f"row {row}: recounted, not published" for row in rows if row not in told)


def _rows(figures: Figures) -> list[list[Any]]:
    return [[str(cell) if isinstance(cell, date) else cell for cell in row] for row in figures.rows]


def _without_names(published: dict[str, Any]) -> list[list[Any]]:
    kept = [at for at, column in enumerate(published["columns"]) if not column.endswith(NAMED)]
    return [[row[at] for at in kept] for row in published["rows"]]


def _json(file: Path) -> Any:
    try:
        return json.loads(_bytes(file))
    except ValueError as error:
        raise BadOpenData(f"{file.name}: is no JSON") from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadOpenData(f"{file.name}: {error.strerror}") from error
