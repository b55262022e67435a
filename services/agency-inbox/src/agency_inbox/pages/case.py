"""One case: everything on one screen, and each move as a form."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from agency_inbox import queries
from agency_inbox.moving import move, page_move
from agency_inbox.offices.fields import day, filled
from agency_inbox.pages import changes, elsewhere, forms
from agency_inbox.pages.forms import Wrong
from agency_inbox.pages.kit import OFFICER, AtOffice, Office, officer_names, region_names, show
from agency_inbox.pages.photos import photos_of
from chassis.base.numbers import whole_number
from chassis.http.files import holders_file
from chassis.pages.forms import Form, key_of
from chassis.pages.surroundings import surroundings
from chassis.signin.forms import OwnForm
from chassis.signin.pages import PageError, page_allow, page_router, said
from schemas import wording
from schemas.base.limits import BODY, NOTE
from schemas.base.refusals import InvalidField, NotFound, Refusal, UnseenDetail
from schemas.complaint.state import Complaint
from schemas.wording.casefile import timeline
from schemas.wording.sectors import sector

MOVE: Final = "tindakan"
FILL: Final = "pakai"
SEEN: Final = "dilihat"
router: APIRouter = page_router()


class Opened:
    """A case as its page shows it: read once for a request. `past`: as it was when it left them."""

    def __init__(self, office: Office, file: dict[str, Any], state: Complaint, past: bool) -> None:
        self.office, self.file, self.state, self.past = office, file, state, past


async def _opened(complaint: UUID, office: AtOffice) -> Opened:
    """Raises PageError: there is none, or it is not theirs, at whichever of their agencies."""
    for agency in dict.fromkeys((office.agency, *office.bodies)):
        here = office._replace(agency=agency)
        try:
            return Opened(here, *await queries.case_file(here.context, here.who, agency, complaint, here.lang))
        except NotFound:
            continue
    raise PageError(HTTPStatus.NOT_FOUND, "not-in-inbox")


Case = Annotated[Opened, Depends(_opened)]


@router.get("/petugas/{complaint:uuid}", dependencies=[page_allow(OFFICER)])
async def one(request: Request, case: Case) -> Response:
    """The case."""
    return await _shown(request, case)


@router.get("/petugas/{complaint:uuid}/lampiran/{attachment:uuid}", dependencies=[page_allow(OFFICER)])
async def attachment(request: Request, complaint: UUID, attachment: UUID, case: Case) -> Response:
    """A file of the reporter, as a copy without hidden data."""
    office = case.office
    holding = await queries.stream_with_files(office.context, office.who, office.agency, complaint)
    return await holders_file(office.context.attachments, holding, attachment, request)


@router.post("/petugas/{complaint:uuid}", dependencies=[page_allow(OFFICER), OwnForm])
async def act(request: Request, complaint: UUID, case: Case, form: Form) -> Response:
    """Carry out a move, and lead back to the case, or show what is wrong with what was written filled in."""
    name, office = form.get(MOVE, ""), case.office
    if form.get(FILL):
        return await _shown(request, case, form=await _with_template(request, case, form))
    if name not in forms.ROUTES and name not in elsewhere.MOVES:
        raise InvalidField(field=MOVE, why="must not be empty")
    try:
        if name in elsewhere.MOVES:
            return await elsewhere.carry_out(request, office, complaint, name, form)
        asked = page_move(office.who, office.agency, complaint, forms.ROUTES[name], key_of(form))
        if name in forms.WORDS and (news := await _news(case, form, asked)):
            return await _shown(request, case, HTTPStatus.CONFLICT, {}, form, news)
        await move(office.context, office.who, asked, forms.body_of(office, name, form))
    except Wrong as wrong:
        return await _shown(request, case, HTTPStatus.UNPROCESSABLE_ENTITY, wrong.errors, form, choices=wrong.choices)
    except UnseenDetail:
        # Added between our look and the write: shown as what was added before it.
        again = await _opened(complaint, office)
        return await _shown(request, again, HTTPStatus.CONFLICT, {}, form, await _news(again, form, asked))
    except Refusal as refusal:
        again = await _opened(complaint, office)
        errors = {_field_of(name, refusal): said(refusal, office.lang)}
        return await _shown(request, again, refusal.status_hint, errors, form)
    suffix = f"&instansi={office.agency}" if len(office.bodies) > 1 else ""
    return RedirectResponse(f"/petugas/{complaint}?berhasil={name}{suffix}", HTTPStatus.SEE_OTHER)


def _field_of(move: str, refusal: Refusal) -> str:
    named = str(refusal.data.get("field", "")) if isinstance(refusal, InvalidField) else ""
    return forms.FIELDS.get(move, {}).get(named, "")


async def _news(case: Opened, form: Mapping[str, str], asked: Any) -> list[dict[str, Any]]:
    """What happened since the form was shown, newest first."""
    seen = whole_number(form.get(SEEN, ""))
    if seen is None or seen >= case.state.version:
        return []
    loaded = await case.office.context.repository.load(case.state.id)
    facts = changes.since(loaded, seen, asked)
    return timeline(facts, case.office.registry, case.office.lang, file_names=not case.state.anonymous)[::-1]


async def _with_template(request: Request, case: Opened, form: Mapping[str, str]) -> dict[str, str]:
    """The answer with the words of the chosen template behind what was written."""
    office, state = case.office, case.state
    chosen = [each for each in await office.context.offices.templates(office.agency) if each.id == form.get("templat")]
    if not chosen:
        return dict(form)
    region = state.place.region if state.place else None
    body = office.registry.agencies[office.agency]
    due_at = case.file["due_at"]
    values = {
        "nomor": state.public_number, "judul": state.restated_title or state.title or "", "instansi": body.name,
        "unit": body.units.get(case.file["unit"] or "", ""),
        "wilayah": (await region_names(request, [region])).get(region or "", ""),
        "tanggal": day(office.context.clock.now(), state.language, office.zone),
        "diterima": day(state.received_at, state.language, office.zone),
        "tenggat": day(due_at, state.language, office.zone),
    }  # fmt: skip
    text = "\n\n".join(each for each in (form.get("jawaban", "").strip(), filled(chosen[0].text, values)) if each)
    return {**form, "jawaban": text, MOVE: "jawab"}


async def _shown(
    request: Request,
    case: Opened,
    status: int = HTTPStatus.OK,
    errors: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    news: list[dict[str, Any]] | None = None,
    choices: Mapping[str, str] | None = None,
) -> Response:
    office, state, file = case.office, case.state, case.file
    regions = await region_names(request, [state.place.region if state.place else None])
    policy = office.context.policies.at(state.received_at)
    found = await elsewhere.beside(request, office, state.id)
    offered = forms.NOTHING if case.past else await forms.offered(office, state)
    values = {
        "file": file,
        "past": case.past,
        "state": state,
        "region": regions.get(state.place.region or "") if state.place else None,
        "sector": sector(state.sector, office.lang) if state.sector else None,
        "head": wording.status(state.status, office.lang, state.closed),
        "holder": wording.holder(office.registry.holder(state.holder), office.registry, office.lang),
        "offered": offered,
        "acts": bool(offered.moves - {"catatan", "tugaskan"}),
        "returned": len(state.returned_by) + 1,
        "returns": policy.returns,
        "stops": policy.stops,
        "officers": await officer_names(office),
        "templates": await office.context.offices.templates(office.agency),
        "most": BODY,
        "most_note": NOTE,
        "sent": form or {},
        "news": news or [],
        "choices": choices or {},
        "done": request.query_params.get("berhasil") if not form else None,
        "photos": [] if case.past else photos_of(file["attachments"], state, office.registry, office.agency),
        "surroundings": surroundings(state.place),
        "shortcuts": await office.context.offices.shortcuts(office.id),
        "own_units": office.registry.agencies[office.agency].units,
        **found,
    }
    return show(request, office, "petugas_kasus.html", status, **{**values, "errors": errors or {}})
