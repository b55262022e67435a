"""`satupintu`: one command line for operators and analysts. Each package adds its commands by entry points, one for
each command: only the package of the command that is called is loaded.
"""

import sys
from datetime import timedelta
from importlib.metadata import entry_points
from typing import Annotated, Final

import structlog
import typer
from rich.console import Console

from chassis.base import clock as clocks
from chassis.base.errors import ChassisError
from chassis.base.private_files import owner_only
from chassis.base.settings import BadSetting, NoState, read_settings
from schemas.reference.calendar_file import BadCalendar
from schemas.reference.policy_file import BadPolicy

GROUP: Final = "satupintu.commands"
OWN: Final = (["clock"], ["doctor"])
"""Commands of this module, which need no other package's."""
app: Final = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
clock: Final = typer.Typer(no_args_is_help=True, help="the test clock")
app.add_typer(clock, name="clock")


@clock.command()
def show() -> None:
    """How far the clock is ahead, and what time it makes."""
    path = read_settings().clock_file
    print(f"{clocks.read_offset(path)} ahead: {clocks.FileClock(path).now().isoformat(timespec='seconds')}")


@clock.command()
def advance(
    days: Annotated[float, typer.Option(help="calendar days")] = 0.0,
    hours: Annotated[float, typer.Option(help="hours")] = 0.0,
) -> None:
    """Move domain time forwards in every process on this machine; it never goes back. Refused in production."""
    settings = read_settings()
    if settings.production:
        raise typer.BadParameter("there is no test clock in production")
    try:
        print(f"{clocks.advance(settings.clock_file, timedelta(days=days, hours=hours))} ahead")
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error)) from error


@app.command()
def doctor(
    json: Annotated[bool, typer.Option("--json", help="one JSON document, for programs")] = False,
) -> None:
    """What is unhealthy, since when, and what to do. Exit status 1: something is, or could not be checked."""
    from chassis.cli.doctor import run  # only this command needs every service

    raise typer.Exit(run(as_json=json))


def main() -> None:
    """The console script. Loads only the package of the command that is called."""
    owner_only()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # programs read standard output
    available = entry_points(group=GROUP)
    selected = available.select(name=sys.argv[1]) if len(sys.argv) > 1 else ()
    by_module = {point.value: point for point in selected or available if sys.argv[1:2] not in OWN}
    for point in sorted(by_module.values(), key=lambda point: point.name):
        app.add_typer(point.load())
    try:
        app()
    except (BadSetting, BadPolicy, BadCalendar, NoState, ChassisError) as error:
        Console(stderr=True).print(f"{type(error).__name__}: {error}", markup=False)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
