"""/healthz, /readyz and /metrics, for web sides and workers, on a listener of their own: they need no TLS and name the
inside of the platform, so they are for its operator's network alone.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from chassis.base import metrics
from chassis.base.errors import ChassisError
from chassis.http.cors import PublicReads
from chassis.http.headers import add_headers

Ready = Callable[[], Awaitable[dict[str, str]]]


def keep_ready(app: FastAPI, ready: Ready) -> None:
    """Keep an app's readiness for its health listener."""
    app.state.ready = ready


def health_of(app: FastAPI) -> FastAPI:
    """The health endpoints of an app that was prepared with `chassis.http.web.install`."""
    return health_app(app.state.ready)


def health_app(ready: Ready) -> FastAPI:
    """`ready` returns the state of each dependency or task by name, "ok" or what is wrong. An error of I/O that it
    raises is reported with its type.
    """
    app = FastAPI(openapi_url=None)
    add_headers(app, PublicReads(app))

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    app.add_api_route("/metrics", metrics.response)

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        try:
            states = await ready()
        except ChassisError as error:
            states = {"unready": f"{type(error).__name__}: {error}"}
        good = all(state == "ok" for state in states.values())
        return JSONResponse(states, HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE)

    return app
