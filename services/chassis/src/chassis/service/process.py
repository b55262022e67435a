"""A worker process: background tasks on one loop, a health endpoint, and an orderly stop in bounded time."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol

import structlog
from fastapi import FastAPI

from chassis.base.person import needs_person, tell_person
from chassis.http.health import health_app
from chassis.http.server import DEFAULT, Limits, Server
from chassis.service.stop import StopLimit, on_stop_signal

STOP_S: Final = 10.0
log = structlog.get_logger(__name__)


class BackgroundTask(Protocol):
    """Runs until it is cancelled: a relay, an agent, a sweep, a projection or an external consumer."""

    async def run(self) -> None:
        """Run until cancelled. Returning or raising by itself ends the process with an error."""
        ...

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it is."""
        ...


async def run_process(
    name: str,
    background_tasks: Sequence[BackgroundTask],
    *,
    port: int,
    host: str = "127.0.0.1",
    limits: Limits = DEFAULT,
) -> int:
    """Run the tasks until SIGTERM, SIGINT or the first failure; the exit status for the process.

    Serves /healthz, /readyz and /metrics on `port` (0: any free one). If tasks do not stop within 10 s, or other things
    within 13 s, `os._exit` ends the process; unfinished work is handled again after a restart.
    """
    stop, limit = asyncio.Event(), StopLimit(name)
    on_stop_signal(limit, stop.set)
    server = Server(health_of_tasks(background_tasks), host, port, limits)
    tasks = {asyncio.create_task(task.run(), name=type(task).__name__) for task in background_tasks}
    waiting = asyncio.create_task(stop.wait(), name="signal")
    serving = asyncio.create_task(server.serve(), name="health")
    log.info("running", process=name, background_tasks=[task.get_name() for task in tasks])
    await asyncio.wait({*tasks, waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in (*tasks, serving) if task.done()]
    for task in failed:
        log.error("background task ended", process=name, task=task.get_name(), error=_error(task) or "ended")
    person = next(filter(None, (needs_person(_error(task)) for task in failed)), None)
    limit.begin()  # also for what is closed after this function
    await _stop(name, tasks)
    server.should_exit = True
    waiting.cancel()
    with suppress(Exception, asyncio.CancelledError):
        await asyncio.wait_for(serving, 2)
    log.info("stopped", process=name)
    if person is not None:
        return tell_person(name, person)
    return 1 if failed else 0


def _error(task: "asyncio.Task[None]") -> BaseException | None:
    return None if task.cancelled() else task.exception()


def health_of_tasks(background_tasks: Sequence[BackgroundTask]) -> FastAPI:
    """Liveness, readiness of each task, and metrics."""

    async def ready() -> dict[str, str]:
        return {f"{type(task).__name__}.{index}": task.unready() or "ok" for index, task in enumerate(background_tasks)}

    return health_app(ready)


async def _stop(name: str, tasks: set["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    _, stuck = await asyncio.wait(tasks, timeout=STOP_S) if tasks else (set(), set())
    if stuck:
        log.error("stuck at stop", process=name, background_tasks=[task.get_name() for task in stuck])
        os._exit(1)
