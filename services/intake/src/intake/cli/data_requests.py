"""`satupintu data-requests` lists reporters' requests about their own data that are not done, without words."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

import typer

from chassis.base.settings import read_settings
from chassis.service.platform import open_platform
from intake.app import open_intake
from intake.data_requests import OpenRequest
from intake.request_list import read_open

app: Final = typer.Typer(no_args_is_help=False)
OVERDUE = Annotated[bool, typer.Option("--overdue", help="only those past their date; exit code 1 if any")]
MOMENT: Final = "%Y-%m-%d %H:%M"


@app.command()
def data_requests(*, overdue: OVERDUE = False) -> None:
    """List requests for a copy or for the erasure of a reporter's data that are not done, with their dates (UTC)."""

    async def run() -> tuple[Sequence[OpenRequest], datetime]:
        async with open_platform(read_settings()) as platform, open_intake(platform, repeat=False) as context:
            return await read_open(context), context.clock.now()

    found, now = asyncio.run(run())
    late = [one for one in found if one.is_overdue(now)]
    for one in late if overdue else found:
        due = f"due {one.due_at:{MOMENT}}" if one.due_at else "refused until the examination ends"
        mark = ", OVERDUE" if one.is_overdue(now) else ""
        print(f"{one.kind}  {one.complaint}  asked {one.asked_at:{MOMENT}}  {due}{mark}  {one.body or ''}".rstrip())
    print(f"{len(found)} open, {len(late)} overdue")
    if overdue and late:
        raise typer.Exit(1)
