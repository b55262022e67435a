"""Look-ups of channel gateways (the result of a submission) and of agencies (the person who complained)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from chassis.http.access import GATEWAY, HOLDER, Caller, allow
from chassis.http.openapi import gives
from chassis.http.web import Language
from chassis.write.lead import root_lead
from intake import handlers
from intake.contacts import notice_of, unusable
from intake.http.answers import NotRead, PersonShown, Receipt
from intake.http.filing import Context, limit_rate, receipt
from intake.notify import reporter_of
from schemas.base.limits import CLIENT, NAME
from schemas.base.refusals import InvalidField, NoPermission, NotFound, NotTheHolder
from schemas.wording.names import held_by

router = APIRouter()


@router.get(
    "/submissions/{client}/{key:path}",
    dependencies=[allow(GATEWAY)],
    responses={200: {"model": Receipt}, 202: {"model": NotRead}},
)
@gives(429)
async def submission(client: str, key: str, request: Request, context: Context, lang: Language) -> Response:
    """The result of a message on the topic `submissions`: 202 not read yet, 200 filed, 422 refused."""
    limit_rate(context.lookups, request)  # the answer contains a tracking code, and keys may be guessed
    if len(client) > CLIENT or len(key) > CLIENT:
        raise InvalidField(field="key", why=f"at most {CLIENT} characters")
    found = await context.results.of(client, key)
    if found is None and await context.sms_parts.waits(client, key):
        return JSONResponse({"status": "waiting for the other parts of the message"}, 202)
    if found is None:
        return JSONResponse({"status": "not read yet"}, 202)
    if isinstance(found, UUID):
        loaded = await context.repository.load(found)
        if not loaded.recorded:  # an older store was restored: the gateway must send it again
            return JSONResponse({"status": "not read yet"}, 202)
        state, reporter = loaded.state, await reporter_of(context, loaded)
        answer = jsonable_encoder(
            await receipt(context, state, context.codes.of(found), lang) | notice_of(reporter, lang, sms=context.sms)
        )
        return JSONResponse(answer, headers={"ETag": await handlers.tag_of(context, state)})
    return JSONResponse(found, 422, media_type="application/problem+json")


@router.get("/persons/{complaint}", dependencies=[allow(HOLDER)], responses={200: {"model": PersonShown}})
@gives(403, 409)
async def person(
    complaint: UUID,
    context: Context,
    who: Caller,
    agency: Annotated[str, Query(max_length=NAME)],
    officer: Annotated[str | None, Query(max_length=NAME)] = None,
) -> dict[str, Any]:
    """The reporter's name and contacts, for the agency that holds the complaint, unless the reporter is anonymous.
    Every reading is recorded.
    """
    if agency not in who.agencies:
        raise NotFound(complaint=str(complaint))
    loaded = await context.repository.load(complaint)
    whole = await context.repository.load(loaded.state.whole) if loaded.state.whole else loaded
    lead = await root_lead(context.repository, loaded.state)
    registry = await context.registry.current()
    holder = registry.holder((lead or loaded.state).holder)
    if whole.state.person is None:
        raise NotFound(what="person")
    if holder.agency != agency:
        raise NotTheHolder(**held_by(holder, registry))
    if whole.state.anonymous:
        raise NoPermission(what="person")
    found = await context.vault.read(whole.state.person, whole.keys)
    await context.vault.record_reading(complaint, agency, officer, context.clock.now())
    return found.model_dump(exclude_none=True) | ({"unusable": names} if (names := unusable(found)) else {})
