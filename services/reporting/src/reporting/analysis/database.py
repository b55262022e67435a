"""Opens an export in DuckDB, with views for the questions of `questions/`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from reporting.export.manifest import BadExport, read_manifest

HERE: Final = files("reporting.analysis")


class Question(NamedTuple):
    """A question, how its figures are calculated, and the SQL that answers it."""

    name: str
    asked: str
    formula: str
    sql: str


def questions() -> list[Question]:
    """In the order of their numbers."""
    found = sorted(HERE.joinpath("questions").iterdir(), key=lambda file: file.name)
    return [_read(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in found]


def _read(name: str, text: str) -> Question:
    lines = text.splitlines()
    head = [line.removeprefix("-- ") for line in lines if line.startswith("--")]
    return Question(name, head[0], " ".join(head[1:]), "\n".join(lines[len(head) :]))


def open_export(folder: Path, moment: datetime | None = None) -> duckdb.DuckDBPyConnection:
    """A database in memory with the views of `views.sql` over an export. `moment`: dates that passed before it count as
    missed; None: the time of the newest fact.

    Raises:
        BadExport: the folder holds no complete export with a table of cases.
    """
    manifest = read_manifest(folder)
    if manifest is None or manifest.cases is None or not manifest.parts:
        raise BadExport(f"{folder} holds no export with a table of cases; run `satupintu export {folder}`")
    parts = [folder / part.file for part in manifest.parts]
    return open_files(parts, folder / manifest.cases.file, moment)


def open_files(facts: Sequence[Path], cases: Path, moment: datetime | None = None) -> duckdb.DuckDBPyConnection:
    """As `open_export`, over files."""
    connection = duckdb.connect(":memory:")
    views = HERE.joinpath("views.sql").read_text(encoding="utf-8")
    for name, value in (("facts", _list(facts)), ("cases", _list([cases])), ("moment", _time(moment))):
        views = views.replace(f"{{{name}}}", value)
    connection.execute(views.partition("\n\n")[2])
    return connection


def _list(paths: Sequence[Path]) -> str:
    return "[" + ", ".join(_quoted(str(path)) for path in paths) + "]"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _time(moment: datetime | None) -> str:
    if moment is None:
        return "null::timestamp"
    return f"{_quoted(moment.astimezone(UTC).replace(tzinfo=None).isoformat())}::timestamp"
