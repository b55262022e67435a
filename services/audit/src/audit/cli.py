"""`satupintu audit`: exit status 0 and the books, or 1 and the history of each stream that breaks a rule."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from chassis.base.cluster import Cluster
from chassis.base.settings import Settings, read_settings
from chassis.kafka.cloudevents import is_complaint_stream
from chassis.service.platform import Platform, open_platform
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas import wording
from schemas.access.kafka_users import OPERATOR
from schemas.base.envelope import RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id
from schemas.complaint.state import new
from schemas.events.base import Fact
from schemas.reference.load import policies
from schemas.registry.fold import Registry

STORY: Final = 12
"""Number of events shown of a stream that breaks a rule."""
console: Final = Console(highlight=False, soft_wrap=True)
app: Final = typer.Typer(no_args_is_help=False)


@app.command()
def audit(
    now: Annotated[
        str | None,
        typer.Option(help="judge as of this time (ISO 8601), by the events until then; default: now"),
    ] = None,
    tolerance_s: Annotated[float | None, typer.Option(help="how late an action may be; default: two sweeps")] = None,
    most: Annotated[int, typer.Option(help="streams shown; all are counted")] = 20,
    kafka: Annotated[str | None, typer.Option(help="also compare the topics of this broker (host:port)")] = None,
) -> None:
    """Check that no complaint is lost, late or without a holder."""
    raise typer.Exit(asyncio.run(_audit(AuditOptions(_moment(now), tolerance_s, most, kafka))))


def _moment(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter("must be a time in ISO 8601, such as 2026-03-01T09:00", param_hint="--now") from error
    return at if at is None or at.tzinfo else at.astimezone()


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """The options of the command line."""

    now: datetime | None
    tolerance_s: float | None
    most: int
    kafka: str | None

    def cluster(self, settings: Settings) -> Cluster | None:
        """The cluster whose topics are compared, as an operator reaches it."""
        return replace(settings.kafka_as(OPERATOR), address=self.kafka) if self.kafka else None

    def tolerance(self, settings: Settings) -> timedelta:
        """How late an action may be; by default two sweep periods and the time that a sweep leaves to reactions."""
        usual_s = 2 * settings.sweep_period_s + settings.sweep_grace_s
        return timedelta(seconds=usual_s if self.tolerance_s is None else self.tolerance_s)


@dataclass
class AuditReport:
    """Number of violations by code."""

    codes: dict[str, int] = field(default_factory=dict)

    def add(self, violation: Violation) -> int:
        """Count a violation. Returns the number of all violations so far."""
        self.codes[violation.code] = self.codes.get(violation.code, 0) + 1
        return sum(self.codes.values())


async def _audit(options: AuditOptions) -> int:
    settings, report = read_settings(), AuditReport()
    async with open_platform(settings) as platform:
        clock_now = platform.clock.now()
        at = options.now or clock_now
        past = at < clock_now
        if past and options.kafka:
            raise typer.BadParameter("topics hold only the present; leave out --now or --kafka", param_hint="--kafka")
        registry = await platform.registry.current()
        with Collected() as collected, _progress() as progress:
            shown = Shown(progress, await platform.store.newest())

            def on_page(events: Sequence[RecordedEvent], count: int) -> None:
                shown.page(events, count)
                if options.kafka:
                    collected.page(events)

            judged = collected.judged if options.kafka else None
            repository = Repository(platform.store, platform.keyring, "audit")
            walk = Audit(
                repository,
                policies(),
                at,
                options.tolerance(settings),
                page=on_page,
                judged=judged,
                until=at if past else None,
            )
            async for violation, loaded in _all(walk, platform, collected, options.cluster(settings)):
                if report.add(violation) <= options.most:
                    _show(violation, loaded, registry)
        books = walk.totals
    if not walk.events:
        # Every platform has registry events, so an empty store is probably a wrong address.
        where = make_url(settings.store_url).render_as_string()
        console.print(f"{escape(where)} holds no event: nothing was checked. Is it the right store?")
        return 1
    if walk.events == walk.later:
        console.print(f"at {at.isoformat(timespec='seconds')} the store held no event yet: nothing was checked")
        return 1
    _sum_up(books, walk, report, at)
    return int(bool(report.codes) or not books["balanced"])


async def _all(walk: Audit, platform: Platform, collected: Collected, kafka: Cluster | None) -> AsyncIterator[Found]:
    async for found in walk.violations():
        yield found
    if kafka:
        async for violation in compare(kafka, platform.store, collected):
            yield violation, await _loaded(platform, violation.stream)


async def _loaded(platform: Platform, stream: str) -> LoadedStream:
    complaint = complaint_id(stream) if is_complaint_stream(stream) else None
    if complaint is None:
        return LoadedStream(stream, new(_NOBODY), Keys(), ())
    return await Repository(platform.store, platform.keyring, "audit").load(complaint)


_NOBODY: Final = complaint_id(f"{COMPLAINT_PREFIX}00000000-0000-0000-0000-000000000000")


class Shown:
    """A progress bar by global position, which is ordered and nearly dense in every store."""

    def __init__(self, progress: Progress, newest: int) -> None:
        """`newest`: the newest position when the audit begins."""
        self._progress, self._task = progress, progress.add_task("reading", total=newest)
        self._newest = newest

    def page(self, events: Sequence[RecordedEvent], count: int) -> None:
        """These events were read; `count`: all events so far."""
        if events:
            reached = min(events[-1].position, self._newest)
            self._progress.update(self._task, completed=reached, description=f"{count:,} events")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _show(violation: Violation, loaded: LoadedStream, registry: Registry) -> None:
    place = f"{violation.stream} at version {violation.version}" if violation.version >= 0 else violation.stream
    console.print(f"[red]{violation.code}[/red] {place}: {escape(violation.what)}")
    for line in story(loaded, registry, violation.version):
        console.print(f"    {escape(line)}")


def story(loaded: LoadedStream, registry: Registry, version: int = -1) -> list[str]:
    """The last events up to `version` (-1: the newest) as sentences, without text that people wrote.

    Unreadable events are shown by type. Omitted events before and after are counted.
    """
    end = version + 1 if 0 <= version < len(loaded.recorded) else len(loaded.recorded)
    start = max(0, end - STORY)
    before = [f"({start} events before)"] if start else []
    after = [f"({len(loaded.recorded) - end} events after)"] if end < len(loaded.recorded) else []
    return [*before, *_lines(loaded, registry, start, end), *after]


def _sentence(fact: Fact, registry: Registry) -> str:
    return wording.sentence(fact, registry, "en", public=True, words=False)


def _lines(loaded: LoadedStream, registry: Registry, start: int, end: int) -> list[str]:
    try:
        events = loaded.facts()[start:end]
    except UNREADABLE:
        return [f"{event.version}. {event.type}" for event in loaded.recorded[start:end]]
    return [f"{each.version}. {each.fact.at:%Y-%m-%d %H:%M} {_sentence(each.fact, registry)}" for each in events]


def _sum_up(books: Mapping[str, Any], walk: Audit, report: AuditReport, at: datetime) -> None:
    opened: dict[str, int] = books["open"]
    agencies = sum(count for holder, count in opened.items() if holder.startswith("agency:"))
    others = {holder: count for holder, count in opened.items() if not holder.startswith("agency:")}
    joined, parts = books["joined"], books["parts"]
    counted = f"{walk.events - walk.later:,} events"
    later = f" ({walk.later:,} later ones left out)" if walk.later else ""
    console.print(f"judged as of {at.isoformat(timespec='seconds')}, {counted}{later}, position {books['position']}")
    console.print(f"filed {books['filed']}: open with agencies {agencies}, with others {_counts(others)}")
    console.print(f"joined to an open lead {joined['to_open_lead']}, to a closed one {joined['to_closed_lead']}")
    console.print(f"closed: {_counts(books['closed'])}; parts open {parts['open']}, closed {parts['closed']}")
    found = _counts(report.codes) if report.codes else "no violation"
    console.print(f"{'the books balance' if books['balanced'] else 'THE BOOKS DO NOT BALANCE'}; {found}")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


if __name__ == "__main__":
    app()
