"""`satupintu sql`, `as-of` and `figures`: questions over the history."""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import duckdb
import typer
from rich.console import Console

from chassis.base.clock import FileClock
from chassis.base.settings import read_settings
from chassis.service.platform import open_only_store
from reporting.analysis import as_of
from reporting.analysis.database import Question, open_cases, open_export, questions, sql_of_figures
from reporting.analysis.printed import Form, table
from reporting.export.manifest import BadExport
from reporting.export.write_cases import CaseWalk, Until, write_rows
from reporting.options import moment_option
from reporting.timeline import instant
from schemas.reference.load import policies

app: Final = typer.Typer(no_args_is_help=True)
past: Final = typer.Typer(no_args_is_help=True)
app.add_typer(past, name="as-of")


class Told(StrEnum):
    """What counts as of a moment."""

    KNOWN = "known"
    HAPPENED = "happened"


class By(StrEnum):
    """What figures are counted by."""

    AGENCY = "agency"
    CLASS = "class"
    REGION = "region"
    SECTOR = "sector"
    STATUS = "status"


class AsOf(NamedTuple):
    """The moment that a command asks about."""

    at: datetime
    told: Told


Which = Annotated[Told, typer.Option("--what", help="`known` by then, or `happened` by then, also if it came later")]
AsForm = Annotated[Form, typer.Option("--as", help="how it is printed")]
Grouped = Annotated[By, typer.Option("--by")]


@app.command()
def sql(
    folder: Annotated[Path, typer.Argument(help="an export")],
    query: Annotated[str | None, typer.Argument(help="SQL, or the number of a question; without it, list both")] = None,
    now: Annotated[str | None, typer.Option(help="when figures are taken; default: the newest fact")] = None,
    form: AsForm = Form.TABLE,
) -> None:
    """Ask an export in SQL, or one of the ready questions."""
    known = {each.name[:2]: each for each in questions()}
    try:
        with open_export(folder, moment_option(now, "--now")) as database:
            if query is None:
                _list(database, list(known.values()))
                return
            asked = known.get(query.zfill(2)) if query.isdecimal() else None
            if query.isdecimal() and asked is None:
                raise typer.BadParameter(f"there are questions 1 to {len(known)}", param_hint="QUERY")
            if asked:
                Console(stderr=True, highlight=False).print(f"{asked.asked}\n{asked.formula}\n")
            table(database.execute(asked.sql if asked else query), form)
    except (BadExport, duckdb.Error) as error:
        _fail(str(error))


@app.command()
def figures(
    moment: Annotated[str | None, typer.Option("--as-of", help="a day (its end) or a time; default: now")] = None,
    by: Grouped = By.AGENCY,
    what: Which = Told.KNOWN,
    form: AsForm = Form.TABLE,
) -> None:
    """Filed, open, on time, late, silence, disputes and returns as of a moment, by one property."""
    asked = AsOf(moment_option(moment, "--as-of") or FileClock(read_settings().clock_file).now(), what)

    async def run(walk: CaseWalk) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "cases.parquet"
            await write_rows(walk, file)
            with open_cases(file, asked.at) as database:
                table(database.execute(sql_of_figures(by.value)), form)

    _walk(asked, run)


@past.callback()
def begin(
    context: typer.Context,
    moment: Annotated[str, typer.Argument(help="a day (its end) or a time in ISO 8601")],
    what: Which = Told.KNOWN,
) -> None:
    """The platform as of a past moment, without what people wrote."""
    context.obj = AsOf(moment_option(moment, "MOMENT") or instant(moment), what)


@past.command()
def books(context: typer.Context) -> None:
    """Every complaint counted once, as JSON."""
    _walk(context.obj, lambda walk: _print(as_of.books(walk)))


@past.command()
def counts(context: typer.Context, by: Grouped = By.AGENCY) -> None:
    """Open and closed complaints by one property, as JSON."""
    _walk(context.obj, lambda walk: _print(as_of.counts(walk, by.value)))


@past.command()
def inbox(context: typer.Context, agency: Annotated[str, typer.Argument(help="the id of an agency")]) -> None:
    """What an agency held, the most urgent first, as JSON."""
    _walk(context.obj, lambda walk: _print(as_of.inbox(walk, agency)))


@past.command()
def complaint(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="public number or id; `satupintu history` takes tracking codes")],
) -> None:
    """One complaint as it was, as JSON."""

    async def run(walk: CaseWalk) -> None:
        found = await as_of.complaint(walk, name)
        if not found:
            raise typer.BadParameter("no complaint of that name was known then", param_hint="NAME")
        _show(found)

    _walk(context.obj, run)


def _walk(asked: AsOf, run: Callable[[CaseWalk], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with open_only_store(read_settings()) as store:
            walk = CaseWalk(store, policies(), Until(await store.newest(), asked.at, asked.told.value))
            await run(walk)
            if walk.unread:
                _fail(f"{walk.unread} complaints have facts that this version cannot read; they are missing above")

    asyncio.run(inside())


async def _print(found: Awaitable[Any]) -> None:
    _show(await found)


def _show(found: Any) -> None:
    print(json.dumps(found, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _list(database: duckdb.DuckDBPyConnection, known: list[Question]) -> None:
    for each in known:
        print(f"{int(each.name[:2]):>2}  {each.asked}")
    print("\nviews:")
    rows = database.execute("select view_name from duckdb_views() where not internal order by 1").fetchall()
    print("  " + ", ".join(name for (name,) in rows))


def _fail(why: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(why)
    raise typer.Exit(1)
