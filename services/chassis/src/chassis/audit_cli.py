"""`satupintu audit`: exit 0 and the books, or exit 1 and the story of each offending stream."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from chassis.audit import Audit, Books
from chassis.audit_rules import Violation
from chassis.ledger import Loaded
from chassis.platform import open_platform
from chassis.settings import read_settings
from schemas import sentences
from schemas.codec import MalformedEvent, UnknownEvent
from schemas.data_files import policies
from schemas.registry import Registry
from schemas.sealed import BrokenSeal

STORY: Final = 12
"""Facts shown of an offending stream, the last ones."""
console: Final = Console(highlight=False)
app: Final = typer.Typer(no_args_is_help=False)


@app.command()
def audit(
    now: Annotated[str | None, typer.Option(help="judge as of this time (ISO 8601); the clock's if left out")] = None,
    tolerance_s: Annotated[float | None, typer.Option(help="how late an action may be; two sweeps if left out")] = None,
    most: Annotated[int, typer.Option(help="stories told; all are counted")] = 20,
) -> None:
    """Prove that no complaint is lost, late, or held by nobody."""
    raise typer.Exit(asyncio.run(_audit(now, tolerance_s, most)))


async def _audit(now: str | None, tolerance_s: float | None, most: int) -> int:
    settings = read_settings()
    tolerance = tolerance_s if tolerance_s is not None else 2 * settings.sweep_period_s + settings.sweep_grace_s
    async with open_platform(settings) as platform:
        at = datetime.fromisoformat(now) if now else platform.clock.now()
        at = at if at.tzinfo else at.astimezone()
        registry = await platform.registry.current()
        found = 0
        with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=Console(stderr=True)) as progress:
            task = progress.add_task("reading")
            walk = Audit(
                platform.ledger("audit"), policies(), at, timedelta(seconds=tolerance),
                lambda events: progress.update(task, description=f"{events:,} events read"),
            )  # fmt: skip
            async for violation, loaded in walk.violations():
                found += 1
                if found <= most:
                    _tell(violation, loaded, registry)
        _sum_up(walk.books, found, at)
        return int(found > 0 or not walk.books.balanced)


def _tell(violation: Violation, loaded: Loaded, registry: Registry) -> None:
    console.print(f"[red]{violation.code}[/red] {loaded.stream} at version {violation.version}: {violation.what}")
    for line in _story(loaded, registry):
        console.print(f"    {line}")


def _story(loaded: Loaded, registry: Registry) -> list[str]:
    try:
        told = loaded.told()[-STORY:]
    except (UnknownEvent, MalformedEvent, BrokenSeal):
        return [f"{event.version}. {event.type}" for event in loaded.recorded[-STORY:]]
    said = [(one, sentences.sentence(one.fact, registry, "en", public=True)) for one in told]
    return [f"{one.version}. {one.fact.at:%Y-%m-%d %H:%M} {sentence}" for one, sentence in said]


def _sum_up(books: Books, found: int, at: datetime) -> None:
    agencies = sum(count for holder, count in books.open.items() if holder.startswith("agency:"))
    others = {holder: count for holder, count in books.open.items() if not holder.startswith("agency:")}
    console.print(
        f"judged as of {at.isoformat(timespec='seconds')}, {books.events:,} events, position {books.position}"
    )
    console.print(f"filed {books.filed}: open with agencies {agencies}, {_counts(others)}; joined {books.joined}")
    console.print(f"closed: {_counts(books.closed)}; parts {books.parts}")
    verdict = "the books balance" if books.balanced else "THE BOOKS DO NOT BALANCE"
    console.print(f"{verdict}; {found} violations" if found else f"{verdict}; no violation")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
