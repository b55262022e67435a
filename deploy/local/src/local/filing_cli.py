"""`satupintu file FILE --text-column ...`: every row of a CSV or JSONL file becomes a complaint, once."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from local.filing import CONNECTIONS, Outcome, Unreachable, file_all
from local.rows import Columns, Row, UnreadableFile, read_rows

app: Final = typer.Typer(no_args_is_help=True)
console: Final = Console(stderr=True)


@app.command()
def file(
    source: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CSV or JSONL")],
    text_column: Annotated[str, typer.Option(help="column with the complaint's words")],
    title_column: Annotated[str | None, typer.Option(help="column with a title")] = None,
    region_column: Annotated[str | None, typer.Option(help="column with a Kemendagri region code")] = None,
    addressed_to_column: Annotated[str | None, typer.Option(help="column with the body it is addressed to")] = None,
    class_column: Annotated[str | None, typer.Option(help="column with complaint, aspiration or information")] = None,
    channel: Annotated[str, typer.Option(help="channel the complaints came by")] = "import",
    address: Annotated[str, typer.Option(help="the front door")] = "http://127.0.0.1:8000",
    connections: Annotated[int, typer.Option(min=1, max=256, help="requests at the same time")] = CONNECTIONS,
) -> None:
    """File every row, wait until each is placed or at the triage desk, and say what became of them.

    Run again, also after an interruption, it files nothing twice.
    """
    columns = Columns(text_column, title_column, region_column, addressed_to_column, class_column)
    try:
        rows = list(read_rows(source, columns, channel))
        counts = asyncio.run(_filed(address, rows, connections))
    except (UnreadableFile, Unreachable) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    _tell(len(rows), counts)
    if counts.total() != len(rows):
        raise typer.Exit(1)


async def _filed(address: str, rows: list[Row], connections: int) -> Counter[str]:
    shape = (TextColumn("filing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*shape, console=console) as progress:
        task = progress.add_task("filing", total=len(rows))

        def told(_outcome: Outcome) -> None:
            progress.advance(task)

        return await file_all(address, rows, told, connections)


def _tell(rows: int, counts: Counter[str]) -> None:
    table = Table("", "where it is, or why it was refused", "rows", title=f"{rows} rows")
    for name, count in sorted(counts.items()):
        kind, _, where = name.partition(" ")
        table.add_row({"filed": "filed now", "known": "filed before"}.get(kind, kind), where, str(count))
    table.add_section()
    table.add_row("", "together", str(counts.total()))
    Console().print(table)
