"""`satupintu dead-letters list | show | replay`: messages that a service could not handle.

Shows reasons, origins and ids; never a message's content, which may be a citizen's words.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from chassis.base.errors import ChassisError
from chassis.base.settings import read_settings
from chassis.deadletter.port import DeadLetter
from chassis.deadletter.replay import DeadLetterReplay, NoSuchDeadLetter
from chassis.deadletter.shown import SERVICES, header_names, headers_of, plain
from schemas.access.kafka_users import OPERATOR

T = TypeVar("T")
ServiceName = Annotated[str, typer.Argument(help=f"whose dead letters: {', '.join(SERVICES)}")]
Offset = Annotated[int, typer.Argument(help="offset of the dead letter, as `list` shows it")]

app: Final = typer.Typer(no_args_is_help=True)
letters: Final = typer.Typer(no_args_is_help=True, help="messages that could not be handled")
app.add_typer(letters, name="dead-letters")
console: Final = Console(highlight=False, soft_wrap=True)


@letters.command("list")
def list_(service: ServiceName) -> None:
    """Those that were not replayed yet."""
    found = _run(service, lambda dead_letters: dead_letters.open())
    for offset, letter in found:
        headers = headers_of(letter.message)
        console.print(f"{offset:>6}  {_time(letter)}  {letter.message.place}  {headers['type']} {headers['subject']}")
        console.print(f"        {escape(letter.reason)}")
    if not found:
        unknown = "" if service in SERVICES else f"; it is none of {', '.join(SERVICES)}"
        console.print(f"no open dead letters of {service}{unknown}")


@letters.command()
def show(service: ServiceName, offset: Offset) -> None:
    """One dead letter: origin, reason, type and ids. Not its content."""
    letter = _run(service, lambda dead_letters: dead_letters.get(offset))
    message = letter.message
    about = {"reason": letter.reason, "set aside": _time(letter), "by": letter.service, "tries": str(letter.attempts)}
    about |= {"message": message.place, "key": plain(message.key), **headers_of(message)}
    about |= {"headers": ", ".join(header_names(message)), "body": f"{len(message.value or b'')} bytes, not shown"}
    for name, value in about.items():
        console.print(f"{name:>10}  {escape(value)}")


@letters.command()
def replay(
    service: ServiceName,
    offset: Annotated[int | None, typer.Argument(help="offset of the dead letter, as `list` shows it")] = None,
    every: Annotated[bool, typer.Option("--all", help="all that are open")] = False,
) -> None:
    """Send it to its own topic and partition again. The service decides on the complaint's present state."""
    if (offset is None) != every:
        raise typer.BadParameter("give one offset, or --all")
    if offset is None:
        console.print(f"{_run(service, lambda dead_letters: dead_letters.replay_all())} replayed")
    else:
        _run(service, lambda dead_letters: dead_letters.replay(offset))
        console.print(f"{offset} replayed")


def _run(service: str, act: Callable[[DeadLetterReplay], Awaitable[T]]) -> T:
    async def run() -> T:
        async with DeadLetterReplay(read_settings().kafka_as(OPERATOR), service) as dead_letters:
            return await act(dead_letters)

    try:
        return asyncio.run(run())
    except (NoSuchDeadLetter, ChassisError) as error:
        Console(stderr=True).print(escape(str(error)))
        raise typer.Exit(1) from error


def _time(letter: DeadLetter) -> str:
    return datetime.fromtimestamp(letter.message.timestamp_ms / 1000, UTC).isoformat(timespec="seconds")
