"""Command line of every service, `python -m SERVICE worker|web`, and the HTTP server."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.base.log import configure
from chassis.base.person import needs_person, tell_person
from chassis.base.private_files import owner_only
from chassis.base.runtime import run
from chassis.base.settings import Settings, read_settings, redacted
from chassis.http.gate import Entry, Gate
from chassis.http.health import Ready, health_app
from chassis.http.server import Limits, Server, tls_of
from chassis.service.stop import StopLimit, on_stop_signal
from chassis.tracing.http import TracedRequests
from chassis.tracing.start import traced

if TYPE_CHECKING:  # the relay starts here too, and has no routes to import
    from chassis.service.service import Service

SERVING: Final[tuple[list[str], ...]] = ([], ["worker"], ["web"])
"""Command lines of long-running processes, which log their settings; the others are run by a person."""
log = structlog.get_logger(__name__)


def main(service: "Service[Any]", others: Mapping[str, Callable[[list[str]], int]] = MappingProxyType({})) -> int:
    """Run what the command line names, a side of the service until SIGTERM or one of the commands in `others`, which
    get the command line; the exit status.
    """

    def side(settings: Settings) -> int:
        match sys.argv[1:]:
            case ["worker"]:
                return run(service.worker(settings))
            case ["web"]:
                return serve(service.web(), settings)
            case [command, *_] as argv if command in others:
                return others[command](argv)
            case _:
                sys.stderr.write(f"usage: python -m {service.package} {'|'.join(['worker', 'web', *others])}\n")
                return 2

    return run_configured(service.package, side)


def run_configured(module: str, main: Callable[[Settings], int]) -> int:
    """The exit status of `main` with this process's settings; prints settings that are not valid in one line."""
    owner_only()
    try:
        settings = read_settings()
        configure(settings)
        if sys.argv[1:] in SERVING:
            log.info("settings", process=module, **redacted(settings))
        with traced(module, on=settings.traces):
            return main(settings)
    except Exception as error:
        if (person := needs_person(error)) is None:
            raise
        return tell_person(f"python -m {module}", person)


def serve(app: FastAPI, settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; the exit status.

    Raises what a person must mend and prevented the start: see `chassis.base.person`.
    """
    failed: list[BaseException] = []

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except BaseException as error:
            if scope["type"] == "lifespan" and needs_person(error) is not None:
                failed.append(error)  # uvicorn keeps it for itself
            raise

    try:
        return run(_serve(watched, app.state.ready, settings))
    except SystemExit:
        if failed:
            raise failed[0] from None
        raise


async def _serve(app: ASGIApp, ready: Ready, settings: Settings) -> int:
    # No access log: paths hold tracking codes, which are secrets. One process: uvicorn's `workers` bind a socket that
    # asyncio does not recognise as TCP, which leaves Nagle's algorithm on (40 ms and more per response).
    traced_app = TracedRequests(app) if settings.traces else app
    limits, gate = Limits.of(settings), Gate(traced_app, Entry.of(settings))
    public = Server(gate, settings.host, settings.port, limits, lifespan="on", tls=tls_of(settings))

    async def ready_once_started() -> dict[str, str]:
        return await ready() if public.started else {"web": "starts"}

    about = Server(health_app(ready_once_started), *settings.health_listener, limits)
    limit = StopLimit("web")

    def stop() -> None:
        public.should_exit = True

    on_stop_signal(limit, stop)
    if settings.production and settings.missing:
        log.warning("production settings are not complete: this machine alone is served", missing=settings.missing)
    answering = asyncio.create_task(about.serve(), name="health")
    try:
        await public.serve()
    finally:
        about.should_exit = True
    await answering
    limit.begin()
    return 0
