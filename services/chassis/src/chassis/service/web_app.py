"""The web side of one service as an app of its own: its routes over the shared surroundings."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.datastructures import State

from chassis.base.settings import read_settings
from chassis.http.web import install
from chassis.service.platform import Platform, open_platform


def web_app(
    title: str,
    routers: Sequence[APIRouter],
    running: Callable[[Platform, State], AbstractAsyncContextManager[Any]],
    ready: Callable[[State], Awaitable[dict[str, str]]],
) -> FastAPI:
    """`running` puts what the routes need into the app's state for as long as it serves."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_platform(read_settings()) as platform, running(platform, app.state):
            yield

    app = FastAPI(title=title, lifespan=lifespan)
    for router in routers:
        app.include_router(router)
    install(app, lambda: ready(app.state))
    return app
