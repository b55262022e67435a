"""The arbiter's pages: what waits for a decision, and one contested report with both sides and the decision's form."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import ARBITER
from chassis.pages.forms import Form
from chassis.pages.texts import N_
from chassis.signin.forms import OwnForm
from chassis.signin.pages import PageCaller, PageSession, language_of, page_allow, page_router, render
from chassis.write.loaded import LoadedStream
from router.context import Router
from router.http import desk, lists
from router.http.cases import THE_ARBITER, open_file, read
from router.http.request import Context
from router.pages.case import asked_with, changed_since, shown_case
from router.pages.decision import LEVELS, NAMES, OTHER, REGION, command_of, in_question, reach_of, sectors_of, sides
from router.pages.desk import GONE, NO_BODY, done_in
from router.pages.desk_forms import CHOSEN, BodyUnclear
from router.pages.kit import GO, PAGES, SEARCH, errors_of, guard, translator
from router.placement import status
from schemas.access.principal import Principal
from schemas.base import limits
from schemas.base.refusals import NotFound, Refusal
from schemas.deadlines import timeline_due
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.registry.fold import Registry
from schemas.wording.casefile import notes
from schemas.wording.names import agency, holder

router: APIRouter = page_router()
SIZE: Final = 20
LIKE: Final = 5
"""Earlier decisions that are shown beside."""
NO_REASON: Final = N_("Tulis alasannya: putusan tanpa alasan tidak dapat diikuti.")
NO_REACH: Final = N_("Pilih untuk laporan mana putusan ini berlaku.")
NOTHING_NAMED: Final = N_("Sebutkan bidang, tingkat, atau wilayahnya, atau pilih jangkauan lain.")
NAMING: Final = ("bidang", "tingkat", REGION, REGION + CHOSEN)
NO_REGION: Final = N_("Tidak ada wilayah dengan nama itu. Periksa ejaannya.")
SEVERAL_REGIONS: Final = N_("Ada beberapa wilayah dengan nama itu. Pilih salah satu.")


@router.get("/arbiter", dependencies=[page_allow(ARBITER)])
async def waiting(
    request: Request, who: PageCaller, context: Context, sesudah: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The reports that wait for a decision, the longest waiting first."""
    found = await lists.waiting(context, who, status.ARBITRATION, sesudah or None, size=SIZE)
    registry = await context.registry.current()
    rows = [
        {
            "state": state,
            "bodies": [agency(body, None, registry) for body in dict.fromkeys(state.returned_by)],
            "due_at": timeline_due(state, registry, context.policies),
        }
        for state in found.states
    ]
    return render(
        request, "arbiter.html", pages=PAGES, rows=rows, total=found.total, next_at=found.next, first=not sesudah,
        zone=DEFAULT_ZONE, now=context.clock.now(), done=done_in(request),
    )  # fmt: skip


@router.get("/arbiter/{complaint}", dependencies=[page_allow(ARBITER)])
async def one(complaint: UUID, request: Request, who: PageCaller, found: PageSession, context: Context) -> Response:
    """One contested report."""
    return await _shown(request, context, who, guard(found), await read(context, who, complaint, THE_ARBITER))


@router.get("/arbiter/{complaint}/lampiran/{attachment}", dependencies=[page_allow(ARBITER)])
async def file(complaint: UUID, attachment: UUID, request: Request, who: PageCaller, context: Context) -> Response:
    """A file of the report, as a download."""
    return await open_file(context, who, complaint, THE_ARBITER, attachment, request)


@router.post("/arbiter/{complaint}", dependencies=[page_allow(ARBITER), OwnForm])
async def decide(
    complaint: UUID, request: Request, who: PageCaller, found: PageSession, context: Context, form: Form
) -> Response:
    """Decide, and lead back to the list."""
    lang, translate, loaded = (
        language_of(request),
        translator(request),
        await read(context, who, complaint, THE_ARBITER),
    )
    if form.get(GO) or (not form.get("instansi") and form.get(SEARCH)):
        return await _shown(request, context, who, guard(found), loaded, form_sent=form)
    options: Mapping[str, Sequence[Any]] = {}
    needed = {"instansi": NO_BODY, "alasan": NO_REASON, "jangkauan": NO_REACH}
    errors = {name: translate(text) for name, text in needed.items() if not form.get(name)}
    if form.get("jangkauan") == OTHER and not any(form.get(name) for name in NAMING):
        errors["bidang"] = translate(NOTHING_NAMED)
    try:
        command = command_of(form)
        if not errors:
            await desk.arbitrate(complaint, command, asked_with(request, context, who, form, loaded))
            number = loaded.state.public_number
            return RedirectResponse(f"/arbiter?berhasil=putusan&nomor={number}", HTTPStatus.SEE_OTHER)
    except BodyUnclear as unclear:
        options = unclear.options
        errors |= {name: translate(SEVERAL_REGIONS if several else NO_REGION) for name, several in options.items()}
    except GONE as refusal:
        if isinstance(refusal, NotFound):
            raise
        return await _overtaken(request, context, who, guard(found), complaint, form)
    except (ValidationError, Refusal) as error:
        errors = {**errors_of(error, NAMES, lang), **errors}
    more = {"errors": errors, "form_sent": form, "options": options}
    return await _shown(request, context, who, guard(found), loaded, HTTPStatus.UNPROCESSABLE_ENTITY, **more)


async def _overtaken(
    request: Request,
    context: Router,
    who: Principal,
    hidden: Mapping[str, str],
    complaint: UUID,
    form: Mapping[str, str],
) -> Response:
    loaded = await read(context, who, complaint, THE_ARBITER)
    changed = await changed_since(request, context, form, loaded)
    return await _shown(request, context, who, hidden, loaded, HTTPStatus.CONFLICT, form_sent=form, changed=changed)


async def _shown(
    request: Request, context: Router, who: Principal, hidden: Mapping[str, str], loaded: LoadedStream,
    code: int = HTTPStatus.OK, **more: Any,
) -> Response:  # fmt: skip
    lang, translate, registry = language_of(request), translator(request), await context.registry.current()
    values = await shown_case(request, context, who, loaded, more.get("form_sent", {}))
    file, history = values["file"], loaded.facts()
    read_as = (file["basis"] or {}).get("sector")
    like = (await lists.precedents(context, who, lang, sector=read_as, size=LIKE)).found if read_as else []
    values["cards"] = in_question(loaded.state, history, file, registry, translate)
    on_cards = {card.value for card in values["cards"]}
    values["found"] = [option for option in values["found"] if option.value not in on_cards]
    return render(
        request, "arbiter_satu.html", code, PAGES, hidden=hidden, sides=sides(history, registry, translate),
        levels=[(level.value, translate(text)) for level, text in LEVELS.items()],
        earlier=like, reach=reach_of(file, lang, translate), sectors=sectors_of(lang), most=limits.NOTE,
        notes=notes(history, registry), waits=file["status"] == status.ARBITRATION,
        holder_name=_held_by(loaded, registry, lang),
        **{"errors": {}, "form_sent": {}, "options": {}, "changed": (), **values, **more},
    )  # fmt: skip


def _held_by(loaded: LoadedStream, registry: Registry, lang: str) -> str:
    return holder(registry.holder(loaded.state.holder), registry, lang)
