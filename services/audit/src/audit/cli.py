"""`satupintu audit`: exit 0 and the books, or exit 1 and the story of each offending stream."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy.engine import make_url

from audit.as_of import UNREADABLE
from audit.audit import Audit, Found
from audit.finding import Violation
from audit.kafka import Collected, compare
from chassis.base.settings import Settings, read_settings
from chassis.service.platform import Platform, open_platform
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas import wording
from schemas.base.envelope import RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id
from schemas.complaint.state import new
from schemas.reference.load import policies
from schemas.registry.fold import Registry

STORY: Final = 12
"""Facts shown of an offending stream, the last ones."""
console: Final = Console(highlight=False, soft_wrap=True)
app: Final = typer.Typer(no_args_is_help=False)


@app.command()
def audit(
    now: Annotated[
        str | None,
        typer.Option(help="judge as of this time (ISO 8601), by what was known then; the clock's if left out"),
    ] = None,
    tolerance_s: Annotated[float | None, typer.Option(help="how late an action may be; two sweeps if left out")] = None,
    most: Annotated[int, typer.Option(help="stories told; all are counted")] = 20,
    kafka: Annotated[str | None, typer.Option(help="compare the topics of this broker too: host:port")] = None,
) -> None:
    """Prove that no complaint is lost, late, or held by nobody."""
    raise typer.Exit(asyncio.run(_audit(AuditOptions(_moment(now), tolerance_s, most, kafka))))


def _moment(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter("a time in ISO 8601, such as 2026-03-01T09:00", param_hint="--now") from error
    return at if at is None or at.tzinfo else at.astimezone()


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """What was asked for on the command line."""

    now: datetime | None
    tolerance_s: float | None
    most: int
    kafka: str | None

    def tolerance(self, settings: Settings) -> timedelta:
        """An action may be this late: two looks of a sweep, and the grace it leaves a reaction."""
        usual_s = 2 * settings.sweep_period_s + settings.sweep_grace_s
        return timedelta(seconds=usual_s if self.tolerance_s is None else self.tolerance_s)


@dataclass
class AuditReport:
    """What was found, by code."""

    codes: dict[str, int] = field(default_factory=dict)

    def add(self, violation: Violation) -> int:
        """Count it; how many there are now."""
        self.codes[violation.code] = self.codes.get(violation.code, 0) + 1
        return sum(self.codes.values())


async def _audit(asked: AuditOptions) -> int:
    settings, verdict = read_settings(), AuditReport()
    async with open_platform(settings) as platform:
        clock_now = platform.clock.now()
        at = asked.now or clock_now
        past = at < clock_now
        if past and asked.kafka:
            raise typer.BadParameter("topics hold what is there now; leave out --now, or --kafka", param_hint="--kafka")
        registry = await platform.registry.current()
        with Collected() as collected, _progress() as progress:
            shown = Shown(progress, await platform.store.newest())

            def told(events: Sequence[RecordedEvent], seen: int) -> None:
                shown.page(events, seen)
                if asked.kafka:
                    collected.page(events)

            judged = collected.judged if asked.kafka else None
            repository = Repository(platform.store, platform.keyring, "audit")
            walk = Audit(
                repository,
                policies(),
                at,
                asked.tolerance(settings),
                page=told,
                judged=judged,
                until=at if past else None,
            )
            async for violation, loaded in _all(walk, platform, collected, asked.kafka):
                if verdict.add(violation) <= asked.most:
                    _tell(violation, loaded, registry)
        books = walk.totals
    if not walk.events:
        # Every platform begins with its registry: a wrong address would otherwise be proven sound.
        where = make_url(settings.store_url).render_as_string()
        console.print(f"{escape(where)} holds no event: nothing was proven. Is it the right store?")
        return 1
    if walk.events == walk.later:
        console.print(f"at {at.isoformat(timespec='seconds')} the store held no event yet: nothing was proven")
        return 1
    _sum_up(books, walk, verdict, at)
    return int(bool(verdict.codes) or not books["balanced"])


async def _all(walk: Audit, platform: Platform, collected: Collected, kafka: str | None) -> AsyncIterator[Found]:
    async for found in walk.violations():
        yield found
    if kafka:
        async for violation in compare(kafka, platform.store, collected):
            yield violation, await _loaded(platform, violation.stream)


async def _loaded(platform: Platform, stream: str) -> LoadedStream:
    complaint = complaint_id(stream) if stream.startswith(COMPLAINT_PREFIX) else None
    if complaint is None:
        return LoadedStream(stream, new(_NOBODY), Keys(), ())
    return await Repository(platform.store, platform.keyring, "audit").load(complaint)


_NOBODY: Final = complaint_id(f"{COMPLAINT_PREFIX}00000000-0000-0000-0000-000000000000")


class Shown:
    """How far the walk is, by positions: these are ordered in every store, and most follow each other closely."""

    def __init__(self, progress: Progress, newest: int) -> None:
        """`newest`: the position up to which there is something to read, when the walk begins."""
        self._progress, self._task = progress, progress.add_task("reading", total=newest)
        self._newest = newest

    def page(self, events: Sequence[RecordedEvent], seen: int) -> None:
        """These are read too."""
        if events:
            reached = min(events[-1].position, self._newest)
            self._progress.update(self._task, completed=reached, description=f"{seen:,} events")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _tell(violation: Violation, loaded: LoadedStream, registry: Registry) -> None:
    place = f"{violation.stream} at version {violation.version}" if violation.version >= 0 else violation.stream
    console.print(f"[red]{violation.code}[/red] {place}: {escape(violation.what)}")
    for line in story(loaded, registry, violation.version):
        console.print(f"    {escape(line)}")


def story(loaded: LoadedStream, registry: Registry, version: int = -1) -> list[str]:
    """The facts of a stream up to the offending one (`version`; -1: the last) as sentences, without any text that
    people wrote; by type where unreadable. How many come before and after is said, so that nothing seems to be missing.
    """
    end = version + 1 if 0 <= version < len(loaded.recorded) else len(loaded.recorded)
    start = max(0, end - STORY)
    before = [f"({start} facts before)"] if start else []
    after = [f"({len(loaded.recorded) - end} facts after)"] if end < len(loaded.recorded) else []
    return [*before, *_lines(loaded, registry, start, end), *after]


def _lines(loaded: LoadedStream, registry: Registry, start: int, end: int) -> list[str]:
    try:
        told = loaded.facts()[start:end]
    except UNREADABLE:
        return [f"{event.version}. {event.type}" for event in loaded.recorded[start:end]]
    said = [(one, wording.sentence(one.fact, registry, "en", public=True)) for one in told]
    return [f"{one.version}. {one.fact.at:%Y-%m-%d %H:%M} {sentence}" for one, sentence in said]


def _sum_up(books: Mapping[str, Any], walk: Audit, verdict: AuditReport, at: datetime) -> None:
    opened: dict[str, int] = books["open"]
    agencies = sum(count for holder, count in opened.items() if holder.startswith("agency:"))
    others = {holder: count for holder, count in opened.items() if not holder.startswith("agency:")}
    joined, parts = books["joined"], books["parts"]
    counted = f"{walk.events - walk.later:,} events"
    later = f" ({walk.later:,} that came later are left out)" if walk.later else ""
    console.print(f"judged as of {at.isoformat(timespec='seconds')}, {counted}{later}, position {books['position']}")
    console.print(f"filed {books['filed']}: open with agencies {agencies}, with others {_counts(others)}")
    console.print(f"joined to an open lead {joined['to_open_lead']}, to a closed one {joined['to_closed_lead']}")
    console.print(f"closed: {_counts(books['closed'])}; parts open {parts['open']}, closed {parts['closed']}")
    found = _counts(verdict.codes) if verdict.codes else "no violation"
    console.print(f"{'the books balance' if books['balanced'] else 'THE BOOKS DO NOT BALANCE'}; {found}")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


if __name__ == "__main__":
    app()
