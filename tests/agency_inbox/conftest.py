"""Agency-inbox over a memory store, a memory postbox and its real SQLite tables."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from agency_inbox import http, views
from agency_inbox.context import Inbox
from agency_inbox.offices.store import Offices
from agency_inbox.reaction import Delivery
from agency_inbox.refused_replies import RefusedReplies
from agency_inbox.settings import SERVICE
from chassis.attachments.objects import Objects
from chassis.attachments.store import Attachments
from chassis.base.clock import FixedClock
from chassis.deadletter.port import MemoryDeadLetters
from chassis.http.web import install
from chassis.keys.keyring import MemoryKeyRing
from chassis.project.from_store import StoreProjection
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.store.memory import MemoryStore
from chassis.write.repository import Repository
from schemas.reference.load import policies
from support.inbox import T0, keep_registry
from support.memory_postbox import MemoryPostbox
from support.signed_in import AsNeeded, RoleTokens

CLUSTER = UUID(int=7)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(T0)


@pytest.fixture
async def repository(clock: FixedClock) -> Repository:
    repository = Repository(MemoryStore(clock.now, UUID(int=1)), MemoryKeyRing(), SERVICE)
    await keep_registry(repository.store, repository)
    return repository


@pytest.fixture
def postbox() -> MemoryPostbox:
    return MemoryPostbox(CLUSTER)


@pytest.fixture
def delivery(postbox: MemoryPostbox, repository: Repository, clock: FixedClock) -> Delivery:
    return Delivery(postbox, RegistryView(repository, fresh_s=0), policies(), clock)


@pytest.fixture
def letters() -> MemoryDeadLetters:
    return MemoryDeadLetters()


@pytest.fixture
async def inbox(
    repository: Repository, clock: FixedClock, tmp_path: Path, letters: MemoryDeadLetters
) -> AsyncIterator[Inbox]:
    database = Database(f"sqlite:///{tmp_path}/agency-inbox.db", views.METADATA)
    quarantine = RefusedReplies(database, views.REFUSED, letters)
    attachments = Attachments(Objects.in_folder(tmp_path / "attachments"))
    offices = Offices(f"sqlite:///{tmp_path}/offices.db")
    bodies = RegistryView(repository, fresh_s=0)
    yield Inbox(repository, bodies, clock, policies(), database, quarantine, attachments, offices)
    await offices.close()
    await database.close()


Feed = Callable[[], Awaitable[int | None]]


@pytest.fixture
def feed(inbox: Inbox) -> Feed:
    """A function that updates the read model."""
    view = views.inbox_view(inbox.repository, inbox.registry, inbox.policies)
    return StoreProjection(inbox.repository.store, inbox.database, views.METADATA, view).catch_up


@pytest.fixture
async def web(inbox: Inbox) -> AsyncIterator[httpx.AsyncClient]:
    async def ready() -> dict[str, str]:
        return {"views": "ok"}

    app = FastAPI()
    app.state.agency_inbox = inbox
    app.state.access = RoleTokens()
    app.include_router(http.router)
    install(app, ready)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door", auth=AsNeeded()) as client:
        yield client
