"""What people report of the words and photos of a public report: facts in its support stream, for the desk."""

from typing import Any, Final

from fastapi import APIRouter, Request
from pydantic import Field

from chassis.base.errors import Conflict
from chassis.http.access import ANYONE, allow, counted_as
from chassis.http.openapi import gives
from chassis.http.rate_limit import refuse
from chassis.http.web import ClientId, IdempotencyKey, Language, StrictRoute
from chassis.write.command import pause
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from reporting.answers import ContentReportTaken
from reporting.context import Reporting
from reporting.http import Context, public_stream
from schemas.base import ids
from schemas.base.limits import NOTE
from schemas.base.refusals import DataErased
from schemas.base.streams import support_stream
from schemas.base.values import ContentReason
from schemas.contract.base import InboundModel
from schemas.events.reporting import ContentReported

router = APIRouter(route_class=StrictRoute)


class ContentReport(InboundModel):
    """Why the words or photos should not be public."""

    reason: ContentReason
    words: str | None = Field(default=None, min_length=1, max_length=NOTE)


@router.post(
    "/api/v1/reports/{public_number}/content-reports",
    dependencies=[allow(ANYONE)],
    status_code=202,
    summary="Report the content of a report",
    responses={202: {"model": ContentReportTaken}},
)
@gives(410, 429)
async def report_content(
    public_number: str, body: ContentReport, request: Request, context: Context, lang: Language, client: ClientId,
    key: IdempotencyKey,
) -> dict[str, Any]:  # fmt: skip
    """Say that the words or photos of a public report should not be public. The triage desk decides."""
    limit_rate(context, request)
    loaded = await public_stream(context, public_number)
    await take(context, loaded, body, client or key, key)
    return {"public_number": loaded.state.public_number, "message": TAKEN[lang]}


def limit_rate(context: Reporting, request: Request) -> None:
    """Raises HTTPException: 429."""
    if context.content_reports is not None:
        refuse(context.content_reports.wait_s(counted_as(request)))


async def take(context: Reporting, loaded: LoadedStream, body: ContentReport, sender: str, key: str) -> None:
    """Append it, once for each key.

    Raises:
        DataErased: there are no words any more.
    """
    complaint, at = loaded.state.id, context.clock.now()
    if loaded.state.erased or not loaded.keys.generations:
        raise DataErased
    stream, causation = support_stream(complaint), ids.derived_id("content", str(complaint), key)
    fact = ContentReported(at=at, reason=body.reason, words=body.words, sender=context.supporter(sender, complaint))
    event = context.repository.encode(stream, [fact], Cause(causation, complaint, at), loaded.keys)
    attempt = 0
    while True:
        recorded = await context.repository.store.read(stream)
        seen = [one.id for one in recorded]
        if event[0].id in seen:
            return
        try:
            await context.repository.store.append(stream, len(recorded) - 1, event, seen)
        except Conflict:
            await pause(attempt)  # a support, or another content report: their order does not matter
            attempt += 1
        else:
            return


TAKEN: Final = {
    "id": "Petugas akan membaca aduan Anda dan memutuskan apakah laporan dirumuskan ulang atau disembunyikan.",
    "en": "The triage desk will read this and decide whether to reword or hide the report.",
}
