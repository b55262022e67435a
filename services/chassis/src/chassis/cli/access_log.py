"""`satupintu access-log list | check`: sign-ins, refusals and changed credentials."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console

from chassis.access_log.entry import Checked, Entry, Head, Kind
from chassis.access_log.log import AccessLog
from chassis.base.settings import read_settings
from chassis.sql.types import EPOCH

T = TypeVar("T")
app: Final = typer.Typer(no_args_is_help=True)
log: Final = typer.Typer(no_args_is_help=True, help="who signed in, was refused, or changed credentials")
app.add_typer(log, name="access-log")
console: Final = Console(highlight=False, soft_wrap=True, markup=False)


@log.command("list")
def list_(
    after: Annotated[int, typer.Option(help="begin after the entry of this number")] = 0,
    kind: Annotated[Kind | None, typer.Option(help="only entries of this kind")] = None,
    subject: Annotated[str | None, typer.Option(help="only this person or system, as the provider names it")] = None,
) -> None:
    """The entries, oldest first: number, time (UTC), kind, roles, who, and what about."""
    for entry in _entries(after):
        if kind in (None, entry.kind) and subject in (None, entry.subject):
            console.print(_line(entry))


@log.command()
def check(
    noted: Annotated[
        str | None, typer.Option(help="a head that an earlier check printed: it must still be there")
    ] = None,
) -> None:
    """Whether entries were changed, removed or inserted. Note the head that it prints outside the platform: with it a
    later check also finds a removed end.
    """
    try:
        head = None if noted is None else Head.of(noted)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    checked: Checked = _run(lambda access: access.check(head))
    console.print(f"{checked.entries} entries, head {checked.head}")
    if checked.other_key:
        console.print(f"{checked.other_key} of them were made under another master key and cannot be checked")
    for fault in checked.faults:
        console.print(f"FAULT at entry {fault.number}: {fault.why}")
    if checked.faults:
        raise typer.Exit(1)


def _entries(after: int) -> Iterator[Entry]:
    found = [Entry(after, EPOCH, "", "", "", "", {})]
    while found := _run(partial(AccessLog.read, after=found[-1].number)):
        yield from found


def _run(act: Callable[[AccessLog], Awaitable[T]]) -> T:
    async def run() -> T:
        settings = read_settings()
        access = AccessLog(settings.access_log_url, settings.access_log_key.get_secret_value())
        try:
            return await act(access)
        finally:
            await access.close()

    return asyncio.run(run())


def _line(entry: Entry) -> str:
    who = f"{entry.subject} of {entry.issuer}" if entry.subject else "nobody signed in"
    about = " ".join(f"{name}={value}" for name, value in entry.about.items())
    at = entry.at.isoformat(timespec="seconds")
    return f"{entry.number:>7}  {at}  {entry.kind:<16}  {entry.roles or '-'}  {who}  {about}".rstrip()
