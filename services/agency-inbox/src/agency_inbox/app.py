"""Composition root of agency-inbox: opens what its endpoints and its roads work with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.datastructures import State

from agency_inbox import http
from agency_inbox.agency_topics import AgencyTopics
from agency_inbox.agents import Delivery, ReceiptLedger
from agency_inbox.context import Inbox
from agency_inbox.delivery import NEWS
from agency_inbox.kafka_postbox import KafkaPostbox
from agency_inbox.quarantine import Quarantine
from agency_inbox.replies import Replies
from agency_inbox.settings import SERVICE
from agency_inbox.sweep import Keeper, plan
from agency_inbox.views import METADATA, REFUSED, SWEEP, inbox_view
from chassis.agent import Agent
from chassis.dead_letter_topic import KafkaDeadLetters
from chassis.kafka.admin import Admin
from chassis.outsider import Outsider
from chassis.platform import Platform, open_platform
from chassis.process import Road, run_process
from chassis.projection import Projection
from chassis.reaction import Guard
from chassis.settings import Settings, read_settings
from chassis.sql import Database
from chassis.sweep import Sweep
from chassis.web import install
from schemas import topics
from schemas.data_files import policies

routers: Final[list[APIRouter]] = [http.router]


@asynccontextmanager
async def open_inbox(platform: Platform) -> AsyncIterator[Inbox]:
    """The agencies' inbox over the shared surroundings."""
    settings = platform.settings
    database = Database(settings.views_of(SERVICE), METADATA)
    letters = KafkaDeadLetters(settings.kafka, SERVICE)
    ledger = ReceiptLedger(platform.store, platform.keyring, SERVICE)
    quarantine = Quarantine(database, REFUSED, letters)
    try:
        yield Inbox(ledger, platform.registry, platform.clock, policies(), database, quarantine)
    finally:
        await letters.close()
        await database.close()


@asynccontextmanager
async def running(platform: Platform, state: State) -> AsyncIterator[Inbox]:
    """Put the inbox into an app's state for as long as it serves."""
    async with open_inbox(platform) as context:
        state.agency_inbox = context
        yield context


async def ready(state: State) -> dict[str, str]:
    """Whether the store and the read model answer, by name."""
    context: Inbox = state.agency_inbox
    await context.ledger.store.store_id()
    await context.database.read(lambda connection: connection.exec_driver_sql("select 1").scalar())
    return {"store": "ok", "views": "ok"}


def create_app() -> FastAPI:
    """The inbox's web side alone."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_platform(read_settings()) as platform, running(platform, app.state):
            yield

    app = FastAPI(title="Satupintu agency-inbox", lifespan=lifespan)
    for router in routers:
        app.include_router(router)
    install(app, lambda: ready(app.state))
    return app


def roads(inbox: Inbox, settings: Settings, topics_kept: AgencyTopics, postbox: KafkaPostbox) -> list[Road]:
    """Delivery, its sweep, replies, the inbox's rows, and the agencies' topics."""
    grace, kafka = timedelta(seconds=settings.sweep_grace_s), settings.kafka
    delivery = Delivery(postbox, inbox.registry, inbox.policies, inbox.clock)
    guard = Guard(inbox.ledger, delivery, KafkaDeadLetters(kafka, SERVICE), heeds=NEWS)
    sweep = Sweep(
        inbox.database,
        inbox.ledger,
        inbox.clock,
        plan=plan(postbox.known, grace),
        react=partial(delivery.what_was_left, grace),
        tables=SWEEP,
        period_s=settings.sweep_period_s,
    )
    view = inbox_view(inbox.ledger, inbox.registry, inbox.policies)
    replies = Replies(inbox, topics_kept.replies)
    group = f"{SERVICE}.replies"
    return [
        Agent(SERVICE, "delivery", [topics.COMPLAINT_EVENTS], guard, kafka=kafka),
        Outsider(SERVICE, replies, inbox.quarantine, kafka=kafka, group=group, pattern=topics.REPLIES_PATTERN),
        Projection(inbox.database, METADATA, view, kafka=kafka, group=f"{SERVICE}.views"),
        sweep,
        Keeper(topics_kept, inbox.registry, sweep, inbox.database),
    ]


async def worker(settings: Settings) -> int:
    """The inbox's worker side: until SIGTERM; the exit status."""
    async with open_platform(settings) as platform, open_inbox(platform) as inbox:
        admin = Admin(settings.kafka)
        kept = AgencyTopics(admin)
        postbox = KafkaPostbox(settings.kafka, kept)
        try:
            ways = roads(inbox, settings, kept, postbox)
            return await run_process(SERVICE, ways, port=settings.port, host=settings.host)
        finally:
            await postbox.close()
            await admin.close()
