"""`satupintu bounces`: reads the mails that came to the envelope sender, so that nobody writes to dead addresses."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from chassis.base.errors import ChassisError
from chassis.base.settings import BadSetting, NoState, read_settings
from chassis.keys.keyring import SqlKeyRing
from chassis.sql.database import Database
from intake.notices.bounces import Bounces, Outcome
from intake.notices.delivery_reports import read
from intake.notices.returned_files import NoMaildir, each, one
from intake.storage.returned_mail import ReturnedMail
from intake.storage.tables import HISTORY

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
    async with _taker() as taker:
        if source is None:
            found[await taker.take(read(one(sys.stdin.buffer), recipients))] += 1
        else:
            for raw, done in each(source):
                found[await taker.take(read(raw, recipients))] += 1
                done()
    for outcome in Outcome:
        if found[outcome]:
            print(f"{outcome}: {found[outcome]}")


@asynccontextmanager
async def _taker() -> AsyncIterator[Bounces]:
    # Not the whole platform: a mail server starts one process for each mail, and its imports cost three times as much.
    settings = read_settings()
    database, keyring = Database(settings.vault_url, HISTORY), SqlKeyRing(settings.keyring_url, settings.master_keys)
    try:
        yield Bounces(ReturnedMail(database), keyring, lambda: datetime.now(UTC))  # noqa: TID251 - real time
    finally:
        await keyring.close()
        await database.close()


async def _clear(number: str) -> None:
    from chassis.service.platform import open_platform
    from intake.app import open_intake  # heavy: see `_taker`

    async with open_platform(read_settings()) as platform, open_intake(platform, repeat=False) as context:
        complaint = await context.audience.complaint_of(number)
        if complaint is None:
            raise typer.BadParameter(f"there is no report {number}")
        print(f"{await context.returned.forget(complaint)} addresses are written to again")
