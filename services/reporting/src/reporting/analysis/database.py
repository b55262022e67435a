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


def sql_of_figures(by: str) -> str:
    """The common figures by one column of `complaints`."""
    return HERE.joinpath("figures.sql").read_text(encoding="utf-8").replace("{by}", f'"{by}"')


def open_export(folder: Path, moment: datetime | None = None) -> duckdb.DuckDBPyConnection:
    """A database in memory with the views of `views.sql` over an export. `moment`: dates that passed before it count as
    missed; None: the time of the newest fact.

    Raises:
        BadExport: the folder holds no complete export with a table of cases.
    """
    manifest = read_manifest(folder)
    if manifest is None or manifest.cases is None or manifest.newest_at is None:
        raise BadExport(f"{folder} holds no export with a table of cases; run `satupintu export {folder}`")
    parts = _list([folder / part.file for part in manifest.parts])
    connection = open_cases(folder / manifest.cases.file, moment or manifest.newest_at)
    _create(connection, "views_of_facts.sql", facts=parts)
    return connection


def open_cases(cases: Path, moment: datetime) -> duckdb.DuckDBPyConnection:
    """As `open_export`, over a table of cases alone."""
    connection = duckdb.connect(":memory:")
    at = moment.astimezone(UTC).replace(tzinfo=None)
    _create(connection, "views_of_cases.sql", cases=_list([cases]), moment=f"'{at.isoformat()}'::timestamp")
    return connection


def _create(connection: duckdb.DuckDBPyConnection, name: str, **values: str) -> None:
    views = HERE.joinpath(name).read_text(encoding="utf-8").partition("\n\n")[2]
    for key, value in values.items():
        views = views.replace(f"{{{key}}}", value)
    connection.execute(views)


def _list(paths: Sequence[Path]) -> str:
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"
