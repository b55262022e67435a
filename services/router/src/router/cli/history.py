"""`satupintu replay`, `shadow` and `examples`: counterfactuals, the shadow model, training labels."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from chassis.base.log import configure
from chassis.base.settings import Settings, read_settings
from chassis.cli.person import AS, REASON, WordsAsked, note_words_read, words_asked
from chassis.service.platform import open_platform
from router.app import open_router
from router.history import replay as replays
from router.history.other_policies import policies_of
from router.history.shadow import tally
from router.reading.model_files import BadModel, find
from router.reading.reader import Reader, reader
from router.settings import SERVICE
from schemas.deadlines.policies import Policies
from schemas.reference.load import policies
from schemas.reference.policy_file import BadPolicy
from schemas.registry.fold import Registry

app: Final = typer.Typer(no_args_is_help=True)
console: Final = Console(highlight=False)
Day = Annotated[str | None, typer.Option(help="a date, such as 2026-04-14")]


@app.command()
def replay(
    model: Annotated[str | None, typer.Option(help="a version in the models' folder; the live one if left out")] = None,
    registry: Day = None,
    other: Annotated[Path | None, typer.Option("--policies", help="a policy file: dates it would have moved")] = None,
    since: Day = None,
    until: Annotated[int | None, typer.Option(help="the store position of an earlier replay, to repeat it")] = None,
    out: Annotated[Path | None, typer.Option(help="a folder for report, rows and page")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Run another model, another day's registry or another deadline policy over history.

    Nothing is written to the store. A body that returned a complaint would have returned it again; nothing is claimed
    of others. A time at the desk that is unknown counts nowhere.
    """
    asked = ReplayAsked(model, _moment(registry, "--registry", end=True), other, _moment(since, "--since"), until, out)
    report = asyncio.run(_replayed(_settings(), asked))
    print(json.dumps(report, indent=2)) if as_json else _print_replay(report)


class ReplayAsked(NamedTuple):
    """The options of a replay."""

    model: str | None
    registry_at: datetime | None
    other: Path | None
    since: datetime | None
    until: int | None
    out: Path | None

    def policies(self) -> Policies | None:
        """The other policy; None: none is asked for."""
        try:
            return policies_of(self.other) if self.other else None
        except (BadPolicy, OSError) as error:
            raise typer.BadParameter(str(error), param_hint="--policies") from error

    def named(self) -> dict[str, Any]:
        """What was tried, for the report."""
        return {
            "model": self.model or "live",
            "registry": self.registry_at.date().isoformat() if self.registry_at else "of each day",
            "policies": self.other.name if self.other else None,
        }


@app.command()
def examples(
    out: Annotated[Path, typer.Argument(help="JSON lines: text, label, agency, weight, source; readable by you alone")],
    since: Day = None,
    agency: Annotated[bool, typer.Option(help="label with the body instead of the field")] = False,
    reason: REASON = None,
    name: AS = None,
) -> None:
    """Write what people and bodies decided as labelled texts for `python -m router train`. Holds reporters' words, so
    it needs --reason and --as.
    """
    asked = words_asked(reason, name)
    if asked is None:
        raise typer.BadParameter("the texts are reporters' words: say why they are needed", param_hint="--reason")
    settings = _settings()
    counts = asyncio.run(_exported(settings, out, _moment(since, "--since"), asked, agency=agency))
    console.print(
        ", ".join(f"{count} {source}" for source, count in sorted(counts.items())) or "history gives no labels yet"
    )


