"""One public report: where it is, whose turn it is, its words, answer and history; support."""

from http import HTTPStatus
from secrets import token_hex
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from chassis.http.access import ANYONE
from chassis.pages import map as maps
from chassis.pages.forms import KEY, Form, new_key
from chassis.signin.forms import CitizensForm
from chassis.signin.pages import language_of, page_allow, page_router, render, said, set_cookie
from chassis.write.lead import root_lead
from chassis.write.loaded import LoadedStream
from reporting.context import Reporting
from reporting.http import Context, add_support, public_report, public_stream
from reporting.listed import REGENCY
from reporting.listing import is_supporter
from reporting.pages.kit import PAGES
from reporting.pages.reports import LIST, region_name
from reporting.pages.standing import STEPS, standing
from reporting.report_row import row_of
from schemas.base.refusals import HiddenByDesk, InvalidField, NotFound, Refusal
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.reference.load import policies
from schemas.wording.public_text import public_address, public_response
from schemas.wording.sectors import sector

BROWSER: Final = "pendukung"
"""The cookie that tells one browser's support from another's; it names nobody."""
YEAR_S: Final = 365 * 24 * 3600
NEAR_DEGREES: Final = 0.2
"""Width of the map beside a report."""
RATIO: Final = 0.6
router: APIRouter = page_router()


@router.get(LIST + "/{nomor}", dependencies=[page_allow(ANYONE)])
async def one(nomor: str, request: Request, context: Context) -> Response:
    """The page of one report. One that follows another leads to that one."""
    try:
        loaded = await public_stream(context, nomor)
    except Refusal as refusal:
        return _absent(request, refusal)
    lead = await root_lead(context.repository, loaded.state)
    if loaded.state.status is Status.JOINED and lead is not None and lead.is_public:
        return RedirectResponse(f"{LIST}/{lead.public_number}?dari={loaded.state.public_number}", HTTPStatus.SEE_OTHER)
    return await _shown(request, context, loaded)


@router.post(LIST + "/{nomor}/dukung", dependencies=[page_allow(ANYONE), CitizensForm])
async def support(nomor: str, request: Request, context: Context, _form: Form) -> Response:
    """Support it, once for each browser."""
    state = (await public_stream(context, nomor)).state
    browser = request.cookies.get(BROWSER) or token_hex(16)
    await add_support(context, state.id, [browser])
    answer = RedirectResponse(f"{LIST}/{state.public_number}?berhasil=dukung", HTTPStatus.SEE_OTHER)
    set_cookie(request, answer, BROWSER, browser, YEAR_S)
    return answer


async def _shown(request: Request, context: Reporting, loaded: LoadedStream) -> Response:
    lang, state = language_of(request), loaded.state
    registry = await context.registry.current()

    def translate(message: str, **values: Any) -> str:
        return PAGES.text(message, lang, **values)

    shown = await public_report(context, loaded, lang)
    values = {
        "report": shown,
        "head": standing(state, registry, policies(), lang, translate),
        "steps": [translate(step) for step in STEPS],
        "sector": sector(state.sector, lang) if state.sector else None,
        "address": _address(state),
        "erased": state.erased,
        "answer": public_response(state),
        "drawn": _drawn(state, shown["position"]),
        "now": context.clock.now(),
        "key_field": KEY,
        "key": new_key(),
        "done": request.query_params.get("berhasil"),
        "before": request.query_params.get("dari", "")[:20],
        "supported": BROWSER in request.cookies and await _supports(context, request, loaded),
    }
    return render(request, "laporan_satu.html", HTTPStatus.OK, PAGES, **values)


async def _supports(context: Reporting, request: Request, loaded: LoadedStream) -> bool:
    name = context.supporter(request.cookies[BROWSER], loaded.state.id)
    return await context.database.read(lambda connection: is_supporter(connection, str(loaded.state.id), name))


def _address(state: Complaint) -> str | None:
    """The published address, or the region by its name."""
    address = public_address(state)
    return region_name(address) if address and address.replace(".", "").isdecimal() else address


def _drawn(state: Complaint, position: Any) -> maps.Map | None:
    """Its place between the regencies around; None: no position is public."""
    region = row_of(state).region or ""
    if position is None:
        return None
    point = maps.Point(position["lat"], position["lon"], state.public_number)
    frame = maps.frame_around(point.lat, point.lon, NEAR_DEGREES, RATIO)
    try:
        return maps.outline(region[:REGENCY], (point,), frame)
    except maps.UnknownRegion:
        return None


def _absent(request: Request, refusal: Refusal) -> Response:
    """A page that says why there is nothing to read, and where to go on."""
    if not isinstance(refusal, (HiddenByDesk, NotFound, InvalidField)):
        raise refusal
    hidden = isinstance(refusal, HiddenByDesk)
    sentence = said(refusal, language_of(request))
    return render(request, "laporan_tiada.html", refusal.status_hint, PAGES, hidden=hidden, sentence=sentence)
