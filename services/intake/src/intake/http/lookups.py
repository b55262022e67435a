"""The look-up of channel gateways: the result of a submission."""

from fastapi import APIRouter, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from chassis.http.access import GATEWAY, allow
from chassis.http.web import Language
from intake import handlers
from intake.contacts import notice_of
from intake.http.answers import NotRead, Receipt
from intake.http.filing import REPLAYED, Context, receipt
from intake.notify import mail_returned, reporter_of
from intake.storage.results import Result
from schemas.base.client_keys import gateway_client
from schemas.base.limits import CLIENT
from schemas.base.refusals import InvalidField

router = APIRouter()


@router.get(
    "/submissions/{client}/{key:path}",
    dependencies=[allow(GATEWAY)],
    responses={200: {"model": Receipt}, 202: {"model": NotRead}},
)
async def submission(client: str, key: str, context: Context, lang: Language) -> Response:
    """The result of a message on the gateway's topic: 202 not read yet, 200 filed, 422 refused. The header
    `Idempotent-Replayed` says that the complaint was there before the message.
    """
    if len(key) > CLIENT:
        raise InvalidField(field="key", why=f"at most {CLIENT} characters")
    ours = gateway_client(client)
    former = context.former.clients(ours)
    found = await context.results.of(ours, key, former)
    if found is None and await context.sms_parts.waits((ours, *former), key):
        return JSONResponse({"status": "waiting for the other parts of the message"}, 202)
    if found is None:
        return JSONResponse({"status": "not read yet"}, 202)
    if isinstance(found, Result):
        loaded = await context.repository.reader.load(found.complaint)
        if not loaded.recorded:  # an older store was restored: the gateway must send it again
            return JSONResponse({"status": "not read yet"}, 202)
        state, reporter = loaded.state, await reporter_of(context, loaded)
        returned = await mail_returned(context, loaded, reporter)
        filed = await receipt(context, state, context.codes.of(found.complaint, state.code_version), lang)
        answer = jsonable_encoder(filed | notice_of(reporter, lang, sms=context.sms, returned=returned))
        headers = {"ETag": await handlers.tag_of(context, state)} | ({REPLAYED: "true"} if found.repeated else {})
        return JSONResponse(answer, headers=headers)
    return JSONResponse(found, 422, media_type="application/problem+json")
