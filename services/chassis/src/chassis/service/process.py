"""One worker process: several roads on one loop, health beside them, an orderly end in bounded time."""

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, Protocol

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from chassis.base import metrics

STOP_S: Final = 10.0
log = structlog.get_logger(__name__)


class BackgroundTask(Protocol):
    """Something that runs until it is cancelled: a relay, an agent, a sweep, a projection, an outsider."""

    async def run(self) -> None:
        """Until cancelled. Returning or raising by itself ends the process with an error."""
        ...

    def unready(self) -> str | None:
        """Why this road is not ready yet; None if it is."""
        ...


async def run_process(
    name: str, background_tasks: Sequence[BackgroundTask], *, port: int, host: str = "127.0.0.1"
) -> int:
    """Run the roads until SIGTERM, SIGINT or the first that fails; the exit status to end the process with.

    Serves /healthz, /readyz and /metrics on `port` (0: any free one). Roads that do not stop within 10 s are left
    by `os._exit`: what they had in hand comes again.
    """
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    server = HealthServer(health_app(background_tasks), host, port)
    tasks = {asyncio.create_task(road.run(), name=type(road).__name__) for road in background_tasks}
    waiting = asyncio.create_task(asked.wait(), name="signal")
    serving = asyncio.create_task(server.serve(), name="health")
    log.info("running", process=name, background_tasks=[task.get_name() for task in tasks])
    await asyncio.wait({*tasks, waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in (*tasks, serving) if task.done()]
    for task in failed:
        why = "cancelled" if task.cancelled() else task.exception()
        log.error("road ended", process=name, road=task.get_name(), error=why)
    await _stop(name, tasks)
    server.should_exit = True
    waiting.cancel()
    with suppress(Exception, asyncio.CancelledError):
        await asyncio.wait_for(serving, 2)
    log.info("stopped", process=name)
    return 1 if failed else 0


def health_app(background_tasks: Sequence[BackgroundTask]) -> FastAPI:
    """Whether the process lives, whether each road is ready, and its figures."""
    app = FastAPI(openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        states = {
            f"{type(road).__name__}.{index}": road.unready() or "ok" for index, road in enumerate(background_tasks)
        }
        good = all(state == "ok" for state in states.values())
        return JSONResponse(states, 200 if good else 503)

    app.add_api_route("/metrics", metrics.response)
    return app


class HealthServer(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        super().__init__(uvicorn.Config(app, host, port, log_config=None, access_log=False, lifespan="off"))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _stop(name: str, tasks: set["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    _, stuck = await asyncio.wait(tasks, timeout=STOP_S) if tasks else (set(), set())
    if stuck:
        log.error("stuck at stop", process=name, background_tasks=[task.get_name() for task in stuck])
        os._exit(1)
