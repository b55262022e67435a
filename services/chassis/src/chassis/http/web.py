"""HTTP, the same in every service: problem+json for every "no", limits, health, and who is asking.

Endpoints raise `Refusal` or chassis errors; this file alone turns them into answers (RFC 9457).
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Final
from uuid import UUID

import structlog
from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.base import metrics
from chassis.base.errors import Busy, ChassisError, Conflict, Retryable
from schemas import wording
from schemas.base import limits
from schemas.base.refusals import InvalidField, Refusal
from schemas.events.codec import MalformedEvent, UnknownEvent

PROBLEM: Final = "application/problem+json"
log = structlog.get_logger(__name__)
Ready = Callable[[], Awaitable[dict[str, str]]]


RESERVED: Final = frozenset({"type", "title", "status", "code", "detail"})
"""Members of a problem that have their own meaning (RFC 9457, section 3.1)."""


def problem(status: int, code: str, detail: str, more: Mapping[str, Any] = MappingProxyType({})) -> JSONResponse:
    """One refusal as RFC 9457 wants it; `code` is stable, `detail` is for people. What `more` tells under a name that
    has a meaning of its own is told of the complaint: `complaint_status`.
    """
    body = {"type": f"urn:satupintu:{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    told = {f"complaint_{name}" if name in RESERVED else name: value for name, value in more.items()}
    return JSONResponse({**body, "detail": detail, **told}, status, media_type=PROBLEM)


def language(lang: str | None, accept_language: str | None) -> str:
    """`id` or `en`: what the query says, else what the browser prefers, else Indonesian."""
    if lang in ("id", "en"):
        return lang
    return "en" if (accept_language or "").lower().startswith("en") else "id"


async def idempotency_key(idempotency_key: Annotated[str | None, Header()] = None) -> str:
    """The client's repeat-safe name for this request.

    Raises:
        InvalidField: missing, or longer than 200 characters.
    """
    if not idempotency_key or len(idempotency_key) > 200:
        raise InvalidField(field="Idempotency-Key", why="a header of 1 to 200 characters is needed on every POST")
    return idempotency_key


async def client_id(
    key: Annotated[str, Depends(idempotency_key)], satupintu_client: Annotated[str | None, Header()] = None
) -> str:
    """Who asks: the device's own UUID, or the key itself, which must then be a UUID.

    Raises:
        InvalidField: neither is a UUID, so that two strangers could meet on one key.
    """
    if satupintu_client is not None:
        return str(_uuid(satupintu_client, "Satupintu-Client"))
    _uuid(key, "Idempotency-Key")
    return ""


async def if_match(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version that the client last saw, from `If-Match: "7"`.

    Raises:
        InvalidField: not such a version.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise InvalidField(field="If-Match", why='must be a version such as "7"')
    return int(text)


async def _language(
    lang: Annotated[str | None, Query(pattern="^(id|en)$")] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> str:
    return language(lang, accept_language)


# Dependencies are coroutines although none awaits: FastAPI sends plain functions to a thread, which costs more
# than all of their work.
Language = Annotated[str, Depends(_language)]
IdempotencyKey = Annotated[str, Depends(idempotency_key)]
ClientId = Annotated[str, Depends(client_id)]
IfMatch = Annotated[int | None, Depends(if_match)]


def etag(response: Response, version: int) -> None:
    """Say the complaint's version, for a later If-Match."""
    response.headers["ETag"] = f'"{version}"'


def install(app: FastAPI, ready: Ready) -> None:
    """Problem answers, the body limit, /healthz, /readyz and /metrics. `ready` pings real dependencies by name and says
    what is wrong with each; all must say "ok". An error of I/O that it raises is told by its type.
    """
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ChassisError, _failed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(UnknownEvent, _failed)
    app.add_exception_handler(MalformedEvent, _failed)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(BodyLimit)

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


def _asked_in(request: Request) -> str:
    return language(request.query_params.get("lang"), request.headers.get("accept-language"))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    said = wording.refusal(error, _asked_in(request))
    return problem(error.status_hint, error.code(), said, _plain(error.data))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    lang = _asked_in(request)
    fields = [{"field": _field(item["loc"]), "why": _why(item, lang)} for item in error.errors()]
    first = fields[0]
    status = 400 if any(item["type"] == "json_invalid" for item in error.errors()) else 422
    detail = wording.refusal(InvalidField(**first), lang)
    return problem(status, "invalid-field", detail, {"field": first["field"], "errors": fields})


async def _failed(request: Request, error: Exception) -> Response:
    lang = _asked_in(request)
    if isinstance(error, Busy):
        return _said(503, "busy", lang, {"Retry-After": str(max(1, round(error.retry_after_s)))})
    if isinstance(error, Conflict):
        return _said(409, "conflict", lang)
    # The route, not the path: a path may hold a tracking code, which is a key.
    route = getattr(request.scope.get("route"), "path", "")
    log.error("request_failed", route=route, error=type(error).__name__, reason=str(error))
    if isinstance(error, Retryable):
        return _said(503, "unavailable", lang, {"Retry-After": "2"})
    return _said(500, "internal", lang)


async def _broken(request: Request, _error: Exception) -> Response:
    # A mistake of ours: the server logs it; whoever asked is answered as for every other "no".
    return _said(500, "internal", _asked_in(request))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name.lower().replace("_", "-")
    return _said(error.status_code, code, _asked_in(request), error.headers, str(error.detail))


def _said(
    status: int, code: str, lang: str, headers: Mapping[str, str] | None = None, otherwise: str = ""
) -> JSONResponse:
    detail = wording.problem(code, lang, otherwise, limit_bytes=limits.REQUEST_BYTES)
    answer = problem(status, code, detail)
    answer.headers.update(headers or {})
    return answer


def _field(loc: tuple[Any, ...]) -> str:
    # ("body", "place", "lat") -> place.lat; a body that is no JSON has only ("body", offset).
    names = [str(part) for part in loc[1:] if not isinstance(part, int)]
    return ".".join(names) or str(loc[0])


def _why(item: Any, lang: str) -> str:
    return wording.found(item["type"], item.get("ctx") or {}, item["msg"], lang)


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {k: v if isinstance(v, str | int | float | list | type(None)) else str(v) for k, v in data.items()}


def _uuid(text: str, field: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidField(field=field, why="must be a UUID made by the client") from error


class BodyLimit:
    """Refuses a request body over the limit, also one sent in chunks without a length. Attachments have their own."""

    def __init__(self, app: ASGIApp, limit: int = limits.REQUEST_BYTES, exempt: str = "/attachments") -> None:
        self.app, self.limit, self.exempt = app, limit, exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].endswith(self.exempt):
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.limit:
            await self._refuse(scope, receive, send)
            return
        await self.app(scope, self._counting(receive), send)

    def _counting(self, receive: Receive) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        return counted

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _said(413, "request-entity-too-large", _asked_in(Request(scope)))
        await answer(scope, receive, send)
