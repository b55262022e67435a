"""`satupintu import FILE --mapping MAPPING`: brings in the closed cases of another system."""

import asyncio
import csv
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chassis.base.errors import ChassisError
from chassis.base.settings import BadSetting, read_settings
from chassis.service.platform import open_platform
from local.bulk.cli import Connection, file_rows
from local.bulk.client import CONNECTIONS, FilingResult, Unreachable
from local.bulk.table import UnreadableFile
from local.errors import CannotRun
from local.imports.mapping import BadMapping, read_mapping
from local.imports.rows import CaseRow, ImportSource, read_cases
from local.imports.write import ImportResult, import_cases
from schemas.access.kafka_users import OPERATOR

CANNOT: Final = 1
NOT_ALL: Final = 3
WRITER: Final = "intake"
NAMES: Final = {
    "imported": "imported now", "known": "imported before", "changed": "changed, not imported", "refused": "refused",
    "open": "open, not imported",
}  # fmt: skip
app: Final = typer.Typer(no_args_is_help=True)
console: Final = Console(stderr=True, highlight=False, soft_wrap=True)


class Open(StrEnum):
    """What becomes of cases that are still open."""

    REFUSE = "refuse"
    FILE = "file"


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSONL, JSON, XLSX, XLS or ODS")],
    mapping: Annotated[Path, typer.Option(help="a TOML file: what the columns hold and the words mean")],
    still_open: Annotated[Open, typer.Option("--open", help="open cases: refuse, or file as complaints")] = Open.REFUSE,
    encoding: Annotated[str | None, typer.Option(help="of the file; else UTF-8, or as marked")] = None,
    sheet: Annotated[str | None, typer.Option(help="of a spreadsheet; else the first one with these columns")] = None,
    address: Annotated[str, typer.Option(help="with --open file: the front door")] = "http://127.0.0.1:8000",
    kafka: Annotated[str, typer.Option(help="with --open file: Kafka")] = "127.0.0.1:9092",
    results: Annotated[Path | None, typer.Option(help="write a CSV with each row's outcome")] = None,
) -> None:
    """Keep each closed case as one fact of history: no clock runs for it, no book counts it, no agency is told.

    A case is known by the mapping's source and its id: run again, also after an interruption, nothing is kept twice. A
    row that differs from what was imported is listed as changed. Exit code: 0 every row is imported, now or before; 3
    some are changed, refused or open; 1 a file cannot be read or nobody answers.
    """
    try:
        found = asyncio.run(_imported(file, mapping, encoding, sheet))
        opened = [each.row for each in found if each.kind == "open"]
        filed = asyncio.run(_file(opened, address, kafka)) if opened and still_open is Open.FILE else []
    except (BadMapping, UnreadableFile, Unreachable, CannotRun, BadSetting, ChassisError) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(CANNOT) from error
    _print(found, filed)
    if results is not None:
        _write(results, found, filed)
    done = {each.row.number for each in filed if each.kind in ("filed", "known")}
    if any(each.kind in ("changed", "refused", "open") and each.row.number not in done for each in found):
        raise typer.Exit(NOT_ALL)


async def _imported(file: Path, mapping: Path, encoding: str | None, sheet: str | None) -> list[ImportResult]:
    shape = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with open_platform(read_settings()) as platform:
        source = ImportSource(file, read_mapping(mapping), platform.clock.now(), encoding, sheet)
        rows, found = list(read_cases(source)), list[ImportResult]()
        with Progress(*shape, console=console, transient=True) as progress:
            task = progress.add_task("importing", total=len(rows))
            async for each in import_cases(platform.repository(WRITER), rows):
                found.append(each)
                progress.advance(task)
        return found


async def _file(rows: Sequence[CaseRow], address: str, kafka: str) -> list[FilingResult]:
    cluster = replace(read_settings().kafka_as(OPERATOR), address=kafka)
    return await file_rows([row.to_file() for row in rows], Connection(address, cluster, CONNECTIONS))


def _print(found: Sequence[ImportResult], filed: Sequence[FilingResult]) -> None:
    for each in found:
        if each.kind in ("changed", "refused"):
            named, why = f" ({each.row.id})" if each.row.id else "", f": {each.why}" if each.why else ""
            print(f"row {each.row.number}, line {each.row.line}{named}: {NAMES[each.kind]}{why}")
    for kind, count in Counter(each.kind for each in found).items():
        print(f"{count} {NAMES[kind]}")
    for one in filed:
        if one.kind not in ("filed", "known"):
            print(f"row {one.row.number}, line {one.row.line} ({one.row.id}): {one.kind} as a complaint: {one.why}")
    for outcome, count in Counter(str(each.kind) for each in filed).items():
        print(f"{count} of the open ones {outcome} as complaints")
    if any(each.kind == "open" for each in found) and not filed:
        print("open cases become complaints with --open file")


def _write(target: Path, found: Sequence[ImportResult], filed: Sequence[FilingResult]) -> None:
    """One line a row, readable by this user alone: a tracking code is the key to its complaint."""
    codes = {each.row.number: each for each in filed}
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(("row", "line", "id", "outcome", "why", "tracking_code", "public_number"))
        for each in found:
            one = codes.get(each.row.number)
            outcome, why = (f"complaint {one.kind}", one.why) if one else (each.kind, each.why)
            code, number = (one.tracking_code, one.public_number) if one else ("", "")
            table.writerow((each.row.number, each.row.line, each.row.id, outcome, why, code, number))
