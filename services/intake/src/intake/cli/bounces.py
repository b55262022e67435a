"""`satupintu bounces`: reads the mails that came to the envelope sender, so that nobody writes to dead addresses."""

import asyncio
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import typer

from chassis.base.errors import ChassisError
from chassis.base.settings import BadSetting, NoState, read_settings
from chassis.service.platform import open_platform
from intake.app import open_intake, real_now
from intake.context import Intake
from intake.notices.bounces import Bounces, Outcome
from intake.notices.delivery_reports import read
from intake.notices.returned_files import NoMaildir, each, one

TRY_AGAIN: Final = 75
"""EX_TEMPFAIL of sysexits.h: a mail server keeps the mail and pipes it again later."""
app: Final = typer.Typer()


@app.command()
def bounces(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE|MBOX|MAILDIR]",
            exists=True,
            help="one mail, an mbox or a maildir; none: one mail from standard input",
        ),
    ] = None,
    *,
    recipient: Annotated[
        list[str] | None,
        typer.Option(help="the address that the mail server took the mail for; may be given several times"),
    ] = None,
    clear: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="send again to the addresses of this report; reads no mail")
    ] = None,
) -> None:
    """Read bounces. A permanent failure ends the notices to that address of that report; anything else is only counted.
    Repeatable. Exit code 75: try again later.
    """
    try:
        asyncio.run(_clear(clear) if clear is not None else _read(source, recipient or []))
    except NoMaildir as error:
        raise typer.BadParameter(str(error)) from error
    except (ChassisError, BadSetting, NoState, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        raise typer.Exit(TRY_AGAIN) from error


async def _read(source: Path | None, recipients: list[str]) -> None:
    found = Counter[Outcome]()
    async with open_platform(read_settings()) as platform, open_intake(platform, repeat=False) as context:
        taker = Bounces(context.returned, context.repository.keyring, real_now)
        if source is None:
            found[await taker.take(read(one(sys.stdin.buffer), recipients))] += 1
        else:
            for raw, done in each(source):
                found[await taker.take(read(raw, recipients))] += 1
                done()
    for outcome in Outcome:
        if found[outcome]:
            print(f"{outcome}: {found[outcome]}")


async def _clear(number: str) -> None:
    async with open_platform(read_settings()) as platform, open_intake(platform, repeat=False) as context:
        print(f"{await _cleared(context, number)} addresses are written to again")


async def _cleared(context: Intake, number: str) -> int:
    complaint = await context.audience.complaint_of(number)
    if complaint is None:
        raise typer.BadParameter(f"there is no report {number}")
    return await context.returned.forget(complaint)
