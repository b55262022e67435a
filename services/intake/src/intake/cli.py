"""`satupintu codes rebuild`: rebuilds the table of tracking codes from the store and the secret."""

import asyncio
from typing import Final

import typer

from chassis.base.settings import read_settings
from chassis.service.platform import open_platform
from intake.app import open_intake

app: Final = typer.Typer(no_args_is_help=True)
codes: Final = typer.Typer(no_args_is_help=True, help="tracking codes")
app.add_typer(codes, name="codes")


@codes.command()
def rebuild() -> None:
    """Add every missing code. May run beside other processes."""

    async def run() -> int:
        async with open_platform(read_settings()) as platform, open_intake(platform) as context:
            return await context.codes.rebuild(platform.store)

    print(f"{asyncio.run(run())} complaints checked")
