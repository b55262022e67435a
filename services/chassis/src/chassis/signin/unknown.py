"""Addresses that are nobody's, as pages for browsers. Programs get problem+json as everywhere."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, cast

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from chassis.signin.pages import HEADERS, message, page_caller, page_session

Handler = Callable[[Request, Exception], Awaitable[Response]]
FOR_PROGRAMS: Final = ("/api/", "/open311/", "/aset/")
NAMES: Final = {HTTPStatus.NOT_FOUND: "not-found", HTTPStatus.METHOD_NOT_ALLOWED: "not-found"}


def answer_unknown_with_pages(app: FastAPI) -> None:
    """After `chassis.http.web.install`, whose answer it keeps for everything else."""
    otherwise = cast(Handler, app.exception_handlers[HTTPException])

    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        name = NAMES.get(HTTPStatus(error.status_code))
        if name is None or not _is_for_people(request):
            return await otherwise(request, error)
        request.state.caller = await page_caller(await page_session(request))
        page = message(request, error.status_code, name)
        page.headers.update({**HEADERS, **(error.headers or {})})
        return page

    app.add_exception_handler(HTTPException, answer)


def _is_for_people(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(FOR_PROGRAMS)
