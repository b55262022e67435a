"""The HTTP interfaces of the five services as one app on one address. In a cluster each service has its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from starlette.datastructures import State
from starlette.types import Lifespan

import agency_inbox.app
import escalation.app
import intake.app
import reporting.app
import router.app
from chassis.base.settings import Settings
from chassis.http.web import install
from chassis.pages.assets import assets
from chassis.service.service import Service, open_checked
from chassis.signin import routes as signin
from chassis.signin.access import open_access
from chassis.signin.open import open_sign_in
from chassis.signin.unknown import answer_unknown_with_pages
from local.parts import parts_away

ABOUT: Final = "One door for a nation's complaints: the reporter's, agencies', desk's and public interface."
MODULES: Final = (intake.app, router.app, agency_inbox.app, escalation.app, reporting.app)
SERVICES: Final[tuple[Service[Any], ...]] = tuple(module.service for module in MODULES)


def create_app(settings: Settings, *, checked: bool = False) -> FastAPI:
    """The app with the routes of all services, over one store. `checked`: a service may refuse the start."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        assets()
        async with AsyncExitStack() as stack:
            app.state.access = await stack.enter_async_context(open_access(settings))
            platform = await stack.enter_async_context(open_checked(settings, SERVICES if checked else ()))
            await stack.enter_async_context(platform.limits.sharing())
            app.state.signin = await stack.enter_async_context(open_sign_in(settings, platform.access_log))
            for service in SERVICES:
                await stack.enter_async_context(service.running(platform, app.state))
            yield

    return _with_routes(lifespan, settings.state_dir)


def document() -> dict[str, Any]:
    """The OpenAPI document of all routes; opens nothing."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield

    return _with_routes(lifespan, Path()).openapi()


def _with_routes(lifespan: Lifespan[FastAPI], folder: Path) -> FastAPI:
    app = FastAPI(
        title="Satupintu",
        version="1.0.0",
        description=ABOUT,
        contact={"name": "Satupintu"},
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    for service in SERVICES:
        service.add_routes(app)
    app.include_router(signin.router)
    install(app, lambda: _ready(app.state, folder))
    answer_unknown_with_pages(app)
    return app


async def _ready(state: State, folder: Path) -> dict[str, str]:
    own = {
        f"{service.package}.{part}": answer
        for service in SERVICES
        for part, answer in (await service.ready(state)).items()
    }
    return own | parts_away(folder)
