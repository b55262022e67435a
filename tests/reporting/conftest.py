"""Reporting over a memory store and its real SQLite views."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from chassis.base.clock import FixedClock
from chassis.base.secret_file import Secrets
from chassis.http.web import install
from chassis.keys.keyring import MemoryKeyRing
from chassis.project.from_store import StoreProjection
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.store.memory import MemoryStore
from chassis.write.repository import Repository
from reporting import http, open311, queries
from reporting.charts import http as charts
from reporting.charts import pages
from reporting.context import Reporting
from reporting.open_data import http as open_data
from reporting.past import http as past
from reporting.settings import SERVICE
from reporting.statistics.view import figures_view
from reporting.views import SUPPORTS_VIEW
from schemas.reference.load import policies
from support.inbox import T0
from support.signed_in import AsNeeded, RoleTokens


@pytest.fixture
async def reporting(tmp_path: Path) -> AsyncIterator[Reporting]:
    clock = FixedClock(T0)
    repository = Repository(MemoryStore(clock.now, UUID(int=1)), MemoryKeyRing(), SERVICE)
    database = Database(f"sqlite:///{tmp_path}/reporting.db", queries.METADATA)
    registry = RegistryView(repository, fresh_s=0)
    view = figures_view(repository, registry, policies())
    figures = StoreProjection(repository.store, database, queries.METADATA, view)
    supports = StoreProjection(repository.store, database, queries.METADATA, SUPPORTS_VIEW)
    yield Reporting(
        repository,
        registry,
        clock,
        database,
        figures,
        supports,
        b"s" * 32,
        Secrets.fixed(b"s" * 32),
    )
    await database.close()


@pytest.fixture
async def web(reporting: Reporting) -> AsyncIterator[httpx.AsyncClient]:
    async def ready() -> dict[str, str]:
        return {"views": "ok"}

    app = FastAPI()
    app.state.reporting = reporting
    app.state.access = RoleTokens()
    app.include_router(http.router)
    app.include_router(charts.router)
    app.include_router(open_data.router)
    app.include_router(past.router)
    app.include_router(pages.router)
    app.include_router(open311.router)
    install(app, ready)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door", auth=AsNeeded()) as client:
        yield client
