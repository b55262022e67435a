"""`satupintu agency credentials ID`: Kafka credentials of an agency."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

import typer

from agency_inbox.agency_topics import AgencyTopics, periods
from agency_inbox.credentials import Agencies
from chassis.base.clock import SystemClock
from chassis.base.settings import read_settings
from chassis.cli.credentials import END, LIST, run_command
from chassis.kafka.credentials import Credentials
from chassis.kafka.users import UserAdmin
from chassis.service.platform import open_platform
from schemas.access.kafka_users import Kind
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
    list_: LIST = False,
    end: END = None,
) -> None:
    """Make a Kafka user for an agency's system and show its password, once: it is kept nowhere.

    An agency that has a credential gets a second one with the same rights. The first then works for seven more days.
    """
    uses = {"read": agency_inbox(id_), "write": agency_replies(id_), "groups": f"agency.{id_}.<any name>"}
    run_command(_opened, Kind.AGENCY, id_, list_=list_, end=end, uses=uses)


@asynccontextmanager
async def _opened() -> AsyncIterator[Credentials]:
    settings = read_settings()
    users, quota = UserAdmin(settings.kafka_as_administrator()), settings.kafka_outsider_quota
    try:
        async with open_platform(settings) as platform:
            topics = AgencyTopics(users, lambda: periods(policies().at(platform.clock.now())))
            yield Credentials(users, Agencies(topics, platform.registry), SystemClock().now, quota)
    finally:
        await users.close()
