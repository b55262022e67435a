"""Composition root of reporting: opens what its endpoints, roads and commands work with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.datastructures import State

from chassis.base.settings import Settings
from chassis.project.from_kafka import KafkaProjection
from chassis.project.from_store import StoreProjection
from chassis.project.rebuild import Rebuildable, fed
from chassis.react.agent import Agent
from chassis.react.reaction import Guard
from chassis.service.platform import Platform, open_platform
from chassis.service.process import BackgroundTask, run_process
from chassis.service.web_app import web_app
from chassis.sql.database import Database
from reporting import http, open311, queries
from reporting.context import Reporting
from reporting.reaction import publish_open_data
from reporting.settings import SERVICE
from reporting.summaries import KafkaSummaries
from reporting.views import SUPPORTS_VIEW, book_view, reports_view
from schemas.base.topics import COMPLAINT_EVENTS
from schemas.reference.load import policies

routers: Final[list[APIRouter]] = [http.router, open311.router]


@asynccontextmanager
async def open_reporting(platform: Platform) -> AsyncIterator[Reporting]:
    """Reporting's own read models over the shared surroundings."""
    repository = platform.repository(SERVICE)
    database = Database(platform.settings.views_of(SERVICE), queries.METADATA)
    books = StoreProjection(platform.store, database, queries.METADATA, book_view(repository))
    supports = StoreProjection(platform.store, database, queries.METADATA, SUPPORTS_VIEW)
    secret = platform.settings.code_secret.get_secret_value()
    try:
        yield Reporting(repository, platform.registry, platform.clock, database, books, supports, secret)
    finally:
        await database.close()


@asynccontextmanager
async def running(platform: Platform, state: State) -> AsyncIterator[Reporting]:
    """Put reporting into an app's state for as long as it serves."""
    async with open_reporting(platform) as context:
        state.reporting = context
        yield context


@asynccontextmanager
async def rebuildable(platform: Platform) -> AsyncIterator[list[Rebuildable]]:
    """Reporting's read models, for `satupintu rebuild`."""
    async with open_reporting(platform) as context:
        reports = Rebuildable(context.database, queries.METADATA, reports_view(context.repository))
        yield [reports, fed(context.books), fed(context.supports)]


async def ready(state: State) -> dict[str, str]:
    """Whether the store and the read models answer, by name."""
    context: Reporting = state.reporting
    await context.repository.store.store_id()
    await context.database.read(lambda connection: connection.exec_driver_sql("select 1").scalar())
    return {"store": "ok", "views": "ok"}


def create_app() -> FastAPI:
    """Reporting's web side alone."""
    return web_app("Satupintu reporting", routers, running, ready)


async def worker(settings: Settings) -> int:
    """Reporting's worker side: views, books, supports and open data, until SIGTERM; the exit status."""
    async with open_platform(settings) as platform, open_reporting(platform) as context:
        view = reports_view(context.repository)
        summaries = KafkaSummaries(settings.kafka)
        letters = platform.dead_letters(SERVICE)
        guard = Guard(context.repository, publish_open_data(context.registry, policies(), summaries), letters)
        background_tasks: list[BackgroundTask] = [
            KafkaProjection(context.database, queries.METADATA, view, kafka=settings.kafka, group=f"{SERVICE}.views"),
            Agent(SERVICE, "summary", [COMPLAINT_EVENTS], guard, kafka=settings.kafka, ignores=guard.ignores),
            context.books,
            context.supports,
        ]
        try:
            return await run_process(SERVICE, background_tasks, port=settings.port, host=settings.host)
        finally:
            await summaries.close()
            await letters.close()
