"""`satupintu open-data` and `verify-figures`: the public files, and whether the published figures follow from them."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console

from reporting.open_data.download import NoOpenData, download
from reporting.open_data.verify import BadOpenData, Checked, verify

app: Final = typer.Typer(no_args_is_help=True)
console: Final = Console(stderr=True)
DIFFERENT, CANNOT = 1, 2
T = TypeVar("T")
Address = Annotated[str, typer.Option(help="of the platform")]
Since = Annotated[str | None, typer.Option("--from", help="first day of the figures; default: a year before the last")]
Until = Annotated[str | None, typer.Option("--to", help="last day of the figures; default: today")]
OfAgency = Annotated[str | None, typer.Option("--agency", help="figures of one agency, by its id")]
OfRegion = Annotated[str | None, typer.Option("--region", help="figures of a province or regency, by its code")]


@app.command(name="open-data")
def open_data(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="run it again to add what is new")],
    address: Address = "http://127.0.0.1:8000",
    since: Since = None,
    until: Until = None,
    agency: OfAgency = None,
    region: OfRegion = None,
) -> None:
    """Get the daily files of all public reports, their hashes, and the published figures."""
    _told(lambda: download(address, folder, _asked(since, until, agency, region)))
    console.print(f"{len(list(folder.glob('????-??-??.csv')))} files in {folder}")


@app.command(name="verify-figures")
def verify_figures(
    source: Annotated[str, typer.Argument(help="a folder that `open-data` filled, or the address of a platform")],
    since: Since = None,
    until: Until = None,
    agency: OfAgency = None,
    region: OfRegion = None,
) -> None:
    """Check each file against its hash, and recount each published figure from the files alone.

    Exit code: 0 all figures are equal; 1 a figure differs; 2 it could not be told.
    """
    if not source.startswith(("http://", "https://")):
        _print(_told(lambda: verify(Path(source))))
        return
    with tempfile.TemporaryDirectory() as folder:
        _told(lambda: download(source, Path(folder), _asked(since, until, agency, region)))
        _print(_told(lambda: verify(Path(folder))))


def _asked(since: str | None, until: str | None, agency: str | None, region: str | None) -> Mapping[str, str]:
    given = {"from": since, "to": until, "agency": agency, "region": region}
    return {name: value for name, value in given.items() if value is not None}


def _told(work: Callable[[], T]) -> T:
    try:
        return work()
    except (BadOpenData, NoOpenData, OSError) as error:
        console.print(f"[red]{error}[/red]", soft_wrap=True)
        raise typer.Exit(CANNOT) from error


def _print(found: list[Checked]) -> None:
    for each in found:
        print(f"{each.name}: {'equal' if not each.differences else 'differs'}")
        for difference in each.differences:
            print(f"  {difference}")
    if any(each.differences for each in found):
        raise typer.Exit(DIFFERENT)
