"""Router over a memory store and its real SQLite tables."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from chassis.attachments.objects import Objects
from chassis.attachments.store import Attachments
from chassis.base.clock import FixedClock
from chassis.http.web import install
from chassis.keys.keyring import MemoryKeyRing
from chassis.project.from_store import StoreProjection
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.store.memory import MemoryStore
from chassis.sweep.sweep import Sweep
from chassis.write.repository import Repository
from router import http
from router.context import Router
from router.duplicates.features import FeatureExtractor, feature_data
from router.duplicates.watcher import DuplicateWatcher
from router.placement.knowledge import ContextProvider
from router.placement.reaction import PlacementReaction
from router.placement.sweep import Watchdog, plan
from router.placement.views import METADATA, SWEEP, VIEW
from router.settings import SERVICE
from schemas.reference.load import policies
from support.placing import T0, Country, country
from support.signed_in import AsNeeded, RoleTokens

GRACE = timedelta(seconds=30)


@pytest.fixture
async def router(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Router]:
    monkeypatch.setattr("router.placement.knowledge.PRECEDENTS_FRESH_S", 0.0)
    clock = FixedClock(T0)
    repository = Repository(MemoryStore(clock.now, UUID(int=1)), MemoryKeyRing(), SERVICE)
    database = Database(f"sqlite:///{tmp_path}/router.db", METADATA)
    registry = RegistryView(repository, fresh_s=0)
    placement_context = ContextProvider(registry, database, policies())
    reaction = PlacementReaction(repository, placement_context, clock)
    sweep = Sweep(database, repository, clock, plan=plan(GRACE), react=reaction, tables=SWEEP)
    watchdog = Watchdog(database, repository, registry, reaction, 1.0)
    feed = StoreProjection(repository.store, database, METADATA, VIEW)
    features = FeatureExtractor(feature_data(), {"32.73": "Kota Bandung"})
    attachments = Attachments(Objects.in_folder(tmp_path / "attachments"))
    duplicates = DuplicateWatcher(database, repository, clock, features, b"secret of tests", placement_context.policies)
    yield Router(
        repository, clock, placement_context, database, feed, reaction, sweep, watchdog, duplicates, attachments
    )
    await database.close()


@pytest.fixture
async def land(router: Router) -> Country:
    """The small country of `support.placing` in router's store."""
    land = Country(router)
    await land.decree(*country())
    return land


@pytest.fixture
async def web(router: Router) -> AsyncIterator[httpx.AsyncClient]:
    async def ready() -> dict[str, str]:
        return {"views": "ok"}

    app = FastAPI()
    app.state.router = router
    app.state.access = RoleTokens()
    app.include_router(http.router)
    install(app, ready)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door", auth=AsNeeded()) as client:
        yield client
