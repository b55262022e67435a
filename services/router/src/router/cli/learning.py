"""`python -m router train|evaluate|card|switch`: train a reading model, measure it, print its card, make it live."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError
from rich.console import Console

from chassis.base.log import configure
from chassis.base.settings import Settings, read_settings
from chassis.service.platform import open_platform
from router.app import switch
from router.history import replay as replays
from router.history.labels import TrainingLabel, training_examples
from router.learning.examples import BadExamples, ExampleColumns, read_examples
from router.learning.train import forwarding_rule_for, history_source, learn, own_examples, own_source, source, with_own
from router.reading.classifier import Model
from router.reading.model_files import (
    LARGEST_BYTES,
    RULES_ALONE,
    SUFFIX,
    BadModel,
    ModelCard,
    default,
    find,
    read,
    write,
)
from router.settings import SERVICE
from schemas.base.values import Place

app: Final = typer.Typer(no_args_is_help=True)
console: Final = Console(highlight=False)
WIDTH: Final = 120
"""The width of tables in a file."""


def _names(columns: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in columns.split(",") if name.strip())


def _columns(
    text: str, label: str, place: str, kind: str, date_: str, addressed_to: str, within: str
) -> ExampleColumns:  # fmt: skip
    if within:
        try:
            Place(region=within)
        except ValidationError as error:
            raise typer.BadParameter(
                f"{within!r} is no region code; one looks like 32.73", param_hint="--within"
            ) from error
    return ExampleColumns(
        _names(text), label, _names(place), kind or None, None, date_ or None, addressed_to or None, within or None
    )


@app.command()
def train(
    data: Annotated[list[Path] | None, typer.Argument(help="CSV or JSON lines; none: our own sentences alone")] = None,
    out: Annotated[Path | None, typer.Option(help="folder or .npz file; default: the models' folder")] = None,
    text: Annotated[str, typer.Option(help="columns with the words, such as title,body")] = "text",
    label: Annotated[str, typer.Option(help="column with the sector, or whatever is to be predicted")] = "label",
    place: Annotated[str, typer.Option(help="columns with region codes or names, such as city,district")] = "",
    within: Annotated[str, typer.Option(help="the region code in which all rows of the files lie")] = "",
    date_: Annotated[str, typer.Option("--date", help="column with the day or moment of filing")] = "",
    addressed_to: Annotated[str, typer.Option(help="column with whom the reporter addressed")] = "",
    kind: Annotated[str, typer.Option(help="column with the class, as SP4N-LAPOR! or our events write it")] = "",
    name: Annotated[str, typer.Option(help="what the version's name begins with")] = "reading",
    own: Annotated[bool, typer.Option(help="learn from our own sentences as well")] = True,
    elsewhere: Annotated[bool, typer.Option(help="for another place than the examples' own")] = False,
    history: Annotated[
        bool, typer.Option("--history", help="learn from what became of this store's complaints")
    ] = False,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="only history since then")] = None,
) -> None:
    """Train a model and print its card. It places nothing before `switch` names it."""
    settings = read_settings()
    columns, without_sector = _columns(text, label, place, kind, date_, addressed_to, within), 0
    try:
        examples = [example for path in data or () for example in read_examples(path, columns)]
        sources = [source(path) for path in data or ()]
        if history:
            labels = asyncio.run(_labels(settings, since))
            from_history = training_examples(labels)
            without_sector = sum(each.right and each.sector is None for each in labels)
            examples, sources = [*examples, *from_history], [*sources, history_source(from_history)]
        model, card = learn(
            with_own(examples, elsewhere=elsewhere) if own and examples else examples or own_examples(),
            [*sources, own_source()] if own or not examples else sources,
            name,
            date.today(),  # noqa: DTZ011 - the operator's own day, for people
            forwarding_rule_for(examples),
        )
    except (BadExamples, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    path = out or settings.models_dir
    if path.suffix != SUFFIX:
        path = path / f"{card.version}{SUFFIX}"
    write(path, model, card)
    if path.stat().st_size > LARGEST_BYTES:
        console.print(f"warning: {path.stat().st_size / 1e6:.0f} MB is more than a model should have")
    console.print_json(card.model_dump_json())
    console.print(f"written to {path} ({path.stat().st_size / 1e6:.1f} MB)")
    if without_sector:
        console.print(
            f"{without_sector} placements gave no example: the body has several fields, and the words name none clearly"
        )


async def _labels(settings: Settings, since: datetime | None) -> list[TrainingLabel]:
    async with open_platform(settings) as platform:
        since = since.replace(tzinfo=UTC) if since else None
        labels = [label async for label in replays.examples(platform.repository(SERVICE), since)]
    if not labels:
        raise BadExamples("history gives no labels yet: no complaint was placed by a person or accepted by a body")
    return labels


@app.command()
def evaluate(
    data: Annotated[Path | None, typer.Option(help="folder with labelled texts; none: our own made-up ones")] = None,
    out: Annotated[Path, typer.Option(help="folder for tables and pictures")] = Path("var/evaluation"),
    task: Annotated[list[str] | None, typer.Option(help="only these of data/evaluation.toml")] = None,
    fold: Annotated[list[str] | None, typer.Option(help="only these folds")] = None,
    pairs: Annotated[list[Path] | None, typer.Option(help="pairs of reports labelled as of one matter or not")] = None,
    model: Annotated[str, typer.Option(help="version or file of the model of sectors to measure beside")] = "default",
) -> None:
    """Measure training fold by fold beside a plain baseline, across cities, and the model that ships, untrained."""
    from router.learning import experiments

    chosen = _model(read_settings().models_dir, model)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / "report.txt").open("w", encoding="utf-8") as file:
            report = Console(file=file, width=WIDTH)
            experiments.run(
                chosen, data, out, lambda table: _print(report, table),
                tasks=task or (), folds=fold or (), labelled=pairs or (),
            )  # fmt: skip
    except BadExamples as error:
        raise typer.BadParameter(str(error)) from error


@app.command()
def card(model: Annotated[str, typer.Argument(help="version or file; `default`: the one that ships")]) -> None:
    """Print a model's card: data, split, figures, date."""
    console.print_json(_model(read_settings().models_dir, model)[1].model_dump_json())


def _print(file: Console, table: object) -> None:
    file.print(table)
    terminal = console if console.is_terminal else Console(width=WIDTH, highlight=False)
    terminal.print(table)


def _model(folder: Path, named: str) -> tuple[Model, ModelCard]:
    try:
        if named == "default":
            return default()
        return read(Path(named) if named.endswith(SUFFIX) else folder / f"{named}{SUFFIX}")
    except BadModel as error:
        raise typer.BadParameter(str(error)) from error


@app.command("switch")
def switch_(
    version: Annotated[str, typer.Argument(help=f"a model of the models' folder; `{RULES_ALONE}`: none, rules alone")],
) -> None:
    """Make this model the live one in every process, without a restart: one event in the registry."""
    settings = read_settings()
    configure(settings)
    try:
        found = find(settings.models_dir, version)
        console.print(asyncio.run(switch(version, set(found.labels) if found else set())))
    except BadModel as error:
        raise typer.BadParameter(str(error)) from error
