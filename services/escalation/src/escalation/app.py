"""Composition root of escalation: opens what its endpoints and its sweep work with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.datastructures import State

from chassis.base.settings import Settings
from chassis.project.from_store import StoreProjection
from chassis.project.rebuild import Rebuildable, fed
from chassis.service.platform import Platform, open_platform
from chassis.service.process import run_process
from chassis.service.web_app import web_app
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from chassis.write.cache import StreamCache
from escalation import http
from escalation.basis import PlanBasis
from escalation.context import Escalation
from escalation.settings import SERVICE
from escalation.sweep import TimerRepository, plan, reaction
from escalation.views import METADATA, SWEEP, ladder_view
from schemas.reference.load import policies

routers: Final[list[APIRouter]] = [http.router]


@asynccontextmanager
async def open_escalation(platform: Platform) -> AsyncIterator[Escalation]:
    """Escalation's own tables over the shared surroundings."""
    settings, registry, rules = platform.settings, platform.registry, policies()
    repository = TimerRepository(platform.store, platform.keyring, SERVICE, StreamCache())
    database = Database(settings.views_of(SERVICE), METADATA)
    basis = PlanBasis(registry, rules)
    sweep = Sweep(
        database,
        repository,
        platform.clock,
        plan=plan(registry, basis),
        react=reaction(registry, platform.clock, rules),
        tables=SWEEP,
        basis=basis.now,
        period_s=settings.sweep_period_s,
    )
    ladder = StoreProjection(platform.store, database, METADATA, ladder_view(repository, registry, rules))
    try:
        yield Escalation(repository, registry, database, ladder, sweep)
    finally:
        await database.close()


@asynccontextmanager
async def running(platform: Platform, state: State) -> AsyncIterator[Escalation]:
    """Put escalation into an app's state for as long as it serves."""
    async with open_escalation(platform) as context:
        state.escalation = context
        yield context


@asynccontextmanager
async def rebuildable(platform: Platform) -> AsyncIterator[list[Rebuildable]]:
    """The ladder and the open work, for `satupintu rebuild`."""
    async with open_escalation(platform) as context:
        yield [fed(context.ladder), fed(context.sweep.open_work)]


async def ready(state: State) -> dict[str, str]:
    """Whether the store and the read models answer, by name."""
    context: Escalation = state.escalation
    await context.repository.store.store_id()
    await context.database.read(lambda connection: connection.exec_driver_sql("select 1").scalar())
    return {"store": "ok", "views": "ok"}


def create_app() -> FastAPI:
    """Escalation's web side alone."""
    return web_app("Satupintu escalation", routers, running, ready)


async def worker(settings: Settings) -> int:
    """Escalation's worker side: until SIGTERM; the exit status."""
    async with open_platform(settings) as platform, open_escalation(platform) as context:
        return await run_process(SERVICE, context.background_tasks(), port=settings.port, host=settings.host)
