"""`satupintu codes` rebuilds the table of tracking codes and changes their secret; `satupintu erasures repeat`
erases again what a restored backup brought back.
"""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from chassis.access_log.local import local_actor
from chassis.base import secret_changes
from chassis.base.secret_file import SecretsRead
from chassis.base.settings import read_settings
from chassis.cli.secret_change import change_secret
from chassis.service.platform import open_platform
from intake.app import open_intake
from intake.erasures import repeat_erasures
from intake.lockout import Lockout, lockout_of

app: Final = typer.Typer(no_args_is_help=True)
codes: Final = typer.Typer(no_args_is_help=True, help="tracking codes")
app.add_typer(codes, name="codes")
erasures: Final = typer.Typer(no_args_is_help=True, help="erasures and restored backups")
app.add_typer(erasures, name="erasures")
MOMENT: Final = "%Y-%m-%d %H:%M:%SZ"
SECRET_BYTES: Final = 32
AFTER = Annotated[
    float, typer.Option(help="seconds until it is used: longer than any process needs to see the changed file", min=2)
]


@codes.command()
def rebuild() -> None:
    """Add every missing code, and take the public numbers that the store holds. May run beside other processes."""

    async def run() -> int:
        async with open_platform(read_settings()) as platform, open_intake(platform) as context:
            await context.numbers.rebuild(platform.store)
            return await context.codes.rebuild(platform.store)

    print(f"{asyncio.run(run())} complaints checked")


@codes.command()
def status() -> None:
    """The versions of the code secret."""
    secrets_ = read_settings().code_secrets
    for each in secrets_.versions:
        ended = f"ended {each.ended_at:{MOMENT}}" if each.ended_at else "its codes work"
        since = f", for reports filed from {each.since:{MOMENT}} on" if each.since else ""
        newest = ", the newest in use" if each.version == secrets_.newest.version else ""
        print(f"version {each.version}: {ended}{since}{newest}")


@codes.command()
def rotate(after_s: AFTER = 30.0) -> None:
    """Add a code secret for reports that are filed from then on. Earlier codes stay as they are and go on working."""
    settings, since = read_settings(), _now() + timedelta(seconds=after_s)
    new = secrets.token_bytes(SECRET_BYTES)

    def made(found: SecretsRead) -> SecretsRead:
        return secret_changes.with_new(found, new, since, {})

    found = change_secret(settings, settings.code_secret_file, made, None, "added")
    print(f"version {found.versions[-1].version} is used for reports filed from {since:{MOMENT}} on")
    print(f"back up {settings.code_secret_file}")


@codes.command()
def end(
    version: Annotated[int, typer.Argument(help="the version that became known to others")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="end it; without this only say whom it locks out")] = False,
) -> None:
    """End a version of the code secret: its codes open nothing any more. It cannot be undone by a command."""
    settings = read_settings()
    if settings.code_secrets.numbered(version) is None:
        raise typer.BadParameter(f"there is no version {version}")

    async def run() -> Lockout:
        async with open_platform(settings) as platform, open_intake(platform, repeat=False) as context:
            return await lockout_of(context, version)

    print(f"the end of version {version} locks out: {asyncio.run(run())}")
    print("their reporters cannot follow, answer, withdraw, dispute or erase them by code; they go on being handled")
    if not yes:
        print(f"nothing was changed; to end it: satupintu codes end {version} --yes")
        raise typer.Exit(1)

    def made(found: SecretsRead) -> SecretsRead:
        return secret_changes.with_ended(found, version, _now())

    change_secret(settings, settings.code_secret_file, made, version, "ended")
    print(f"version {version} is ended; back up {settings.code_secret_file}")


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - processes agree on real time


@erasures.callback()
def _erasures() -> None:
    """Keeps `repeat` a sub-command although it is the only one."""


@erasures.command()
def repeat() -> None:
    """Erase again every listed complaint that a restored backup brought back. Each start of intake does the same."""

    async def run() -> int:
        async with open_platform(read_settings()) as platform, open_intake(platform, repeat=False) as context:
            return await repeat_erasures(context, local_actor())

    print(f"{asyncio.run(run())} complaints erased again")
