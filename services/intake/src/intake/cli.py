"""`satupintu codes rebuild` rebuilds the table of tracking codes from the store and the secret; `satupintu erasures
repeat` erases again what a restored backup brought back.
"""

import asyncio
from typing import Final

import typer

from chassis.base.settings import read_settings
from chassis.service.platform import open_platform
from intake.app import open_intake
from intake.erasures import repeat_erasures

app: Final = typer.Typer(no_args_is_help=True)
codes: Final = typer.Typer(no_args_is_help=True, help="tracking codes")
app.add_typer(codes, name="codes")
erasures: Final = typer.Typer(no_args_is_help=True, help="erasures and restored backups")
app.add_typer(erasures, name="erasures")


@codes.command()
def rebuild() -> None:
    """Add every missing code. May run beside other processes."""

    async def run() -> int:
        async with open_platform(read_settings()) as platform, open_intake(platform) as context:
            return await context.codes.rebuild(platform.store)

    print(f"{asyncio.run(run())} complaints checked")


@erasures.callback()
def _erasures() -> None:
    """Keeps `repeat` a sub-command although it is the only one."""


@erasures.command()
def repeat() -> None:
    """Erase again every listed complaint that a restored backup brought back. Each start of intake does the same."""

    async def run() -> int:
        async with open_platform(read_settings()) as platform, open_intake(platform, repeat=False) as context:
            return await repeat_erasures(context)

    print(f"{asyncio.run(run())} complaints erased again")
