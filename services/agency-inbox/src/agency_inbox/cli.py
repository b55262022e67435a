"""`satupintu agency credentials ID`: Kafka credentials of an agency. Needs the administrator's password."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Final

import typer
from rich.console import Console

from agency_inbox.agency_topics import AgencyTopics, periods
from agency_inbox.credentials import Credentials, NewCredential, Refused
from chassis.access_log.local import local_operator
from chassis.access_log.log import AccessLog, Kind
from chassis.base.clock import SystemClock
from chassis.base.errors import ChassisError
from chassis.base.settings import Settings, read_settings
from chassis.kafka.users import UserAdmin
from chassis.service.platform import open_platform
from schemas.base.topics import agency_inbox, agency_replies
from schemas.reference.load import policies

app: Final = typer.Typer(no_args_is_help=True)
agency: Final = typer.Typer(no_args_is_help=True, help="agencies' own systems")
app.add_typer(agency, name="agency")


@agency.callback()
def _agency() -> None:
    """Keeps `credentials` a sub-command although it is the only one."""


@agency.command()
def credentials(
    id_: Annotated[str, typer.Argument(metavar="ID", help="the agency's id in the registry, such as kota-bandung")],
    list_: Annotated[bool, typer.Option("--list", help="list its credentials, without passwords")] = False,
    end: Annotated[str | None, typer.Option(metavar="USER", help="end this credential now")] = None,
) -> None:
    """Make a Kafka user for an agency's system and show its password, once: it is kept nowhere.

    An agency that has a credential gets a second one with the same rights. The first then works for seven more days.
    """
    if list_:
        _run(lambda found: _list(found, id_))
    elif end is not None:
        _run(lambda found: _end(found, id_, end))
    else:
        _run(lambda found: _make(found, id_))


async def _make(found: Credentials, id_: str) -> None:
    made = await found.make(id_)
    await _note(Kind.CREDENTIAL_MADE, id_, made.name)
    _show(made, id_, read_settings())


async def _end(found: Credentials, id_: str, user: str) -> None:
    await found.end(id_, user)
    await _note(Kind.CREDENTIAL_ENDED, id_, user)
    print(f"ended: {user}. Its open connections end within two minutes.")


async def _note(kind: Kind, id_: str, user: str) -> None:
    settings = read_settings()
    log = AccessLog(settings.access_log_url, settings.access_log_key.get_secret_value())
    try:
        await log.append(kind, local_operator(), {"agency": id_, "user": user})
    finally:
        await log.close()


async def _list(found: Credentials, id_: str) -> None:
    for each, ends_at in await found.of(id_):
        made = f"made {each.made_at:%Y-%m-%d %H:%M} UTC" if each.made_at else "the first one"
        print(f"{each.name}  {made}" + (f", ends {ends_at:%Y-%m-%d %H:%M} UTC" if ends_at else ""))


def _show(made: NewCredential, id_: str, settings: Settings) -> None:
    public = settings.kafka_outside
    lines = {
        "user": made.name,
        "password": made.password,
        "servers": public or settings.kafka,
        "security": "SASL_SSL" if public or settings.kafka_security == "sasl-tls" else "SASL_PLAINTEXT",
        "mechanism": "SCRAM-SHA-512",
        "read": agency_inbox(id_),
        "write": agency_replies(id_),
        "groups": f"agency.{id_}.<any name>",
    }
    for name, value in lines.items():
        print(f"{name:>10}  {value}")
    print("The password is shown this once and kept nowhere.")
    if made.older is not None and made.older_ends_at is not None:
        print(f"{made.older} works until {made.older_ends_at:%Y-%m-%d %H:%M} UTC; --end {made.older} ends it now.")


@asynccontextmanager
async def _opened() -> AsyncIterator[Credentials]:
    settings = read_settings()
    users, quota = UserAdmin(settings.kafka_as_administrator()), settings.kafka_outsider_quota
    try:
        async with open_platform(settings) as platform:
            topics = AgencyTopics(users, lambda: periods(policies().at(platform.clock.now())))
            yield Credentials(users, topics, platform.registry, SystemClock().now, quota)
    finally:
        await users.close()


def _run(act: Callable[[Credentials], Awaitable[None]]) -> None:
    async def run() -> None:
        async with _opened() as found:
            await act(found)

    try:
        asyncio.run(run())
    except (Refused, ChassisError) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
        raise typer.Exit(1) from error
