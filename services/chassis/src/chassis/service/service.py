"""One service as the processes that run it need it: routes, what its web side opens, its read models, its worker."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from fastapi import APIRouter, FastAPI
from sqlalchemy import Connection
from starlette.datastructures import State

from chassis.base.settings import Settings, read_settings
from chassis.http.web import install
from chassis.project.fill import together
from chassis.project.rebuild import Rebuildable
from chassis.service.platform import Platform, open_platform
from chassis.service.process import BackgroundTask, run_process
from chassis.sql.database import Database
from chassis.write.repository import Repository


class Context(Protocol):
    """What a service's endpoints use: at least its repository and its database."""

    @property
    def repository(self) -> Repository: ...
    @property
    def database(self) -> Database: ...


C = TypeVar("C", bound=Context)


async def accept(_platform: Platform) -> None:
    """Refuse no start."""


@dataclass(frozen=True, slots=True)
class Service(Generic[C]):
    """`open` opens the web side's context and `tasks` the worker's background tasks; each closes it on leaving.
    `views` lists the read models that `satupintu rebuild` can rebuild. `database` names the database in /readyz.
    `check` refuses a start, by an error that needs a person.
    """

    name: str
    routers: Sequence[APIRouter]
    open: Callable[[Platform], AbstractAsyncContextManager[C]]
    tasks: Callable[[Platform], AbstractAsyncContextManager[Sequence[BackgroundTask]]]
    views: Callable[[C], Sequence[Rebuildable]] = lambda _context: ()
    database: str = "views"
    check: Callable[[Platform], Awaitable[None]] = accept
    books: Callable[[Connection], Mapping[str, Any]] | None = None
    """Reads the books from the service's database, where it keeps them."""
    direct: APIRouter | None = None
    """Routes that are asked most. They are tried first: FastAPI looks through included routers twice, one by one."""

    @property
    def package(self) -> str:
        """The name of its Python package, also of its context in an app's state."""
        return self.name.replace("-", "_")

    @asynccontextmanager
    async def running(self, platform: Platform, state: State) -> AsyncIterator[None]:
        """Keep the context in an app's state while it serves."""
        state.access_log = platform.access_log
        async with self.open(platform) as context:
            setattr(state, self.package, context)
            state.limits = platform.call_limits
            yield

    async def ready(self, state: State) -> dict[str, str]:
        """Ping the store and the service's database; "ok" for each. Raises what they raise."""
        context: Context = getattr(state, self.package)
        await context.repository.store.store_id()
        await context.database.read(lambda connection: connection.exec_driver_sql("select 1").scalar())
        return {"store": "ok", self.database: "ok"}

    def web(self) -> FastAPI:
        """The web side as a separate app."""
        from chassis.pages.assets import assets  # workers answer nobody, and start sooner without
        from chassis.pages.open_parts import open_parts
        from chassis.signin.access import open_access
        from chassis.signin.open import open_sign_in

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            settings = read_settings()
            assets()
            async with (
                open_access(settings) as app.state.access,
                open_checked(settings, [self]) as platform,
                platform.limits.sharing(),
                open_sign_in(settings, platform.access_log) as app.state.signin,
                open_parts(settings, app.state),
                self.running(platform, app.state),
            ):
                yield

        return self.mount(FastAPI(title=f"Satupintu {self.name}", lifespan=lifespan, docs_url=None, redoc_url=None))

    def mount(self, app: FastAPI) -> FastAPI:
        """Add the routes and the error answers to `app`, whose state holds or will hold the context."""
        from chassis.signin import routes as signin
        from chassis.signin.unknown import answer_unknown_with_pages

        self.add_routes(app)
        app.include_router(signin.router)
        install(app, lambda: self.ready(app.state))
        answer_unknown_with_pages(app)
        return app

    def add_routes(self, app: FastAPI) -> None:
        """Add the service's own routes to `app`."""
        if self.direct is not None:
            app.router.routes[:0] = self.direct.routes
        for router in self.routers:
            app.include_router(router)

    async def worker(self, settings: Settings) -> int:
        """Run the background tasks until SIGTERM; the exit status."""
        async with open_checked(settings, [self]) as platform, self.tasks(platform) as tasks:
            host, port = settings.health_listener
            together(tasks)
            return await run_process(self.name, tasks, port=port, host=host)


@asynccontextmanager
async def open_checked(settings: Settings, services: Sequence[Service[Any]]) -> AsyncIterator[Platform]:
    """The platform, if none of these services refuses it. Raises what needs a person."""
    async with open_platform(settings) as platform:
        for service in services:
            await service.check(platform)
        yield platform
