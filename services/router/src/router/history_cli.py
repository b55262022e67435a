"""`satupintu replay`, `examples`: what another model would have done, what history teaches. Also `python -m router`."""

import asyncio
import json
import os
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from chassis.log import configure
from chassis.platform import open_platform
from chassis.settings import Settings, read_settings
from router import replay as replays
from router.reading import reader
from router.settings import SERVICE
from schemas.data_files import policies

app: Final = typer.Typer(no_args_is_help=True)
console: Final = Console(highlight=False)
Day = Annotated[str | None, typer.Option(help="a date, such as 2026-04-14")]


@app.command()
def replay(
    registry: Day = None,
    since: Day = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Run the present rules, or another day's registry, over history: owner changes, avoided returns, days saved.

    Nothing is written. Who gave a complaint back would have done so again; of who never had it, nothing is claimed.
    """
    settings = read_settings()
    configure(settings)
    told = asyncio.run(_replayed(settings, _moment(registry, "--registry", end=True), _moment(since, "--since")))
    print(json.dumps(told, indent=2)) if as_json else _show(told)


@app.command()
def examples(
    out: Annotated[Path, typer.Argument(help="JSON lines: text, label, agency, weight, source; readable by you alone")],
    since: Day = None,
    agency: Annotated[bool, typer.Option(help="label with the body instead of the field")] = False,
) -> None:
    """What people and bodies decided, as labelled texts for `python -m router train`. Holds reporters' words."""
    settings = read_settings()
    configure(settings)
    counts = asyncio.run(_exported(settings, out, _moment(since, "--since"), agency=agency))
    console.print(
        ", ".join(f"{count} {source}" for source, count in sorted(counts.items())) or "history teaches nothing yet"
    )


async def _replayed(settings: Settings, registry_at: datetime | None, since: datetime | None) -> dict[str, Any]:
    async with open_platform(settings) as platform:
        ledger = platform.ledger(SERVICE)
        told = await replays.replay(ledger, policies(), reader, registry_at=registry_at, since=since)
    return {"registry": registry_at.date().isoformat() if registry_at else "of each day", **told}


async def _exported(settings: Settings, out: Path, since: datetime | None, *, agency: bool) -> dict[str, int]:
    counts: dict[str, int] = {}
    async with open_platform(settings) as platform:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            async for each in replays.examples(platform.ledger(SERVICE), since):
                label = each.agency if agency else each.sector
                if each.right and label is not None:
                    row = {**each._asdict(), "label": label, "class": each.class_.value}
                    del row["class_"], row["right"]
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                name = each.source if each.right and label is not None else f"{each.source} (no label)"
                counts[name] = counts.get(name, 0) + 1
    return counts


def _moment(said: str | None, option: str, *, end: bool = False) -> datetime | None:
    if said is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(said), time.max if end else time.min, UTC)
    except ValueError as error:
        raise typer.BadParameter(f"{said!r} is no date; one looks like 2026-04-14", param_hint=option) from error


def _show(told: dict[str, Any]) -> None:
    table = Table(title=f"history with the registry {told['registry']}")
    for column in ("", "as it was", "replayed"):
        table.add_column(column, justify="right" if column else "left")
    days = told["days_saved"]
    table.add_row("complaints", str(told["complaints"]), "")
    table.add_row("owner known", str(told["owner_known"]), "")
    table.add_row("other first holder", "", str(told["first_holder_changed"]))
    for name, title in (("right_at_once", "right at once"), ("to_the_desk", "to the desk"), ("returns", "returns")):
        table.add_row(title, str(told[name]["before"]), str(told[name]["after"]))
    table.add_row("returns avoided", "", str(told["returns"]["avoided"]))
    table.add_row("right then, wrong now", "", str(told["now_wrong"]))
    table.add_row("to a body that never had it", "", str(told["unknown"]))
    table.add_row("days saved", "", f"{days['total']} ({days['complaints']} complaints, median {days['median']})")
    console.print(table)
    for change in told["changes"]:
        console.print(f"  {change['complaints']:>5}  {change['from']} -> {change['to']}")
    if told["not_replayed"]:
        console.print(f"{told['not_replayed']} forgotten, joined or not yet placed complaints were not replayed")
