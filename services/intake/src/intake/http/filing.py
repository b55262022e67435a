"""Filing over HTTP. For throughput the request is read directly: FastAPI's dependency resolution would take longer than
the filing itself. The OpenAPI documentation still comes from the endpoint's signature.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from pydantic_core import to_json

from chassis.http.access import ANYONE, allow, caller, counted_as
from chassis.http.language import language
from chassis.http.openapi import gives
from chassis.http.rate_limit import RateLimiter, refuse
from chassis.http.web import ClientId, IdempotencyKey, Language, client_id, idempotency_key, json_of
from intake import handlers, tracking_view
from intake.contacts import notice_of
from intake.context import Intake
from intake.filing import Filing, file
from intake.http.answers import Receipt
from schemas.access.principal import PUBLIC, system_acting
from schemas.base.refusals import InvalidField
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.contract.submission import Complaining

REPLAYED = "Idempotent-Replayed"
"""Header of the answer to a repeated request."""


async def context_of(request: Request) -> Intake:
    context: Intake = request.app.state.intake
    return context


Context = Annotated[Intake, Depends(context_of)]


def limit_rate(limiter: RateLimiter, request: Request) -> None:
    """Raises HTTPException 429: too many requests of whoever is signed in, or else from this source."""
    refuse(limiter.wait_s(counted_as(request)))


class DirectRoute(APIRoute):
    """Calls the filing endpoint without FastAPI's dependency resolution."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        async def handle(request: Request) -> Response:
            return await _read_and_file(request)

        return handle


router = APIRouter(prefix="/api/v1", route_class=DirectRoute)


@router.post("/complaints", dependencies=[allow(ANYONE)], status_code=201, responses={201: {"model": Receipt}})
@gives(410, 429)
async def file_complaint(
    request: Request, body: Complaining, context: Context, client: ClientId, key: IdempotencyKey, lang: Language
) -> Response:
    """File a complaint, an aspiration or a request for information; only `text` is required."""
    limit_rate(context.filings, request)
    actor = system_acting(getattr(request.state, "caller", PUBLIC))
    filed = await file(context, Filing(client, key, body, actor=actor))
    headers = {"ETag": await handlers.tag_of(context, filed.state)} | ({REPLAYED: "true"} if filed.repeated else {})
    answer = await receipt(context, filed.state, filed.code, lang) | notice_of(body.reporter, lang, sms=context.sms)
    return Response(to_json(answer), 201, headers, "application/json")


async def receipt(context: Intake, state: Complaint, code: str, lang: str) -> dict[str, Any]:
    """The body of the 201 answer, also when it is asked for later."""
    registry, lead = await context.registry.current(), await handlers.visible_lead_of(context, state)
    answer = tracking_view.receipt(state, code, registry, context.policies, lang, lead)
    return with_notice(context, answer, lang)


def with_notice(context: Intake, answer: dict[str, Any], lang: str) -> dict[str, Any]:
    """Add a notice to the answer while forwarding is delayed. Of a closed complaint nothing is forwarded."""
    notice = None if answer.get("status") == Status.CLOSED else context.probe.notice(lang)
    return {**answer, "delayed": True, "notice": notice} if notice else answer


async def _read_and_file(request: Request) -> Response:
    headers = request.headers
    who = await caller(request) if "authorization" in headers else PUBLIC
    key = await idempotency_key(headers.get("idempotency-key"))
    client = await client_id(key, who, headers.get("satupintu-client"))
    chosen = request.query_params.get("lang") if request.scope["query_string"] else None
    lang = _language(chosen, headers.get("accept-language"))
    body = _complaining(await request.body())
    return await file_complaint(request, body, await context_of(request), client, key, lang)


def _language(lang: str | None, accepted: str | None) -> str:
    if lang not in (None, "id", "en"):
        raise InvalidField(field="lang", why="is `id` or `en`")
    return language(lang, accepted)


def _complaining(body: bytes) -> Complaining:
    try:
        return Complaining.model_validate(json_of(body))
    except ValidationError as error:
        found = error.errors(include_input=False)
        raise RequestValidationError([{**item, "loc": ("body", *item["loc"])} for item in found]) from error
