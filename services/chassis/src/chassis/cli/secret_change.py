"""Changes a file of secrets for a command, and notes it in the access log."""

import asyncio
from pathlib import Path

import typer

from chassis.access_log.local import local_operator
from chassis.access_log.log import AccessLog, Kind
from chassis.base.secret_changes import CannotChange, Made, change
from chassis.base.secret_file import SecretsRead
from chassis.base.settings import Settings


def change_secret(settings: Settings, path: Path, made: Made, version: int | None, why: str) -> SecretsRead:
    """Replace the file's content. `version`: which one changes; None: the newest afterwards. `why`: what was done.

    Raises:
        typer.BadParameter: it cannot be changed; the message says why.
    """
    try:
        found = change(path, made)
    except CannotChange as error:
        raise typer.BadParameter(str(error)) from error
    about: dict[str, str | int] = {"secret": path.name, "version": version or found.versions[-1].version, "why": why}
    asyncio.run(_note(settings, about))
    return found


async def _note(settings: Settings, about: dict[str, str | int]) -> None:
    log = AccessLog(settings.access_log_url, settings.access_log_key.get_secret_value())
    try:
        await log.append(Kind.SECRET_CHANGED, local_operator(), about)
    finally:
        await log.close()
