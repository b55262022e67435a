"""Composition root of router: opens what its endpoints and its roads work with."""

import asyncio
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.datastructures import State

from chassis.base.settings import Settings, read_settings
from chassis.deadletter.port import DeadLetters
from chassis.project.from_store import StoreProjection
from chassis.project.rebuild import Rebuildable, fed
from chassis.react.agent import Agent
from chassis.react.reaction import Guard
from chassis.service.platform import Platform, open_platform
from chassis.service.process import BackgroundTask, run_process
from chassis.service.web_app import web_app
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from chassis.write.command import handle_registry
from chassis.write.repository import Cause
from router import http
from router.context import Router
from router.duplicates.features import FeatureReader, feature_data
from router.duplicates.watcher import DuplicateWatch
from router.history.shadow import shadow_view
from router.lexicon.files import place_data, rule_data
from router.placement.knowledge import Knowing
from router.placement.reaction import EVENT_TYPES, Placing
from router.placement.sweep import UNMOVED_BY, Watchdog, plan
from router.placement.views import METADATA, SWEEP, VIEW
from router.reading.classifier import UNCLEAR
from router.reading.model_files import BadModel, find
from router.registry import decide
from router.registry.apply_seed import plant
from router.settings import ROAD, SERVICE
from schemas.base import topics
from schemas.base.ids import derived_id
from schemas.base.mac import mac
from schemas.reference.load import policies

routers: Final[list[APIRouter]] = [http.router]


@asynccontextmanager
async def open_router(platform: Platform) -> AsyncIterator[Router]:
    """Router's own tables and rules over the shared surroundings."""
    settings, registry, repository = platform.settings, platform.registry, platform.repository(SERVICE)
    database = Database(settings.views_of(SERVICE), METADATA)
    knowing = Knowing(registry, database, policies(), settings.models_dir)
    placing = Placing(repository, knowing, platform.clock)
    sweep = Sweep(
        database,
        repository,
        platform.clock,
        plan=plan(timedelta(seconds=settings.sweep_grace_s)),
        react=placing,
        tables=SWEEP,
        ignored_types=UNMOVED_BY,
        period_s=settings.sweep_period_s,
    )
    watchdog = Watchdog(database, repository, registry, placing, settings.sweep_period_s)
    feed = StoreProjection(platform.store, database, METADATA, VIEW)
    duplicates = DuplicateWatch(
        database,
        METADATA,
        repository,
        platform.clock,
        FeatureReader(feature_data(), {code: name for code, (name, *_) in place_data().places.items()}),
        mac(settings.master_key.get_secret_value(), b"likeness of texts"),
        knowing.policies,
        settings.sweep_period_s,
    )
    shadow = None
    if settings.shadow_model is not None:
        model = find(settings.models_dir, settings.shadow_model)
        view = shadow_view(repository, knowing, settings.shadow_model, lambda known: known.reader.with_model(model))
        shadow = StoreProjection(platform.store, database, METADATA, view)
    try:
        yield Router(repository, platform.clock, knowing, database, feed, placing, sweep, watchdog, duplicates, shadow)
    finally:
        await database.close()


@asynccontextmanager
async def running(platform: Platform, state: State) -> AsyncIterator[Router]:
    """Put router into an app's state for as long as it serves."""
    async with open_router(platform) as context:
        state.router = context
        yield context


@asynccontextmanager
async def rebuildable(platform: Platform) -> AsyncIterator[list[Rebuildable]]:
    """Router's read model, open work and index of likeness, for `satupintu rebuild`."""
    async with open_router(platform) as context:
        yield [fed(context.feed), fed(context.sweep.open_work), fed(context.duplicates.feed)]


async def ready(state: State) -> dict[str, str]:
    """Whether the store and the read models answer, by name."""
    context: Router = state.router
    await context.repository.store.store_id()
    await context.database.read(lambda connection: connection.exec_driver_sql("select 1").scalar())
    return {"store": "ok", "views": "ok"}


def create_app() -> FastAPI:
    """Router's web side alone."""
    return web_app("Satupintu router", routers, running, ready)


def background_tasks(context: Router, letters: DeadLetters, kafka: str) -> list[BackgroundTask]:
    """What the worker side runs."""
    guard = Guard(context.repository, context.placing, letters, event_types=EVENT_TYPES)
    agent = Agent(SERVICE, ROAD, [topics.COMPLAINT_EVENTS], guard, kafka=kafka, ignores=guard.ignores)
    shadow = [context.shadow] if context.shadow is not None else []
    return [agent, context.sweep, context.watchdog, context.feed, context.duplicates, *shadow]


def seed(_argv: list[str]) -> int:
    """`python -m router seed`; the exit status."""
    sys.stdout.write(f"{asyncio.run(planted())} facts added to the registry\n")
    return 0


async def planted() -> int:
    """Add what the registry lacks of this release's data; how many facts that was."""
    async with open_platform(read_settings()) as platform:
        return await plant(platform.repository(SERVICE), platform.clock)


async def switch(version: str, labels: Collection[str]) -> str:
    """Let this model read from now on; says what became of it. `labels` are what the model tells apart.

    Raises:
        BadModel: it tells something else apart than sectors.
    """
    if strange := sorted(set(labels) - set(rule_data().sectors) - {UNCLEAR}):
        raise BadModel(f"{version} tells other things apart than sectors: {', '.join(strange)}")
    async with open_platform(read_settings()) as platform:
        repository, at = platform.repository(SERVICE), platform.clock.now()
        causation = derived_id("switch", version, at.isoformat())
        known = await repository.registry()
        after = await handle_registry(
            repository,
            lambda state: decide.switch_model(state, version, at),
            Cause(causation, causation, at),
            known,
        )
    return f"{version} reads from now on" if after.version > known.version else f"{version} was reading already"


async def worker(settings: Settings) -> int:
    """Router's worker side: until SIGTERM; the exit status."""
    async with open_platform(settings) as platform, open_router(platform) as context:
        await plant(context.repository, context.clock)
        letters = platform.dead_letters(SERVICE)
        try:
            return await run_process(
                SERVICE, background_tasks(context, letters, settings.kafka), port=settings.port, host=settings.host
            )
        finally:
            await letters.close()
