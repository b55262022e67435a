"""`satupintu seed`, `read`, `pairs`, `likeness`, and the sub-commands `calendar` and `registry`."""

import asyncio
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.console import Console

from chassis.base.log import configure
from chassis.base.settings import read_settings
from chassis.service.platform import open_platform
from router.app import open_router, seeded
from router.cli.calendar import calendar
from router.cli.registry import registry
from router.duplicates.compare import duplicate_metrics
from router.learning import pairs
from router.learning.examples import BadExamples
from router.placement.choose import Referral, choose, question_of
from schemas.base.values import Place
from schemas.complaint.state import new
from schemas.reference.load import policies

app: Final = typer.Typer(no_args_is_help=True)
app.add_typer(calendar, name="calendar")
app.add_typer(registry, name="registry")
NOBODY: Final = UUID(int=0)


@app.command("seed")
def seed_() -> None:
    """Add what the registry lacks of this release's bodies, mandates and calendars."""
    configure(read_settings())
    Console().print(f"{asyncio.run(seeded())} facts added to the registry")


@app.command("read")
def read_(
    text: Annotated[str, typer.Argument(help="what a reporter might write")],
    region: Annotated[str | None, typer.Option(help="Kemendagri code, such as 32.73")] = None,
) -> None:
    """How the rules read a text, and which body it would reach today. Nothing is written."""
    configure(read_settings())
    for line in asyncio.run(_reading(text, region)):
        Console().print(line, highlight=False)


@app.command("pairs")
def pairs_(
    data: Annotated[Path, typer.Argument(help="CSV with reports of your own")],
    out: Annotated[Path, typer.Argument(help="CSV to fill in: 1 in the column same for the same matter, else 0")],
    text: Annotated[str, typer.Option(help="column with the words")] = "text",
    place: Annotated[str, typer.Option(help="columns that two reports must share, such as district,ward")] = "",
    date: Annotated[str | None, typer.Option(help="column with the day; two are at most 14 days apart")] = None,
    count: Annotated[int, typer.Option(min=3, help="how many pairs")] = 300,
) -> None:
    """Draw pairs of reports for a person to label, hard ones among them; `likeness` measures them then."""
    if out.exists():
        raise typer.BadParameter(f"{out} exists already and may hold labels", param_hint="OUT")
    try:
        texts = pairs.texts(data, text, [name.strip() for name in place.split(",") if name.strip()], date)
    except BadExamples as error:
        raise typer.BadParameter(str(error), param_hint="DATA") from error
    found = pairs.drawn(texts, count, policies())
    pairs.write(out, found)
    Console().print(
        f"{len(found)} pairs of {len(texts)} texts are in {out}; it holds reporters' words", highlight=False
    )


@app.command("likeness")
def likeness_(
    labels: Annotated[Path, typer.Argument(metavar="PAIRS", help="CSV with the columns same (1 or 0), one, other")],
) -> None:
    """Precision and recall of joining and of suggesting, on pairs of texts that a person has labelled."""
    try:
        found, unlabelled = pairs.labelled(labels)
    except BadExamples as error:
        raise typer.BadParameter(str(error), param_hint="PAIRS") from error
    for line in duplicate_metrics(found, policies()):
        Console().print(line, highlight=False)
    if unlabelled:
        Console().print(f"{unlabelled} pairs have no label yet and were left out", highlight=False)


async def _reading(text: str, region: str | None) -> list[str]:
    async with open_platform(read_settings()) as platform, open_router(platform) as context:
        placement_context, at = await context.placement_context.current(), platform.clock.now()
        place = Place(region=region) if region else None
        state = new(NOBODY)._replace(text=text, place=place, received_at=at, version=0)
        question = question_of(state, placement_context, at)
        choice = choose(question, placement_context)
    words, where = question.reading.words, question.reading.where
    target = f"desk ({choice.reason})" if isinstance(choice, Referral) else f"{choice.body.agency} ({choice.cause})"
    return [
        f"sector: {words.sector} ({words.score:.2f}) by {', '.join(words.words) or 'no word'}",
        f"level: {words.level or 'not said'}; misconduct: {'yes' if words.misconduct else 'no'}",
        f"region: {where.region or ', '.join(where.candidates) or 'not found'} by {where.found_by or 'nothing'}",
        f"goes to: {target}",
    ]
