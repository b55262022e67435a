"""`satupintu export`: the history as a folder of files."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from chassis.base.ports import Store
from chassis.base.settings import read_settings
from chassis.service.platform import open_only_store
from reporting.export.append import Period, Reached, append_facts
from reporting.export.dictionary import dictionary
from reporting.export.manifest import BadExport, Manifest
from reporting.export.write_cases import CaseWalk, Until, write_cases
from reporting.options import moment_option
from reporting.timeline import beginning
from schemas.reference.load import policies

app: Final = typer.Typer()
DICTIONARY: Final = "dictionary.md"


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="a folder; run it again to add what is new")],
    start: Annotated[str | None, typer.Option("--from", help="first day or time, inclusive")] = None,
    end: Annotated[str | None, typer.Option("--to", help="last day (inclusive) or time")] = None,
    with_cases: Annotated[bool, typer.Option("--cases/--no-cases", help="the table of cases, made anew")] = True,
) -> None:
    """Write the history as Parquet: each fact, and a row for each complaint. No words, no names; needs no secret."""
    first, last = moment_option(start, "--from", beginning), moment_option(end, "--to")
    if first and last and first > last:
        raise typer.BadParameter("it ends before it begins", param_hint="--to")
    if folder.is_file() or folder.suffix == ".parquet":
        raise typer.BadParameter(
            f"{folder} must be a folder; the facts are written to {folder}/facts", param_hint="FOLDER"
        )
    try:
        asyncio.run(_export(folder, Period(first, last), with_cases=with_cases))
    except (BadExport, OSError) as error:
        Console(stderr=True).print(f"[red]not exported[/red]: {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error


async def _export(folder: Path, period: Period, *, with_cases: bool) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    async with open_only_store(read_settings()) as store:
        newest = await store.newest()
        with _progress(console) as progress:
            manifest = await append_facts(store, folder, period, _shown(progress, "facts", newest))
            console.print(
                f"{manifest.facts:,} facts in {len(manifest.parts)} files, up to position {manifest.position}"
            )
            if with_cases:
                await _cases(store, folder, manifest, progress, console)
    (folder / DICTIONARY).write_text(dictionary(), encoding="utf-8")


async def _cases(store: Store, folder: Path, manifest: Manifest, progress: Progress, console: Console) -> None:
    walk = CaseWalk(store, policies(), Until(manifest.position))
    manifest = await write_cases(folder, manifest, walk, _shown(progress, "cases", manifest.position))
    console.print(f"{manifest.cases.cases if manifest.cases else 0:,} cases")
    if walk.unread:
        console.print(f"[red]{walk.unread} complaints have facts that this version cannot read; they have no row[/red]")


def _progress(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, transient=True)


def _shown(progress: Progress, what: str, total: int) -> Reached:
    task = progress.add_task(what, total=total)
    return lambda position, count: progress.update(task, completed=position, description=f"{count:,} {what}")
