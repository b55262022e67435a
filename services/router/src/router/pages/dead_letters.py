"""The operator's page of messages that could not be handled."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from chassis.base.errors import ChassisError
from chassis.base.numbers import whole_number
from chassis.deadletter.shown import SERVICES, DeadLetterShown, shown
from chassis.http.access import OPERATOR
from chassis.pages.forms import Form, key_of
from chassis.pages.texts import N_
from chassis.signin.forms import OwnForm
from chassis.signin.pages import PageCaller, PageSession, language_of, page_allow, page_router, render, said
from router.context import Router
from router.http.dead_letters import of
from router.http.dead_letters import replay as replay_one
from router.http.request import Context
from router.pages.kit import PAGES, guard, translator
from schemas.base.refusals import NotFound, Refusal
from schemas.registry.calendars import DEFAULT_ZONE

router: APIRouter = page_router()
WITHIN_S: Final = 3.0
"""How long the page waits for Kafka."""
NAMES: Final = {
    "router": N_("Penempatan"), "intake": N_("Penerimaan"), "agency-inbox": N_("Kotak masuk instansi"),
    "reporting": N_("Halaman publik dan angka"),
}  # fmt: skip
GONE: Final = N_("Pesan itu sudah diproses ulang, atau masa simpannya sudah lewat.")
log = structlog.get_logger(__name__)


class OfService(NamedTuple):
    """The dead letters of a service; None: they could not be read in time."""

    id: str
    letters: Sequence[DeadLetterShown] | None


@router.get("/operator/surat-mati", dependencies=[page_allow(OPERATOR)])
async def listed(request: Request, found: PageSession, context: Context) -> Response:
    """The dead letters of every service."""
    return await _shown(request, context, guard(found))


@router.post("/operator/surat-mati", dependencies=[page_allow(OPERATOR), OwnForm])
async def replay(request: Request, who: PageCaller, found: PageSession, context: Context, form: Form) -> Response:
    """Replay one."""
    del who
    offset = whole_number(form.get("letak", ""))
    if offset is None:
        raise NotFound(offset=form.get("letak", ""))
    try:
        await replay_one(form.get("layanan", ""), offset, context, key_of(form))
    except NotFound:
        error_text = translator(request)(GONE)
        return await _shown(request, context, guard(found), HTTPStatus.CONFLICT, error_text)
    except Refusal as refusal:
        return await _shown(request, context, guard(found), refusal.status_hint, said(refusal, language_of(request)))
    return RedirectResponse("/operator/surat-mati?berhasil=1", HTTPStatus.SEE_OTHER)


async def _shown(
    request: Request, context: Router, hidden: dict[str, str], code: int = HTTPStatus.OK, error: str = ""
) -> Response:
    translate = translator(request)
    found = await asyncio.gather(*(_of_service(context, service) for service in SERVICES))
    return render(
        request, "operator_surat_mati.html", code, PAGES, hidden=hidden, error=error, zone=DEFAULT_ZONE,
        services=[(each, translate(NAMES[each.id])) for each in found], done=bool(request.query_params.get("berhasil")),
        away=any(each.letters is None for each in found), count=sum(len(each.letters or ()) for each in found),
    )  # fmt: skip


async def _of_service(context: Router, service: str) -> OfService:
    try:
        async with asyncio.timeout(WITHIN_S), of(context, service) as letters:
            return OfService(service, [shown(each) for each in await letters.open()])
    except (ChassisError, TimeoutError) as error:
        log.warning("dead letters cannot be read", service=service, because=str(error) or type(error).__name__)
        return OfService(service, None)
