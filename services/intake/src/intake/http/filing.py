"""Filing over HTTP, where a nation knocks at once: read straight from the request, since solving an endpoint's
dependencies costs FastAPI more than the filing costs us. Its documentation follows from the signature as everywhere.
"""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from pydantic_core import to_json

from chassis.http.web import ClientId, IdempotencyKey, Language, client_id, idempotency_key, language
from intake import handlers, tracking_view
from intake.context import Context
from intake.filing import Filing, file
from intake.rate_limit import RateLimiter
from schemas.base.refusals import InvalidField
from schemas.complaint.state import Complaint
from schemas.contract.submission import Complaining

REPLAYED = "Idempotent-Replayed"
"""Header of an answer to a request that was carried out before."""


async def context_of(request: Request) -> Context:
    """What the composition root opened."""
    context: Context = request.app.state.intake
    return context


Intake = Annotated[Context, Depends(context_of)]


def limit_rate(rate: RateLimiter, request: Request) -> None:
    """Raises HTTPException 429: this source has asked too often."""
    wait_s = rate.wait_s(request.client.host if request.client else "")
    if wait_s:
        raise HTTPException(429, headers={"Retry-After": str(wait_s)})


class DirectRoute(APIRoute):
    """The endpoint of filing, called without FastAPI's solving."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        async def handle(request: Request) -> Response:
            return await _read_and_file(request)

        return handle


router = APIRouter(route_class=DirectRoute)


@router.post("/complaints", status_code=201)
async def file_complaint(
    request: Request, body: Complaining, context: Intake, client: ClientId, key: IdempotencyKey, lang: Language
) -> Response:
    """File a complaint, an aspiration or a request for information; only `text` is required."""
    limit_rate(context.filings, request)
    filed = await file(context, Filing(client, key, body))
    headers = {"ETag": f'"{filed.state.version}"'} | ({REPLAYED: "true"} if filed.repeated else {})
    answer = await receipt(context, filed.state, filed.code, lang)
    return Response(to_json(answer), 201, headers, "application/json")


async def receipt(context: Context, state: Complaint, code: str, lang: str) -> dict[str, Any]:
    """The body of the 201, now or later."""
    registry, lead = await context.registry.current(), await handlers.visible_lead_of(context, state)
    answer = tracking_view.receipt(state, code, registry, context.policies, lang, lead)
    return with_notice(context, answer, lang)


def with_notice(context: Context, answer: dict[str, Any], lang: str) -> dict[str, Any]:
    """What is delayed at the moment, said plainly."""
    notice = context.probe.notice(lang)
    return {**answer, "delayed": True, "notice": notice} if notice else answer


async def _read_and_file(request: Request) -> Response:
    headers = request.headers
    key = await idempotency_key(headers.get("idempotency-key"))
    client = await client_id(key, headers.get("satupintu-client"))
    asked = request.query_params.get("lang") if request.scope["query_string"] else None
    lang = _language(asked, headers.get("accept-language"))
    body = _complaining(await request.body())
    return await file_complaint(request, body, await context_of(request), client, key, lang)


def _language(lang: str | None, accepted: str | None) -> str:
    if lang not in (None, "id", "en"):
        raise InvalidField(field="lang", why="is `id` or `en`")
    return language(lang, accepted)


def _complaining(body: bytes) -> Complaining:
    try:
        return Complaining.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError([{**item, "loc": ("body", *item["loc"])} for item in _why(body, error)]) from error


def _why(body: bytes, error: ValidationError) -> list[Any]:
    # Half of a character pair is no JSON to pydantic, which then names no field; Python's own reader lets it pass, so
    # that the field with it is found.
    if error.errors()[0]["type"] == "json_invalid":
        with suppress(ValueError, RecursionError):
            try:
                Complaining.model_validate(json.loads(body))
            except ValidationError as named:
                return named.errors(include_input=False)
    return error.errors(include_input=False)
