"""`satupintu file FILE --text-column ...`: files every row of a CSV or JSON file as a complaint, once."""

import asyncio
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from local.bulk.client import CONNECTIONS, FilingResult, Unreachable, file_all, open_session, over_http
from local.bulk.gateway import over_kafka
from local.bulk.rows import FileColumns, FileRow, UnreadableFile, read_rows


class Via(StrEnum):
    """How rows are filed: over HTTP or over Kafka."""

    DOOR = "door"
    SUBMISSIONS = "submissions"


app: Final = typer.Typer(no_args_is_help=True)
console: Final = Console(stderr=True)


@app.command()
def file(
    source: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CSV, JSONL or JSON")],
    text_column: Annotated[str, typer.Option(help="column with the complaint's words")],
    title_column: Annotated[str | None, typer.Option(help="column with a title")] = None,
    region_column: Annotated[str | None, typer.Option(help="column with a Kemendagri region code")] = None,
    addressed_to_column: Annotated[str | None, typer.Option(help="column with the body it is addressed to")] = None,
    class_column: Annotated[str | None, typer.Option(help="column with complaint, aspiration or information")] = None,
    encoding: Annotated[str | None, typer.Option(help="of the file; else UTF-8, or as marked")] = None,
    channel: Annotated[str, typer.Option(help="channel the complaints came by")] = "import",
    address: Annotated[str, typer.Option(help="the front door")] = "http://127.0.0.1:8000",
    via: Annotated[Via, typer.Option(help="the front door, or Kafka's topic as a channel gateway does")] = Via.DOOR,
    kafka: Annotated[str, typer.Option(help="with --via submissions: Kafka")] = "127.0.0.1:9092",
    connections: Annotated[int, typer.Option(min=1, max=256, help="requests at the same time")] = CONNECTIONS,
) -> None:
    """File every row, wait until each is placed or at the triage desk, and print the outcomes.

    Run again, also after an interruption or with another --via, it files nothing twice.
    """
    columns = FileColumns(text_column, title_column, region_column, addressed_to_column, class_column)
    try:
        rows = list(read_rows(source, columns, channel, encoding))
        counts = asyncio.run(_filed(rows, address, kafka if via is Via.SUBMISSIONS else None, connections))
    except (UnreadableFile, Unreachable) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    _print(len(rows), counts)
    if counts.total() != len(rows):
        raise typer.Exit(1)


async def _filed(rows: list[FileRow], address: str, kafka: str | None, at_once: int) -> Counter[str]:
    shape = (TextColumn("filing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*shape, console=console) as progress:
        task = progress.add_task("filing", total=len(rows))

        def advance(_result: FilingResult) -> None:
            progress.advance(task)

        async with open_session(address, at_once) as session:
            if kafka is None:
                return await file_all(over_http(session), rows, advance, at_once)
            async with over_kafka(session, kafka) as file_row:
                return await file_all(file_row, rows, advance, at_once)


def _print(rows: int, counts: Counter[str]) -> None:
    table = Table("", "status, or reason of the refusal", "rows", title=f"{rows} rows")
    for name, count in sorted(counts.items()):
        kind, _, where = name.partition(" ")
        table.add_row({"filed": "filed now", "known": "filed before"}.get(kind, kind), where, str(count))
    table.add_section()
    table.add_row("", "total", str(counts.total()))
    Console().print(table)
