"""Open311 GeoReport v2, the filing side: reports by form."""

import secrets

import structlog
from fastapi import APIRouter, Request, Response

from chassis.base.errors import ChassisError
from chassis.http.access import ANYONE, allow, caller
from chassis.http.open311 import PREFIX, Format, list_response
from chassis.http.web import Language, client_id, idempotency_key
from intake import handlers
from intake.contacts import notice_of
from intake.context import Intake
from intake.filing import Filed, Filing, file
from intake.handlers import MoveRequest
from intake.http import open311_updates
from intake.http.filing import REPLAYED, Context, limit_rate
from intake.http.open311_answers import receipt
from intake.http.open311_docs import FILED, filed_as
from intake.http.open311_form import SentForm, read_form
from intake.http.open311_report import ReportForm, complaining, validated
from intake.settings import OPEN311_CHANNEL
from intake.storage.repeats import Claim
from intake.uploads import Upload
from schemas import wording
from schemas.access.principal import system_acting
from schemas.base.ids import complaint_id, derived_id
from schemas.base.refusals import Refusal

log = structlog.get_logger(__name__)
router = APIRouter(prefix=PREFIX, tags=["Open311"])
router.include_router(open311_updates.router)


@router.post(
    "/requests.{kind}",
    dependencies=[allow(ANYONE)],
    status_code=201,
    responses=FILED,
    openapi_extra=filed_as(ReportForm),
)
async def file_request(kind: Format, request: Request, context: Context, lang: Language) -> Response:
    """File a report. With an `Idempotency-Key` it is safe to repeat; without one a report that is equal in every field,
    pictures included, is the same one for 10 minutes, and the second answer says so.
    """
    limit_rate(context.filings, request)
    async with read_form(request, context.attachment_bytes) as sent:
        form: ReportForm = validated(ReportForm, sent.plain())
        filing, filed = await _file(request, context, sent, form, lang)
        unkept = await _keep(context, filing, filed, sent.photos, lang)
    unusable = notice_of(filing.command.reporter, lang, sms=context.sms).get("contact", {}).get("message")
    keyed = "idempotency-key" in request.headers
    body = receipt(filed, sent, lang, keyed=keyed, unkept=unkept, unusable=unusable)
    answer = list_response(kind, "service_requests", "request", [body], 200 if filed.repeated else 201)
    answer.headers.update({REPLAYED: "true"} if filed.repeated else {})
    return answer


async def _file(request: Request, context: Intake, sent: SentForm, form: ReportForm, lang: str) -> tuple[Filing, Filed]:
    given = request.headers.get("idempotency-key")
    if given is None:
        return await _file_without_key(context, sent, form, lang)
    key = await idempotency_key(given)
    who = await caller(request)
    device = "" if who.signed_in else form.client
    client = device or await client_id(key, who, request.headers.get("satupintu-client"))
    filing = Filing(client, key, complaining(sent, form, lang), actor=system_acting(who))
    return filing, await file(context, filing)


async def _file_without_key(context: Intake, sent: SentForm, form: ReportForm, lang: str) -> tuple[Filing, Filed]:
    client, command = form.client, complaining(sent, form, lang)
    while True:
        key = str(derived_id(OPEN311_CHANNEL, secrets.token_hex(16)))
        new = Claim(complaint_id(OPEN311_CHANNEL, client, key), key, lang, context.clock.now())
        claim = await context.repeats.claim(sent.content(), new)
        filing = Filing(client, claim.key, command.model_copy(update={"language": claim.language}))
        filed = await file(context, filing)
        if not filed.repeated or filed.state.is_open:
            return filing, filed
        # The first one has ended: nobody would see the second one behind it.
        await context.repeats.forget(filed.state.id)


async def _keep(context: Intake, filing: Filing, filed: Filed, photos: tuple[Upload, ...], lang: str) -> list[str]:
    """Attach the photos, each once; the reasons for those that were not kept. They never cost the report."""
    unkept = []
    for number, photo in enumerate({photo.digest: photo for photo in photos}.values(), start=1):
        move = MoveRequest(
            filed.state.id, filing.client, f"{filing.key}/{photo.digest}", "attachments", actor=filing.actor
        )
        try:
            await handlers.attach(context, move, photo)
        except Refusal as refusal:
            unkept.append(f"{photo.name or number}: {wording.refusal(refusal, lang).removesuffix('.')}")
        except ChassisError as error:
            log.error("a photo was not kept", complaint=str(filed.state.id), because=type(error).__name__)
            unkept.append(f"{photo.name or number}: {wording.problem('unavailable', lang).removesuffix('.')}")
    return unkept
