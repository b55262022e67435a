"""HTTP basics of every service: errors as problem+json (RFC 9457), body limit, health endpoints, common headers.

Endpoints raise `Refusal` or chassis errors; only this file turns them into responses.
"""

import errno
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Final
from uuid import UUID

import structlog
from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.base.errors import Busy, ChassisError, Conflict, NotFinished, Retryable, StoreUnavailable
from chassis.base.retry import reason
from chassis.http import open311
from chassis.http.access import Caller
from chassis.http.cors import Cors, PublicReads
from chassis.http.docs_page import add_docs
from chassis.http.headers import add_headers
from chassis.http.health import Ready, keep_ready
from chassis.http.language import language
from chassis.http.openapi import describe
from chassis.write import precondition as conditions
from chassis.write.precondition import Precondition, entity_tag
from schemas import wording
from schemas.access.principal import client_of
from schemas.base import limits
from schemas.base.client_keys import is_uuid
from schemas.base.refusals import InvalidField, Refusal
from schemas.base.strict_json import NUL, NoJson, strict_json
from schemas.events.codec import MalformedEvent, UnknownEvent

OPEN311: Final = "/open311"
NO_UUID: Final = "must be a UUID made by the client"
PROBLEM: Final = "application/problem+json"
log = structlog.get_logger(__name__)


NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
"""Disk, quota, file size limit, memory, open files of the process or the machine."""
RESERVED: Final = frozenset({"type", "title", "status", "code", "detail"})
"""Members that RFC 9457, section 3.1, defines, and `code`."""


def problem(
    status: int, code: str, detail: str, lang: str, more: Mapping[str, Any] = MappingProxyType({})
) -> JSONResponse:
    """A response as in RFC 9457; `code` is stable, `detail` is for people. A member of `more` with a reserved name gets
    the prefix `complaint_`.
    """
    body = {"type": f"urn:satupintu:{code}", "title": wording.title(status, lang), "status": status, "code": code}
    members = {f"complaint_{name}" if name in RESERVED else name: value for name, value in more.items()}
    return JSONResponse({**body, "detail": detail, **members}, status, media_type=PROBLEM)


async def idempotency_key(idempotency_key: Annotated[str | None, Header()] = None) -> str:
    """The client's key that makes a repeated request safe.

    Raises:
        InvalidField: missing, or longer than 200 characters.
    """
    if not idempotency_key or len(idempotency_key) > 200:
        raise InvalidField(field="Idempotency-Key", why="a header of 1 to 200 characters is needed on every POST")
    return idempotency_key


async def client_id(
    key: Annotated[str, Depends(idempotency_key)], who: Caller, satupintu_client: Annotated[str | None, Header()] = None
) -> str:
    """The client: whoever the token names; without one the device's UUID, or empty if the idempotency key is a UUID
    itself.

    Raises:
        InvalidField: neither is a UUID, so two clients could use the same key.
    """
    if who.signed_in:
        return client_of(who)
    if satupintu_client is not None:
        return str(_uuid(satupintu_client, "Satupintu-Client"))
    if not is_uuid(key):
        raise InvalidField(field="Idempotency-Key", why=NO_UUID)
    return ""


async def device_id(
    key: Annotated[str, Depends(idempotency_key)], satupintu_client: Annotated[str | None, Header()] = None
) -> str | None:
    """The client by which the version before, which knew no tokens, would name this request; None: by none. A request
    that it carried out must not be carried out again when it is repeated with a token.
    """
    if satupintu_client is not None:
        return str(UUID(satupintu_client)) if is_uuid(satupintu_client) else None
    return "" if is_uuid(key) else None


async def precondition(
    request: Request,
    if_match: Annotated[str | None, Header(description='Entity tags, such as `"7"`, or `*`; else 412.')] = None,
    if_none_match: Annotated[str | None, Header(description="Entity tags that must not be the present one.")] = None,
) -> Precondition:
    """What `If-Match` and `If-None-Match` say, each on one line or several.

    Raises:
        InvalidField: not `*` and no list of entity tags.
    """
    del if_match, if_none_match  # named for the documentation; they hold one line only
    lines = request.headers.getlist
    return Precondition(conditions.if_match(lines("if-match")), conditions.if_none_match(lines("if-none-match")))


