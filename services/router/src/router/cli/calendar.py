"""`satupintu calendar ...`: make a year's file for review, publish a decree, see what is in force."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from chassis.access_log.local import local_actor
from chassis.base.log import configure
from chassis.base.settings import read_settings
from chassis.service.platform import open_platform
from chassis.write.command import handle_registry
from chassis.write.repository import Cause
from router.registry import decide
from router.registry.holidays_import import Difference, NoPackage, differences, imported, read_file, text_of
from router.settings import SERVICE
from schemas import wording
from schemas.base.ids import derived_id
from schemas.base.refusals import Refusal
from schemas.events.registry import Holiday
from schemas.reference.calendar_file import BadCalendar, CalendarFile
from schemas.reference.load import calendars_folder
from schemas.registry.calendars import NATIONAL
from schemas.registry.fold import Registry

calendar: Final = typer.Typer(no_args_is_help=True, help="days off")
KINDS: Final = {"national": "national holiday", "joint_leave": "joint leave (cuti bersama)", "regional": "regional"}


@calendar.command("import")
def import_(
    year: Annotated[int, typer.Argument(min=1945, max=2100)],
    source: Annotated[str | None, typer.Option(help="the decree that the days were compared with")] = None,
    to: Annotated[Path | None, typer.Option(help="folder; the data of this release if left out")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="write over a file that was reviewed before")] = False,
) -> None:
    """Write the nation's days off of a year, from the package `holidays`, into a file for a person to review.

    Nothing is in force by that: router decrees a file of a year that the registry lacks when it starts, and
    `satupintu calendar decree` publishes a changed one.
    """
    folder = to or calendars_folder()
    try:
        found = imported(year, source)
    except NoPackage as error:
        raise typer.BadParameter(str(error)) from error
    if not found.days:
        raise typer.BadParameter(f"the package holidays knows no day off of {year}", param_hint="YEAR")
    path = folder / f"{NATIONAL}-{year}.json"
    known = _read(path) if path.exists() else None
    _print_days(found)
    _print_doubts(found)
    if known is not None and not _overwrites(path, known, found, source, replace=replace):
        return
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(found), encoding="utf-8")
    print(f"{len(found.days)} days written to {path}: compare them with the decree before it is released")


def _overwrites(path: Path, known: CalendarFile, found: CalendarFile, source: str | None, *, replace: bool) -> bool:
    """Whether to overwrite a reviewed file. Raises Exit: it would change, and `replace` is not set."""
    changed = differences(known.days, found.days)
    _print_differences(path, changed)
    if not changed and source in (None, known.source):
        return False
    if not replace:
        print(f"{path} was reviewed ({known.source}) and stays as it is; --replace writes over it")
        raise typer.Exit(1)
    return True


@calendar.command()
def decree(file: Annotated[Path, typer.Argument(help="a calendar file, as `import` writes it")]) -> None:
    """Publish a calendar: from now on these are the year's days off, and open dates that they touch are moved."""
    configure(read_settings())
    read = _read(file)
    try:
        before, after = asyncio.run(_decree(read))
    except Refusal as no:
        raise typer.BadParameter(wording.refusal(no, "en"), param_hint="FILE") from no
    key = read.calendar, read.year
    old = before.calendars[key].days if key in before.calendars else ()
    if before.version == after.version:
        print(f"{read.calendar} {read.year} is in force already; nothing was changed")
        return
    print(f"{read.calendar} {read.year} is decreed ({read.source}); open dates that it touches are being moved")
    _print_differences(file, differences(old, read.days))


@calendar.command()
def show(
    year: Annotated[int | None, typer.Argument(help="one year; all that are in force if left out")] = None,
    name: Annotated[str, typer.Option("--calendar", help="`national`, or the code of a region")] = NATIONAL,
) -> None:
    """What is in force."""
    configure(read_settings())
    registry = asyncio.run(_registry())
    for (which, of), decreed in sorted(registry.calendars.items()):
        if year is None:
            at = decreed.at.isoformat("T", "minutes")
            print(f"{which} {of}: {len(decreed.days)} days, decreed {at}, {decreed.source}")
        elif (which, of) == (name, year):
            _print_days(CalendarFile(calendar=which, year=of, source=decreed.source, sureness="-", days=decreed.days))
    if year is not None and (name, year) not in registry.calendars:
        raise typer.BadParameter(f"nothing is decreed for {name} {year}: only weekends are off", param_hint="YEAR")


async def _registry() -> Registry:
    async with open_platform(read_settings()) as platform:
        return await platform.registry.current()


async def _decree(file: CalendarFile) -> tuple[Registry, Registry]:
    async with open_platform(read_settings()) as platform:
        repository, at = platform.repository(SERVICE), platform.clock.now()
        known = await repository.registry()
        fact = file.reviewed().decree(at)
        causation = derived_id("decree", str(known.version), fact.calendar, str(fact.year))
        cause = Cause(causation, causation, at, actor=local_actor())
        return known, await handle_registry(repository, lambda state: decide.decree_calendar(state, fact), cause, known)


def _read(path: Path) -> CalendarFile:
    try:
        return read_file(path)
    except (BadCalendar, OSError) as error:
        raise typer.BadParameter(f"{path}: {error}") from error


def _print_days(found: CalendarFile) -> None:
    table = Table("day", "name", "kind", title=f"{found.calendar} {found.year} ({found.source})")
    for day in found.days:
        table.add_row(day.on.isoformat(), _named(day), KINDS[day.kind])
    Console().print(table)


def _print_doubts(found: CalendarFile) -> None:
    """Print what the package cannot know yet."""
    if not any(day.kind == "joint_leave" for day in found.days):
        print(f"no joint leave (cuti bersama) of {found.year} is known: its decree is not in the package")
    if estimated := sum(day.estimated for day in found.days):
        print(f"{estimated} days are estimates: they depend on the moon, and the decree may name others")


def _named(day: Holiday | None) -> str:
    if day is None:
        return "a working day"
    return f"{day.name} (estimated)" if day.estimated else day.name


def _print_differences(path: Path, changed: list[Difference]) -> None:
    for before, after in changed:
        on = (before or after).on  # type: ignore[union-attr]
        print(f"{on.isoformat()}: {_named(before)} -> {_named(after)}")
    if not changed:
        print(f"no day differs from {path}")
