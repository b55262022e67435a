"""`satupintu file FILE --text-column ...`: files every row of a table as a complaint, once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chassis.base.clock import SystemClock
from chassis.base.cluster import Cluster
from chassis.base.gateways import IMPORT
from chassis.base.settings import BadSetting, read_settings
from local.bulk.client import CONNECTIONS, FilingResult, Unreachable, file_all, open_session, over_http
from local.bulk.gateway import over_kafka
from local.bulk.report import print_outcomes, write_outcomes
from local.bulk.rows import FileColumns, FileRow, FileSource, read_rows
from local.bulk.table import UnreadableFile
from local.errors import CannotRun
from local.issuer.cli import token_for
from local.issuer.session import as_demo_people, demo_settings
from schemas.access.kafka_users import OPERATOR

CANNOT: Final = 1
"""Exit code: the file cannot be read, or the front door or Kafka does not answer."""
NOT_ALL: Final = 3
"""Exit code: some rows were refused, or differ from what their key filed."""


class Via(StrEnum):
    """How rows are filed: over HTTP or over Kafka."""

    DOOR = "door"
    SUBMISSIONS = "submissions"


class Connection(NamedTuple):
    """Where rows are filed. `kafka` None: over HTTP."""

    address: str
    kafka: Cluster | None
    at_once: int


app: Final = typer.Typer(no_args_is_help=True)
console: Final = Console(stderr=True)


@app.command()
def file(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CSV, JSONL, JSON, XLSX, XLS or ODS")
    ],
    text_column: Annotated[str, typer.Option(help="column with the complaint's words")],
    id_column: Annotated[
        str | None, typer.Option(help="column with the row's own id, the key of its complaint")
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(help="name of this import; needed without --id-column: the key is batch and row number"),
    ] = None,
    title_column: Annotated[str | None, typer.Option(help="column with a title")] = None,
    class_column: Annotated[str | None, typer.Option(help="column with complaint, aspiration or information")] = None,
    addressed_to_column: Annotated[str | None, typer.Option(help="column with the body it is addressed to")] = None,
    region_column: Annotated[
        str | None, typer.Option(help="column with a Kemendagri region code, or the name of a regency or province")
    ] = None,
    address_column: Annotated[str | None, typer.Option(help="column with the place in words")] = None,
    lat_column: Annotated[str | None, typer.Option(help="column with the latitude, WGS 84 degrees")] = None,
    lon_column: Annotated[str | None, typer.Option(help="column with the longitude, WGS 84 degrees")] = None,
    received_column: Annotated[
        str | None, typer.Option(help="column with the date, or time, of receipt: the clocks start there")
    ] = None,
    occurred_column: Annotated[str | None, typer.Option(help="column with the day it happened")] = None,
    name_column: Annotated[str | None, typer.Option(help="column with the reporter's name")] = None,
    email_column: Annotated[str | None, typer.Option(help="column with the reporter's e-mail address")] = None,
    phone_column: Annotated[str | None, typer.Option(help="column with the reporter's phone number")] = None,
    anonymous_column: Annotated[str | None, typer.Option(help="column with yes or no: hide the reporter")] = None,
    secret_column: Annotated[str | None, typer.Option(help="column with yes or no: hide the report")] = None,
    encoding: Annotated[str | None, typer.Option(help="of the file; else UTF-8, or as marked")] = None,
    sheet: Annotated[str | None, typer.Option(help="of a spreadsheet; else the first one with these columns")] = None,
    zone: Annotated[str, typer.Option(help="of times without one")] = "Asia/Jakarta",
    channel: Annotated[str, typer.Option(help="channel the complaints came by")] = "import",
    address: Annotated[str, typer.Option(help="the front door")] = "http://127.0.0.1:8000",
    via: Annotated[
        Via | None,
        typer.Option(help="the front door (default), or Kafka as a gateway (default with --received-column)"),
    ] = None,
    kafka: Annotated[str, typer.Option(help="with --via submissions: Kafka")] = "127.0.0.1:9092",
    connections: Annotated[int, typer.Option(min=1, max=256, help="requests at the same time")] = CONNECTIONS,
    results: Annotated[
        Path | None, typer.Option(help="write a CSV with each row's outcome, tracking code and public number")
    ] = None,
) -> None:
    """File every row, wait until each is placed or at the triage desk, and print what became of it.

    A row's key is its id, or batch and row number. Run again, also after an interruption or with another --via, it
    files nothing twice; a row that differs from what its key filed is listed as changed and not filed. Exit code: 0
    every row is filed, now or before; 3 some are changed or refused; 1 the file cannot be read or nobody answers.
    """
    if not (id_column or batch):
        raise typer.BadParameter("name the column of the row's id, or give --batch NAME", param_hint="--id-column")
    if received_column and via is Via.DOOR:
        raise typer.BadParameter("the date of receipt is taken from --via submissions only", param_hint="--via")
    columns = FileColumns(
        text_column, id_column, title_column, class_column, addressed_to_column, region_column, address_column,
        lat_column, lon_column, received_column, occurred_column, name_column, email_column, phone_column,
        anonymous_column, secret_column,
    )  # fmt: skip
    over_topic = via is Via.SUBMISSIONS or received_column is not None
    try:
        table = FileSource(source, columns, channel, batch or "", encoding, sheet, _zone(zone), SystemClock().now())
        rows = list(read_rows(table))
        cluster = replace(read_settings().kafka_as(OPERATOR), address=kafka) if over_topic else None
        outcomes = asyncio.run(file_rows(rows, Connection(address, cluster, connections)))
    except (UnreadableFile, Unreachable, CannotRun, BadSetting) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(CANNOT) from error
    print_outcomes(outcomes, len(rows))
    if results is not None:
        write_outcomes(outcomes, results)
    if any(outcome.kind in ("changed", "refused") for outcome in outcomes):
        raise typer.Exit(NOT_ALL)


def _known(to: Connection) -> Sequence[aiohttp.ClientMiddlewareType] | None:
    """For a session of the platform's own gateway; None: there is no token for it, which matters over HTTP only to
    recognise what was filed over Kafka.
    """
    as_gateway = f"gateway:{IMPORT}"
    if to.kafka is None:
        try:
            token_for(demo_settings(to.address), as_gateway)
        except (BadSetting, CannotRun, OSError, ValueError) as error:
            console.print(f"no token of {as_gateway}, so what --via submissions filed is filed again: {error}")
            return None
    return (as_demo_people(to.address, as_gateway),)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise typer.BadParameter(f"{name} is not a time zone such as Asia/Makassar", param_hint="--zone") from error


async def file_rows(rows: list[FileRow], to: Connection) -> list[FilingResult]:
    """File each row, and wait until it is placed or at the desk. Raises Unreachable: nobody answers."""
    shape = (TextColumn("filing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*shape, console=console) as progress:
        task = progress.add_task("filing", total=len(rows))

        def advance(_result: FilingResult) -> None:
            progress.advance(task)

        tokens = _known(to)
        async with (
            open_session(to.address, to.at_once) as session,
            open_session(to.address, to.at_once, tokens or ()) as gateway,
        ):
            if to.kafka is None:
                known = gateway if tokens is not None else None
                return await file_all(over_http(session, known), rows, advance, to.at_once)
            async with over_kafka(gateway, to.kafka) as file_row:
                return await file_all(file_row, rows, advance, to.at_once)
