"""`satupintu topics renew`: makes the relay's topics anew, after an older copy of the store was restored."""

import asyncio
from typing import Final

import typer

from chassis.base.cluster import Cluster
from chassis.base.settings import read_settings
from chassis.kafka.admin import Admin
from chassis.relay.relay import TOPICS
from schemas.access.kafka_users import OPERATOR
from schemas.base.topics import relayed

app: Final = typer.Typer(no_args_is_help=True)
topics: Final = typer.Typer(no_args_is_help=True, help="the relay's topics")
app.add_typer(topics, name="topics")


@topics.callback()
def _of_topics() -> None:
    """The relay's topics."""


@topics.command()
def renew() -> None:
    """Delete the topics that the relay fills and create them anew; it then publishes the whole store again.

    Needed after an older copy of the store was restored: the topics hold events that the store does not. Nothing is
    lost, because these topics hold only copies of stored events. Topics of agencies and gateways stay. Works while the
    platform runs.
    """
    settings = read_settings()
    asyncio.run(renew_topics(settings.kafka_as(OPERATOR), settings.events_topic_days))
    print(f"renewed: {', '.join(TOPICS)}; the relay publishes the store from the beginning")


async def renew_topics(kafka: Cluster, events_days: float | None) -> None:
    """Delete the topics that the relay fills and create them anew. `events_days`: for how many days `complaint-events`
    keeps its records; None: for ever.

    Raises:
        BrokerUnavailable, KafkaDenied.
    """
    admin = Admin(kafka)
    try:
        await admin.delete(TOPICS)
        await admin.ensure(relayed(TOPICS, events_days))
    finally:
        await admin.close()
