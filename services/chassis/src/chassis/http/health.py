"""/healthz, /readyz and /metrics, for web sides and workers."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from chassis.base import metrics
from chassis.base.errors import ChassisError

Ready = Callable[[], Awaitable[dict[str, str]]]


def add_health(app: FastAPI, ready: Ready) -> None:
    """`ready` returns the state of each dependency or task by name, "ok" or what is wrong. An error of I/O that it
    raises is reported with its type.
    """

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    app.add_api_route("/metrics", metrics.response, include_in_schema=False)

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> JSONResponse:
        try:
            states = await ready()
        except ChassisError as error:
            states = {"unready": f"{type(error).__name__}: {error}"}
        good = all(state == "ok" for state in states.values())
        return JSONResponse(states, HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE)
