"""One door: the five services' web sides as one app on one address. In a cluster each has its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import ModuleType
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import State

import agency_inbox.app
import escalation.app
import intake.app
import reporting.app
import router.app
from chassis.base.settings import Settings
from chassis.http.web import install
from chassis.service.platform import open_platform

SERVICES: Final[tuple[ModuleType, ...]] = (intake.app, router.app, agency_inbox.app, escalation.app, reporting.app)


def create_app(settings: Settings) -> FastAPI:
    """All routes of section "front door's interface" over one store."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            platform = await stack.enter_async_context(open_platform(settings))
            for service in SERVICES:
                await stack.enter_async_context(service.running(platform, app.state))
            yield

    app = FastAPI(title="Satupintu", description="One door for a nation's complaints.", lifespan=lifespan)
    for service in SERVICES:
        for routes in service.routers:
            app.include_router(routes)
    install(app, lambda: _ready(app.state))
    return app


async def _ready(state: State) -> dict[str, str]:
    states: dict[str, str] = {}
    for service in SERVICES:
        name = service.__name__.partition(".")[0]
        states |= {f"{name}.{part}": said for part, said in (await service.ready(state)).items()}
    return states