async def _language(
    lang: Annotated[str | None, Query(pattern="^(id|en)$")] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> str:
    return language(lang, accept_language)


# Dependencies are coroutines although none awaits: FastAPI runs plain functions on a thread, which costs more than
# their work.
Language = Annotated[str, Depends(_language)]
IdempotencyKey = Annotated[str, Depends(idempotency_key)]
ClientId = Annotated[str, Depends(client_id)]
DeviceId = Annotated[str | None, Depends(device_id)]
Conditional = Annotated[Precondition, Depends(precondition)]


def etag(response: Response, *versions: int) -> None:
    """Set the entity tag of what these versions make up, for a later If-Match."""
    response.headers["ETag"] = entity_tag(*versions)


def install(app: FastAPI, ready: Ready) -> None:
    """Add error responses, limits and headers. `ready` is for the health listener: see `chassis.http.health`."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ChassisError, _failed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(UnknownEvent, _failed)
    app.add_exception_handler(MalformedEvent, _failed)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(OSError, _no_room)
    app.add_exception_handler(MemoryError, _no_room)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(BodyLimit)
    app.add_middleware(NoNul)
    app.add_middleware(open311.HeadAsGet)
    reads = PublicReads(app)
    app.add_middleware(Cors, reads=reads)
    keep_ready(app, ready)
    describe(app, OPEN311)
    add_docs(app)
    add_headers(app, reads)


def _language_of(request: Request) -> str:
    return language(request.query_params.get("lang"), request.headers.get("accept-language"))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    lang = _language_of(request)
    more = _plain(error.data)
    if isinstance(error, InvalidField):
        more = {**more, "why": wording.why(str(error.data["why"]), lang)}
    answer = _answer(request, error.status_hint, error.code(), wording.refusal(error, lang), more)
    if error.status_hint == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = _challenge(error)
    return answer


def _challenge(refusal: Refusal) -> str:
    """How to sign in (RFC 9110, section 15.5.2); of a token that was sent, what is wrong (RFC 6750, section 3)."""
    why = refusal.data.get("why")
    return "Bearer" if why is None else f'Bearer error="invalid_token", error_description="{why}"'


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    lang = _language_of(request)
    fields = [{"field": _field(item["loc"]), "why": _why(item, lang)} for item in error.errors()]
    first = fields[0]
    status = 400 if any(item["type"] == "json_invalid" for item in error.errors()) else 422
    if request.url.path.startswith(open311.ROOT) and error.errors()[0]["loc"][0] == "path":
        status = 404  # a format that GeoReport does not have
    detail = wording.refusal(InvalidField(**first), lang)
    return _answer(request, status, "invalid-field", detail, {"field": first["field"], "errors": fields})


async def _failed(request: Request, error: Exception) -> Response:
    lang = _language_of(request)
    if isinstance(error, Busy):
        return _problem_in(request, 503, "busy", lang, {"Retry-After": str(max(1, round(error.retry_after_s)))})
    if isinstance(error, Conflict):
        return _problem_in(request, 409, "conflict", lang)
    # The route, not the path: a path may hold a tracking code, which is a key.
    route = getattr(request.scope.get("route"), "path", "")
    log.error("request_failed", route=route, error=type(error).__name__, reason=reason(error))
    if isinstance(error, Retryable):
        return _problem_in(request, 503, "unavailable", lang, {"Retry-After": "2"})
    if isinstance(error, UnknownEvent | NotFinished):  # during an upgrade: another process, or this one later, can
        return _problem_in(request, 503, "unavailable", lang, {"Retry-After": "30"})
    return _problem_in(request, 500, "internal", lang)


async def _no_room(request: Request, error: Exception) -> Response:
    """No space for an upload's temporary file, no memory, too many open files: the same request may succeed later."""
    if isinstance(error, OSError) and error.errno not in NO_ROOM:
        raise error
    return await _failed(request, StoreUnavailable(f"{type(error).__name__}: {error}"))


async def _broken(request: Request, _error: Exception) -> Response:
    # A bug: the server logs it; the client gets a problem response as for any other error.
    return _problem_in(request, 500, "internal", _language_of(request))


async def _hung_up(_request: Request, _error: Exception) -> Response:
    # The client is gone: nobody reads this, and it is no error of ours.
    return Response(status_code=HTTPStatus.BAD_REQUEST)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name.lower().replace("_", "-")
    return _problem_in(request, error.status_code, code, _language_of(request), error.headers)


def _problem_in(
    request: Request, status: int, code: str, lang: str, headers: Mapping[str, str] | None = None
) -> Response:
    detail = wording.problem(code, lang, limit_bytes=limits.REQUEST_BYTES)
    answer = _answer(request, status, code, detail)
    answer.headers.update(headers or {})
    return answer


def _answer(
    request: Request, status: int, code: str, detail: str, more: Mapping[str, Any] = MappingProxyType({})
) -> Response:
    """An error in the shape of the interface that was asked: problem+json, or GeoReport's own."""
    if request.url.path.startswith(open311.ROOT):
        return open311.error_response(request.url.path, status, detail)
    return problem(status, code, detail, _language_of(request), more)


def _field(loc: tuple[Any, ...]) -> str:
    # ("body", "place", "lat") -> place.lat; for a body that is no JSON, ("body", offset).
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
        raise InvalidField(field=field, why=NO_UUID) from error


class NoBody(BaseModel):
    """An empty request body."""

    model_config = ConfigDict(extra="forbid")


class StrictRoute(APIRoute):
    """Reads JSON bodies with `strict_json`."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def strict(request: Request) -> Response:
            body = await request.body()
            if body and _is_json(request):
                request._json = json_of(body)  # noqa: SLF001 - where Starlette keeps what `request.json()` returns
            return await handle(request)

        return strict


def json_of(body: bytes) -> Any:
    """The value of a JSON body.

    Raises:
        InvalidField: as `strict_json`.
        RequestValidationError: no JSON.
    """
    try:
        return strict_json(body)
    except NoJson as error:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body", 0), "msg": "no JSON"}]) from error


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


class NoNul:
    """Refuses a path or query with a NUL character, which no database text can hold."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            request = Request(scope)
            given = request.query_params.multi_items()
            field = next((name for name, value in given if "\0" in value), "query" if given else "path")
            answer = await _refused(request, InvalidField(field=field, why=NUL))
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses a request body over the limit, also one sent in chunks. Attachments and Open311 reports with photos have
    limits of their own.
    """

    def __init__(
        self, app: ASGIApp, limit: int = limits.REQUEST_BYTES, exempt: tuple[str, ...] = ("/attachments", "/lampiran")
    ) -> None:
        self.app, self.limit, self.exempt = app, limit, exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].endswith(self.exempt) or open311.holds_photos(scope):
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
        request = Request(scope)
        answer = _problem_in(request, 413, "request-entity-too-large", _language_of(request))
        await answer(scope, receive, send)
