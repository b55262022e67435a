"""The look-up of channel gateways: the result of a submission."""

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from chassis.http.access import GATEWAY, allow
from chassis.http.web import Language
from intake import handlers
from intake.contacts import notice_of
from intake.http.answers import NotRead, Receipt
from intake.http.filing import Context, receipt
from intake.notify import mail_returned, reporter_of
from schemas.base.limits import CLIENT
from schemas.base.refusals import InvalidField

router = APIRouter()


@router.get(
    "/submissions/{client}/{key:path}",
    dependencies=[allow(GATEWAY)],
    responses={200: {"model": Receipt}, 202: {"model": NotRead}},
)
async def submission(client: str, key: str, context: Context, lang: Language) -> Response:
    """The result of a message on the topic `submissions`: 202 not read yet, 200 filed, 422 refused."""
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
        filed = await receipt(context, state, context.codes.of(found, state.code_version), lang)
        returned = await mail_returned(context, loaded, reporter)
        answer = jsonable_encoder(filed | notice_of(reporter, lang, sms=context.sms, returned=returned))
        return JSONResponse(answer, headers={"ETag": await handlers.tag_of(context, state)})
    return JSONResponse(found, 422, media_type="application/problem+json")
