"""What `satupintu agency credentials` and `satupintu gateway credentials` do: make, list and end Kafka credentials.
They need the administrator's password.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Annotated

import typer
from rich.console import Console

from chassis.access_log.local import local_operator
from chassis.access_log.log import AccessLog, Kind
from chassis.base.errors import ChassisError
from chassis.base.settings import Settings, read_settings
from chassis.kafka.credentials import Credentials, NewCredential, Refused
from schemas.access import kafka_users

Opened = Callable[[], AbstractAsyncContextManager[Credentials]]
LIST = Annotated[bool, typer.Option("--list", help="list its credentials, without passwords")]
END = Annotated[str | None, typer.Option(metavar="USER", help="end this credential now")]


def run_command(
    opened: Opened, kind: kafka_users.Kind, id_: str, *, list_: bool, end: str | None, uses: Mapping[str, str]
) -> None:
    """Make a credential and show it, or list them, or end one. `uses`: what a new one is for, as it is shown.

    Raises:
        typer.Exit: 1, it cannot be done; why was printed.
    """
    if list_:
        _run(opened, lambda found: _list(found, id_))
    elif end is not None:
        _run(opened, lambda found: _end(found, kind, id_, end))
    else:
        _run(opened, lambda found: _make(found, kind, id_, uses))


async def _make(found: Credentials, kind: kafka_users.Kind, id_: str, uses: Mapping[str, str]) -> None:
    made = await found.make(id_)
    await _note(Kind.CREDENTIAL_MADE, kind, id_, made.name)
    _show(made, read_settings(), uses)


async def _end(found: Credentials, kind: kafka_users.Kind, id_: str, user: str) -> None:
    await found.end(id_, user)
    await _note(Kind.CREDENTIAL_ENDED, kind, id_, user)
    print(f"ended: {user}. Its open connections end within two minutes.")


async def _note(what: Kind, kind: kafka_users.Kind, id_: str, user: str) -> None:
    settings = read_settings()
    log = AccessLog(settings.access_log_url, settings.access_log_key.get_secret_value())
    try:
        await log.append(what, local_operator(), {str(kind): id_, "user": user})
    finally:
        await log.close()


async def _list(found: Credentials, id_: str) -> None:
    for each, ends_at in await found.of(id_):
        made = f"made {each.made_at:%Y-%m-%d %H:%M} UTC" if each.made_at else "the first one"
        print(f"{each.name}  {made}" + (f", ends {ends_at:%Y-%m-%d %H:%M} UTC" if ends_at else ""))


def _show(made: NewCredential, settings: Settings, uses: Mapping[str, str]) -> None:
    public = settings.kafka_outside
    lines = {
        "user": made.name,
        "password": made.password,
        "servers": public or settings.kafka,
        "security": "SASL_SSL" if public or settings.kafka_security == "sasl-tls" else "SASL_PLAINTEXT",
        "mechanism": "SCRAM-SHA-512",
        **uses,
    }
    for name, value in lines.items():
        print(f"{name:>10}  {value}")
    print("The password is shown this once and kept nowhere.")
    if made.older is not None and made.older_ends_at is not None:
        print(f"{made.older} works until {made.older_ends_at:%Y-%m-%d %H:%M} UTC; --end {made.older} ends it now.")


def _run(opened: Opened, act: Callable[[Credentials], Awaitable[None]]) -> None:
    async def run() -> None:
        async with opened() as found:
            await act(found)

    try:
        asyncio.run(run())
    except (Refused, ChassisError) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
        raise typer.Exit(1) from error
