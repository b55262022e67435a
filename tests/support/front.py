"""The front over a new state, in this process: the routes of all services without Kafka and without workers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import httpx
from fastapi import FastAPI

from chassis.base.settings import read_settings
from chassis.write.repository import Repository
from local.front import create_app
from support.inbox import keep_registry


class Front(NamedTuple):
    """The app, a client of it, and a repository to write what the workers would."""

    app: FastAPI
    web: httpx.AsyncClient
    repository: Repository


@asynccontextmanager
async def opened() -> AsyncIterator[Front]:
    """The front of the state that the settings name, with three agencies in its registry."""
    app = create_app(read_settings())
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as web:
            repository = app.state.intake.repository
            await keep_registry(repository.store, repository)
            yield Front(app, web, repository)
