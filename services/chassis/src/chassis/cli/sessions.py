"""`satupintu sessions end`: signs a person, or everybody, out of the pages."""

import asyncio
from typing import Annotated, Final

import typer

from chassis.access_log.local import local_operator
from chassis.access_log.log import AccessLog, Kind
from chassis.base.settings import Settings, read_settings
from chassis.signin.session_table import SessionTable

app: Final = typer.Typer(no_args_is_help=True)
sessions: Final = typer.Typer(no_args_is_help=True, help="who is signed in to the pages")
app.add_typer(sessions, name="sessions")


@sessions.callback()
def _sessions() -> None:
    """Keeps `end` a sub-command although it is the only one."""


@sessions.command()
def end(
    subject: Annotated[str, typer.Argument(help="the person, as the provider names it; see access-log list")] = "",
    *,
    all_: Annotated[bool, typer.Option("--all", help="everybody")] = False,
) -> None:
    """End every session of a person at once, in all browsers. Access tokens of the API end by themselves: disable the
    account at the provider first.
    """
    if bool(subject) is all_:
        raise typer.BadParameter("name one person, or --all")
    print(f"sessions ended: {asyncio.run(_end(read_settings(), subject or None))}")


async def _end(settings: Settings, subject: str | None) -> int:
    table = SessionTable(settings.sessions_url, settings.session_key.get_secret_value())
    log = AccessLog(settings.access_log_url, settings.access_log_key.get_secret_value())
    try:
        ended = await table.remove_all(subject)
        about: dict[str, str | int] = {"by": "operator", "user": subject or "everybody", "sessions": ended}
        await log.append(Kind.SIGNED_OUT, local_operator(), about)
        return ended
    finally:
        await table.close()
        await log.close()
