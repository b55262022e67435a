"""`satupintu gateway credentials ID`: Kafka credentials of a channel gateway."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

import typer

from chassis.base.clock import SystemClock
from chassis.base.settings import read_settings
from chassis.cli.credentials import END, LIST, run_command
from chassis.kafka.credentials import Credentials
from chassis.kafka.users import UserAdmin
from chassis.service.platform import open_platform
from intake.app import topic_under
from intake.gateway.credentials import ChannelGateways
from schemas.access.kafka_users import Kind
from schemas.base.topics import gateway_submissions
from schemas.reference.load import policies

app: Final = typer.Typer(no_args_is_help=True)
gateway: Final = typer.Typer(no_args_is_help=True, help="channel gateways, such as for SMS")
app.add_typer(gateway, name="gateway")


@gateway.callback()
def _gateway() -> None:
    """Keeps `credentials` a sub-command although it is the only one."""


@gateway.command()
def credentials(
    id_: Annotated[str, typer.Argument(metavar="ID", help="the gateway's id in SATUPINTU_GATEWAYS, such as sms")],
    list_: LIST = False,
    end: END = None,
) -> None:
    """Make a Kafka user for a channel gateway and show its password, once: it is kept nowhere.

    A gateway that has a credential gets a second one with the same rights. The first then works for seven more days.
    """
    uses = {
        "write": gateway_submissions(id_),
        "results": f"GET /api/v1/submissions/{id_}/KEY, with an access token of gateway:{id_}",
        "groups": f"gateway.{id_}.<any name>",
    }
    run_command(_opened, Kind.GATEWAY, id_, list_=list_, end=end, uses=uses)


@asynccontextmanager
async def _opened() -> AsyncIterator[Credentials]:
    settings, periods = read_settings(), policies()
    users, quota = UserAdmin(settings.kafka_as_administrator()), settings.kafka_outsider_quota
    try:
        async with open_platform(settings) as platform:
            owners = ChannelGateways(
                users,
                settings.all_gateways,
                lambda id_: topic_under(periods.at(platform.clock.now()), gateway_submissions(id_)),
            )
            yield Credentials(users, owners, SystemClock().now, quota)
    finally:
        await users.close()
