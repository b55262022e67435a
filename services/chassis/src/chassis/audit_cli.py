"""`satupintu audit`: exit 0 and the books, or exit 1 and the story of each offending stream."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from chassis.audit import UNREADABLE, Audit, Found
from chassis.audit_finding import Violation
from chassis.audit_topics import Collected, compare
from chassis.ledger import Ledger
from chassis.loaded import Loaded
from chassis.platform import Platform, open_platform
from chassis.settings import Settings, read_settings
from schemas import sentences
from schemas.complaint import new
from schemas.data_files import policies
from schemas.registry import Registry
from schemas.sealed import Keys
from schemas.streams import COMPLAINT_PREFIX, complaint_id

STORY: Final = 12
"""Facts shown of an offending stream, the last ones."""
console: Final = Console(highlight=False, soft_wrap=True)
app: Final = typer.Typer(no_args_is_help=False)


@app.command()
def audit(
    now: Annotated[str | None, typer.Option(help="judge as of this time (ISO 8601); the clock's if left out")] = None,
    tolerance_s: Annotated[float | None, typer.Option(help="how late an action may be; two sweeps if left out")] = None,
    most: Annotated[int, typer.Option(help="stories told; all are counted")] = 20,
    kafka: Annotated[str | None, typer.Option(help="compare the topics of this broker too: host:port")] = None,
) -> None:
    """Prove that no complaint is lost, late, or held by nobody."""
    raise typer.Exit(asyncio.run(_audit(Asked(now, tolerance_s, most, kafka))))


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    now: str | None
    tolerance_s: float | None
    most: int
    kafka: str | None

    def tolerance(self, settings: Settings) -> timedelta:
        """An action may be this late: two looks of a sweep, and the grace it leaves a reaction."""
        usual_s = 2 * settings.sweep_period_s + settings.sweep_grace_s
        return timedelta(seconds=usual_s if self.tolerance_s is None else self.tolerance_s)


@dataclass
class Verdict:
    """What was found, by code."""

    codes: dict[str, int] = field(default_factory=dict)

    def add(self, violation: Violation) -> int:
        """Count it; how many there are now."""
        self.codes[violation.code] = self.codes.get(violation.code, 0) + 1
        return sum(self.codes.values())


async def _audit(asked: Asked) -> int:
    settings, verdict = read_settings(), Verdict()
    async with open_platform(settings) as platform:
        at = datetime.fromisoformat(asked.now) if asked.now else platform.clock.now()
        at = at if at.tzinfo else at.astimezone()
        registry = await platform.registry.current()
        with Collected() as collected, _progress() as progress:
            task = progress.add_task("reading")

            def told(events: Any, seen: int) -> None:
                progress.update(task, description=f"{seen:,} events read")
                if asked.kafka:
                    collected.page(events)

            judged = collected.judged if asked.kafka else None
            ledger = Ledger(platform.store, platform.keyring, "audit")
            walk = Audit(ledger, policies(), at, asked.tolerance(settings), page=told, judged=judged)
            async for violation, loaded in _all(walk, platform, collected, asked.kafka):
                if verdict.add(violation) <= asked.most:
                    _tell(violation, loaded, registry)
        books = walk.told
    _sum_up(books, walk.events, verdict, at)
    return int(bool(verdict.codes) or not books["balanced"])


async def _all(walk: Audit, platform: Platform, collected: Collected, kafka: str | None) -> AsyncIterator[Found]:
    async for found in walk.violations():
        yield found
    if kafka:
        async for violation in compare(kafka, platform.store, collected):
            yield violation, await _loaded(platform, violation.stream)


async def _loaded(platform: Platform, stream: str) -> Loaded:
    complaint = complaint_id(stream) if stream.startswith(COMPLAINT_PREFIX) else None
    if complaint is None:
        return Loaded(stream, new(_NOBODY), Keys(), ())
    return await Ledger(platform.store, platform.keyring, "audit").load(complaint)


_NOBODY: Final = complaint_id(f"{COMPLAINT_PREFIX}00000000-0000-0000-0000-000000000000")


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _tell(violation: Violation, loaded: Loaded, registry: Registry) -> None:
    place = f"{violation.stream} at version {violation.version}" if violation.version >= 0 else violation.stream
    console.print(f"[red]{violation.code}[/red] {place}: {escape(violation.what)}")
    for line in story(loaded, registry):
        console.print(f"    {escape(line)}")


def story(loaded: Loaded, registry: Registry) -> list[str]:
    """The last facts of a stream as sentences, without any text that people wrote; by type where unreadable."""
    try:
        told = loaded.told()[-STORY:]
    except UNREADABLE:
        return [f"{event.version}. {event.type}" for event in loaded.recorded[-STORY:]]
    said = [(one, sentences.sentence(one.fact, registry, "en", public=True)) for one in told]
    return [f"{one.version}. {one.fact.at:%Y-%m-%d %H:%M} {sentence}" for one, sentence in said]


def _sum_up(books: Mapping[str, Any], events: int, verdict: Verdict, at: datetime) -> None:
    opened: dict[str, int] = books["open"]
    agencies = sum(count for holder, count in opened.items() if holder.startswith("agency:"))
    others = {holder: count for holder, count in opened.items() if not holder.startswith("agency:")}
    joined, parts = books["joined"], books["parts"]
    console.print(f"judged as of {at.isoformat(timespec='seconds')}, {events:,} events, position {books['position']}")
    console.print(f"filed {books['filed']}: open with agencies {agencies}, with others {_counts(others)}")
    console.print(f"joined to an open lead {joined['to_open_lead']}, to a closed one {joined['to_closed_lead']}")
    console.print(f"closed: {_counts(books['closed'])}; parts open {parts['open']}, closed {parts['closed']}")
    found = _counts(verdict.codes) if verdict.codes else "no violation"
    console.print(f"{'the books balance' if books['balanced'] else 'THE BOOKS DO NOT BALANCE'}; {found}")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


if __name__ == "__main__":
    app()
