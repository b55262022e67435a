"""Escalation over a memory store, its real SQLite tables, and a clock that the test sets."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from chassis.base.clock import FixedClock
from chassis.base.settings import Settings
from chassis.keys.keyring import MemoryKeyRing
from chassis.project.registry import RegistryView
from chassis.service.platform import Platform
from chassis.store.memory import MemoryStore
from chassis.write.repository import Repository
from escalation.app import open_escalation, service
from escalation.context import Escalation
from support.inbox import T0, keep_registry
from support.signed_in import AsNeeded, RoleTokens


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(T0)


@pytest.fixture
async def platform(tmp_path: Path, clock: FixedClock) -> Platform:
    store, keyring = MemoryStore(clock.now, UUID(int=1)), MemoryKeyRing()
    router = Repository(store, keyring, "router")
    await keep_registry(store, router)
    settings = Settings(views_url=f"sqlite:///{tmp_path}/{{service}}.db")
    return Platform(settings, store, keyring, clock, RegistryView(router, fresh_s=0))


@pytest.fixture
async def escalation(platform: Platform) -> AsyncIterator[Escalation]:
    async with open_escalation(platform) as context:
        yield context


@pytest.fixture
async def web(escalation: Escalation) -> AsyncIterator[httpx.AsyncClient]:
    app = service.mount(FastAPI())
    app.state.escalation = escalation
    app.state.access = RoleTokens()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door", auth=AsNeeded()) as client:
        yield client