@app.command()
def shadow(
    model: Annotated[str | None, typer.Option(help="the shadow; by default the one that is set")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """How often a shadow model chose otherwise than the live one, where, and whose choice holds the complaint now."""
    settings = _settings()
    name = model or settings.shadow_model
    if name is None:
        raise typer.BadParameter("no shadow is set (SATUPINTU_SHADOW_MODEL); name one", param_hint="--model")
    report = asyncio.run(_tallied(settings, name))
    print(json.dumps(report, indent=2)) if as_json else _print_shadow(report)


def _settings() -> Settings:
    settings = read_settings()
    configure(settings)
    return settings


async def _replayed(settings: Settings, asked: ReplayAsked) -> dict[str, Any]:
    other = asked.policies()
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
    async with open_platform(settings) as platform:
        repository, newest = platform.repository(SERVICE), await platform.store.newest()
        lab = replays.Lab(
            _reader(settings, asked.model or (await repository.registry()).model), policies(),
            min(asked.until or newest, newest), platform.clock.now(), asked.registry_at, asked.since, other,
        )  # fmt: skip
        with _rows(asked.out) as seen, _progress() as reached:
            report = {**asked.named(), **await replays.replay(repository, lab, seen, reached)}
    if asked.out:
        from router.history.replay_files import write_report

        write_report(asked.out, report)
    return report


@contextmanager
def _rows(folder: Path | None) -> Iterator[Callable[[replays.ReplayedCase], None]]:
    if folder is None:
        yield lambda _case: None
        return
    # Parquet is a dependency of analysts alone (the extra `analyst`).
    from router.history.replay_files import replay_rows

    with replay_rows(folder / "replay.parquet") as add:
        yield add


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.completed:,} complaints"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("replay", total=None)
        yield lambda done, every: progress.update(task, completed=done, total=every)


def _reader(settings: Settings, model: str | None) -> Callable[[Registry], Reader]:
    try:
        found = find(settings.models_dir, model)
    except BadModel as error:
        raise typer.BadParameter(str(error), param_hint="--model") from error
    return lambda registry: reader(registry).with_model(found)


async def _tallied(settings: Settings, model: str) -> dict[str, Any]:
    async with open_platform(settings) as platform, open_router(platform) as context:
        return await context.database.read(lambda connection: tally(connection, model))


async def _exported(
    settings: Settings, out: Path, since: datetime | None, asked: WordsAsked, *, agency: bool
) -> dict[str, int]:
    counts = Counter[str]()
    async with open_platform(settings) as platform:
        await note_words_read(platform.access_log, asked, "examples")
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            async for each in replays.examples(platform.repository(SERVICE), since):
                label = each.agency if agency else each.sector
                if each.right and label is not None:
                    received = each.received_at.isoformat() if each.received_at else None
                    row = {**each._asdict(), "label": label, "class": each.class_.value, "received_at": received}
                    del row["class_"], row["right"]
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                counts[each.source if each.right and label is not None else f"{each.source} (no label)"] += 1
    return counts


def _moment(day: str | None, option: str, *, end: bool = False) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time.max if end else time.min, UTC)
    except ValueError as error:
        raise typer.BadParameter(f"{day!r} is no date; one looks like 2026-04-14", param_hint=option) from error


def _print_replay(report: dict[str, Any]) -> None:
    table = Table(title=f"history with model {report['model']}, registry {report['registry']}")
    for column in ("", "as it was", "replayed"):
        table.add_column(column, justify="right" if column else "left")
    days = report["days_saved"]
    table.add_row("complaints", str(report["complaints"]), "")
    table.add_row("owner known", str(report["owner_known"]), "")
    table.add_row("other first holder", "", str(report["first_holder_changed"]))
    for name, title in (("right_at_once", "right at once"), ("to_the_desk", "to the desk"), ("returns", "returns")):
        table.add_row(title, str(report[name]["before"]), str(report[name]["after"]))
    table.add_row("returns avoided", "", str(report["returns"]["avoided"]))
    table.add_row("right then, wrong now", "", str(report["now_wrong"]))
    table.add_row("to a body that never had it", "", str(report["unknown"]))
    table.add_row("days saved", "", f"{days['total']} ({days['complaints']} complaints, median {days['median']})")
    if days["unknown"]:
        table.add_row("days unknown: nobody left the desk yet", "", f"{days['unknown']} complaints")
    if days["by_usual_desk_time"]:
        usual = f"{days['by_usual_desk_time']} complaints, {days['usual_desk_days']} days each"
        table.add_row("of these by the usual time at the desk", "", usual)
    for kind, count in (report["deadlines"] or {"before": {}})["before"].items():
        table.add_row(f"answers {kind.replace('_', ' ')}", str(count), str(report["deadlines"]["after"][kind]))
    console.print(table)
    console.print(f"by the facts up to position {report['position']}; --until {report['position']} repeats it")
    for change in report["changes"]:
        console.print(f"  {change['complaints']:>5}  {change['from']} -> {change['to']}")
    if report["not_replayed"]:
        console.print(f"{report['not_replayed']} erased, joined or not yet placed complaints were not replayed")


def _print_shadow(report: dict[str, Any]) -> None:
    console.print(f"{report['model']}: {report['disagreements']} of {report['choices']} choices differ")
    live, other = report["held_by_the_live_choice"], report["held_by_the_shadow_choice"]
    console.print(f"of these, {live} complaints are held by the live choice now, {other} by the shadow's")
    for pair in report["where"]:
        console.print(f"  {pair['complaints']:>5}  {pair['live']} -> {pair['shadow']}")
