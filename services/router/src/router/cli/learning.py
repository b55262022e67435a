"""`python -m router train|check|evaluate|card|switch`: train, check, measure and switch a model."""

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
from router.learning.examples import BadExamples, Example, ExampleColumns, read_examples
from router.learning.label_names import with_one_spelling
from router.learning.train import (
    as_elsewhere,
    check_sentence,
    forwarding_rule_for,
    history_source,
    learn,
    own_examples,
    own_source,
    recheck,
    source,
    with_own,
)
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


Text = Annotated[str, typer.Option(help="columns with the words, such as title,body")]
Label = Annotated[str, typer.Option(help="column with the sector, or whatever is to be predicted")]
PlaceColumns = Annotated[str, typer.Option(help="columns with region codes or names, widest first: city,district")]
Within = Annotated[str, typer.Option(help="the region code in which all local rows lie")]
Dates = Annotated[str, typer.Option("--date", help="column with the day or moment of filing: dates choose the check")]
AddressedTo = Annotated[str, typer.Option(help="column with whom the reporter addressed")]
Out = Annotated[Path | None, typer.Option(help="folder or .npz file; default: the models' folder")]
FromHistory = Annotated[bool, typer.Option("--history", help="use what became of this store's complaints")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="only history since then")]


@app.command()
def train(
    data: Annotated[list[Path] | None, typer.Argument(help="CSV or JSON lines; none: our own sentences alone")] = None,
    out: Out = None,
    text: Text = "text",
    label: Label = "label",
    place: PlaceColumns = "",
    within: Within = "",
    date_: Dates = "",
    addressed_to: AddressedTo = "",
    kind: Annotated[str, typer.Option(help="column with the class, as SP4N-LAPOR! or our events write it")] = "",
    name: Annotated[str, typer.Option(help="what the version's name begins with")] = "reading",
    own: Annotated[bool, typer.Option(help="learn from our own sentences as well")] = True,
    elsewhere: Annotated[bool, typer.Option(help="DATA is of another place than the model will read")] = False,
    local: Annotated[
        list[Path] | None, typer.Option(help="file with labels of the place itself, blended with DATA from elsewhere")
    ] = None,
    history: FromHistory = False,
    since: Since = None,
) -> None:
    """Train a model and print its card. It places nothing before `switch` names it.

    The labels of the newest fifth of the time choose when it forwards. With --elsewhere and without local labels
    (--local, --history) it forwards nothing until `check`.
    """
    settings = read_settings()
    columns, without_sector = _columns(text, label, place, kind, date_, addressed_to, within), 0
    away = columns._replace(place=(), within=None)
    try:
        examples = [each for path in data or () for each in read_examples(path, away if elsewhere else columns)]
        examples = as_elsewhere(examples) if elsewhere else examples
        examples += [each for path in local or () for each in read_examples(path, columns)]
        sources = [source(path) for path in (*(data or ()), *(local or ()))]
        if history:
            from_history, without_sector = _from_history(settings, since)
            examples, sources = [*examples, *from_history], [*sources, history_source(from_history)]
        examples = with_one_spelling(examples)
        model, card = learn(
            with_own(examples, elsewhere=elsewhere) if own and examples else examples or own_examples(),
            [*sources, own_source()] if own or not examples else sources,
            name,
            date.today(),  # noqa: DTZ011 - the operator's own day, for people
            forwarding_rule_for(examples),
        )
    except (BadExamples, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    _write(model, card, out or settings.models_dir)
    _say_without_sector(without_sector)


@app.command()
def check(
    model: Annotated[str, typer.Argument(help="version or file; `default`: the one that ships")],
    data: Annotated[list[Path] | None, typer.Argument(help="CSV or JSON lines with labels of the place itself")] = None,
    out: Out = None,
    text: Text = "text",
    label: Label = "label",
    place: PlaceColumns = "",
    within: Within = "",
    date_: Dates = "",
    addressed_to: AddressedTo = "",
    history: FromHistory = False,
    since: Since = None,
) -> None:
    """Choose when a model forwards, on local labels that it did not learn, and write it as a new version.

    The newest 3,000 are used. Every regency or city with at least 20 of them gets a threshold of its own.
    """
    settings = read_settings()
    found, known = _model(settings.models_dir, model)
    columns, without_sector = _columns(text, label, place, "", date_, addressed_to, within), 0
    try:
        examples = [each for path in data or () for each in read_examples(path, columns)]
        if history:
            from_history, without_sector = _from_history(settings, since)
            examples += from_history
    except BadExamples as error:
        raise typer.BadParameter(str(error)) from error
    if not examples:
        raise typer.BadParameter("a check needs local labels: name a file, or --history", param_hint="DATA")
    today = date.today()  # noqa: DTZ011 - the operator's own day, for people
    _write(*recheck(found, known, with_one_spelling(examples, found.labels), today), out or settings.models_dir)
    _say_without_sector(without_sector)


def _write(model: Model, card: ModelCard, path: Path) -> None:
    if path.suffix != SUFFIX:
        path = path / f"{card.version}{SUFFIX}"
    write(path, model, card)
    if path.stat().st_size > LARGEST_BYTES:
        console.print(f"warning: {path.stat().st_size / 1e6:.0f} MB is more than a model should have")
    console.print_json(card.model_dump_json())
    console.print(f"written to {path} ({path.stat().st_size / 1e6:.1f} MB)")
    console.print(check_sentence(model, card))


def _say_without_sector(count: int) -> None:
    if count:
        console.print(
            f"{count} placements gave no example: the body has several fields, and the words name none clearly"
        )


def _from_history(settings: Settings, since: datetime | None) -> tuple[list[Example], int]:
    """The examples, and the number of placements that gave none."""
    labels = asyncio.run(_labels(settings, since))
    return training_examples(labels), sum(each.right and each.sector is None for each in labels)


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
