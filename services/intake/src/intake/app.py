"""Composition root of intake: opens what its endpoints and roads work with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.datastructures import State

from chassis.agent import Agent
from chassis.following import StoreFeed
from chassis.kafka.kept import KeptTopics
from chassis.outsider import Outsider
from chassis.platform import Platform, open_platform
from chassis.process import Road, run_process
from chassis.reaction import Guard, Reactor
from chassis.settings import Settings
from chassis.sql import Database
from chassis.trailing import Trailing
from chassis.web_side import web_side
from intake import http, open311, views
from intake.agents import HEEDED, follow_up
from intake.attachments import Attachments
from intake.audience import Audience
from intake.codes import Codes
from intake.context import Context
from intake.kafka_probe import KafkaProbe
from intake.notices import Sent
from intake.numbers import Numbers
from intake.outbox import Outbox
from intake.post import Post
from intake.quarantine import Quarantine
from intake.rate import Rate
from intake.records import Records
from intake.results import Results
from intake.smtp import mailbox_of
from intake.submissions import receive
from intake.sweep import Orphans
from intake.tables import metadata
from intake.vault import Vault
from intake.watchers import Watchers
from schemas.data_files import policies
from schemas.topics import COMPLAINT_EVENTS, FIXED, SUBMISSIONS

SERVICE: Final = "intake"
routers: Final[list[APIRouter]] = [http.router, open311.router]


def _real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - orphans are told by real time


def outbox_of(platform: Platform, database: Database) -> Outbox:
    """Where notices wait for the mailbox that the settings name."""
    settings = platform.settings
    behind = mailbox_of(settings.notices_url, settings.notices_dir)
    return Outbox(database, platform.ledger(SERVICE).keyring, behind, _real_now)


@asynccontextmanager
async def open_intake(platform: Platform) -> AsyncIterator[Context]:
    """Intake's own tables, files and mailbox over the shared surroundings."""
    settings = platform.settings
    database = Database(settings.vault_url, metadata, busy_after_s=1.0)
    relations = Database(settings.views_of(SERVICE), views.METADATA)
    records = Records(database, _real_now, policies())
    context = Context(
        ledger=platform.ledger(SERVICE),
        clock=platform.clock,
        registry=platform.registry,
        policies=policies(),
        codes=Codes(database, settings.code_secret.get_secret_value()),
        numbers=Numbers(database),
        records=records,
        vault=Vault(database, _real_now, policies()),
        attachments=Attachments(settings.attachments_dir),
        results=Results(database),
        mailbox=outbox_of(platform, database),
        sent=Sent(database),
        probe=KafkaProbe(settings.kafka),
        filings=Rate(settings.filings_per_minute),
        lookups=Rate(settings.lookups_per_minute),
        database=database,
        audience=Audience(
            relations, StoreFeed(platform.store, relations, views.METADATA, views.VIEW), Watchers(database)
        ),
    )
    try:
        yield context
    finally:
        await records.close()
        await relations.close()
        await database.close()


@asynccontextmanager
async def running(platform: Platform, state: State) -> AsyncIterator[Context]:
    """Put intake into an app's state for as long as it serves."""
    async with open_intake(platform) as context:
        probing = asyncio.create_task(context.probe.run())
        state.intake = context
        try:
            yield context
        finally:
            probing.cancel()
            with suppress(asyncio.CancelledError):
                await probing


async def ready(state: State) -> dict[str, str]:
    """Whether the store and intake's own tables answer. Kafka may be away: complaints are filed all the same."""
    context: Context = state.intake
    await context.ledger.store.store_id()
    await context.database.read(lambda connection: connection.exec_driver_sql("select 1").scalar())
    return {"store": "ok", "vault": "ok"}


def create_app() -> FastAPI:
    """Intake's web side alone."""
    return web_side("Satupintu intake", routers, running, ready)


async def worker(settings: Settings) -> int:
    """Intake's worker side: submissions, notices, forgetting, until SIGTERM; the exit status."""
    async with open_platform(settings) as platform, open_intake(platform) as context:
        audience = context.audience
        assert audience is not None
        door = KeptTopics(settings.kafka, [FIXED[SUBMISSIONS]])
        await door.once()
        letters = platform.dead_letters(SERVICE)
        react, kafka = follow_up(context), settings.kafka
        guard = Guard(context.ledger, react, letters, heeds=HEEDED)
        trailing = Trailing(
            platform.store, context.database, metadata, SERVICE, Reactor(context.ledger, react).handle,
            types=HEEDED, grace_s=settings.sweep_grace_s,
        )  # fmt: skip
        group = f"{SERVICE}.submissions"
        roads: list[Road] = [
            Agent(SERVICE, "notices", [COMPLAINT_EVENTS], guard, kafka=kafka, ignores=guard.ignores),
            Outsider(
                SERVICE,
                receive(context),
                Quarantine(context.database, letters),
                kafka=kafka,
                group=group,
                topics=[SUBMISSIONS],
                ordered=False,
            ),
            trailing,
            audience.feed,
            Orphans(context),
            Post(outbox_of(platform, context.database), _real_now, context.policies),
            door,
        ]
        try:
            return await run_process(SERVICE, roads, port=settings.port, host=settings.host)
        finally:
            await letters.close()
