"""Composition root of reporting: opens what its endpoints, roads and commands work with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.datastructures import State

from chassis.following import StoreFeed
from chassis.platform import Platform, open_platform
from chassis.settings import read_settings
from chassis.sql import Database
from chassis.web import install
from reporting import http, queries
from reporting.context import Reporting
from reporting.settings import SERVICE
from reporting.views import SUPPORTS_VIEW, book_view

routers: Final[list[APIRouter]] = [http.router]


@asynccontextmanager
async def open_reporting(platform: Platform) -> AsyncIterator[Reporting]:
    """Reporting's own read models over the shared surroundings."""
    ledger = platform.ledger(SERVICE)
    database = Database(platform.settings.views_of(SERVICE), queries.METADATA)
    books = StoreFeed(platform.store, database, queries.METADATA, book_view(ledger))
    supports = StoreFeed(platform.store, database, queries.METADATA, SUPPORTS_VIEW)
    secret = platform.settings.code_secret.get_secret_value()
    try:
        yield Reporting(ledger, platform.registry, platform.clock, database, books, supports, secret)
    finally:
        await database.close()


@asynccontextmanager
async def running(platform: Platform, state: State) -> AsyncIterator[Reporting]:
    """Put reporting into an app's state for as long as it serves."""
    async with open_reporting(platform) as context:
        state.reporting = context
        yield context


async def ready(state: State) -> dict[str, str]:
    """Whether the store and the read models answer, by name."""
    context: Reporting = state.reporting
    await context.ledger.store.store_id()
    await context.database.read(lambda connection: connection.exec_driver_sql("select 1").scalar())
    return {"store": "ok", "views": "ok"}


def create_app() -> FastAPI:
    """Reporting's web side alone."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_platform(read_settings()) as platform, running(platform, app.state):
            yield

    app = FastAPI(title="Satupintu reporting", lifespan=lifespan)
    for router in routers:
        app.include_router(router)
    install(app, lambda: ready(app.state))
    return app
