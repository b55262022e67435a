"""The desk's pages: one report at a time, with the likeliest bodies, like reports beside it, and the desk's moves."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import TRIAGE
from chassis.pages.forms import Form
from chassis.pages.texts import N_
from chassis.signin.forms import OwnForm
from chassis.signin.pages import PageCaller, PageSession, language_of, page_allow, page_router, render
from chassis.write.loaded import LoadedStream
from router.context import Router
from router.http import content, lists
from router.http.cases import DESK, open_file, read
from router.http.request import Context
from router.pages.bodies import SEARCH as BODIES
from router.pages.case import asked_with, changed_since, check_changed, shown_case
from router.pages.desk_forms import JOIN, MOVES, PLACE, RESTATE, TASK, UNJOIN, BodyUnclear, command_of
from router.pages.joining import COMPARE, NUMBER, NotNamed, compared
from router.pages.kit import (
    GO,
    MOVE,
    PAGES,
    SEARCH,
    errors_of,
    guard,
    translator,
    unclear_errors,
)
from router.placement import status, views
from schemas.access.principal import Principal
from schemas.base.client_keys import is_uuid
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.refusals import AlreadyClosed, NotFound, Refusal, VersionMismatch, WrongStatus

router: APIRouter = page_router()
GONE: Final = (AlreadyClosed, NotFound, VersionMismatch, WrongStatus)
"""Refusals that mean that somebody else was faster."""
NO_BODY: Final = N_("Pilih salah satu instansi, atau cari yang lain.")
DECIDED: Final = "putusan"
WRITTEN: Final = ("pertanyaan", "kata", "judul", "catatan")
"""The fields with a person's own words, and the beginning of those of parts."""
After = Annotated[str, Query(max_length=200)]


@router.get("/meja", dependencies=[page_allow(TRIAGE)])
async def next_one(
    request: Request, who: PageCaller, found: PageSession, context: Context, sesudah: After = ""
) -> Response:
    """The report that waits longest; with `sesudah` the one that waits longest after that key."""
    waiting = await lists.waiting(context, who, status.TRIAGE, sesudah or None, size=1)
    if not waiting.states:
        return render(
            request,
            "meja_kosong.html",
            pages=PAGES,
            total=waiting.total,
            done=done_in(request),
            after=bool(sesudah),
            content_waiting=await content.waiting(context),
        )
    loaded = await context.repository.load(waiting.states[0].id)
    return await _shown(request, context, who, guard(found), loaded, waiting.total)


@router.get("/meja/{complaint}", dependencies=[page_allow(TRIAGE)])
async def one(complaint: UUID, request: Request, who: PageCaller, found: PageSession, context: Context) -> Response:
    """One report that is not placed yet."""
    return await _shown(request, context, who, guard(found), await read(context, who, complaint, DESK))


@router.get("/meja/{complaint}/lampiran/{attachment}", dependencies=[page_allow(TRIAGE)])
async def file(complaint: UUID, attachment: UUID, request: Request, who: PageCaller, context: Context) -> Response:
    """A file of the report, as a download."""
    return await open_file(context, who, complaint, DESK, attachment, request)


@router.post("/meja/{complaint}", dependencies=[page_allow(TRIAGE), OwnForm])
async def move(
    complaint: UUID, request: Request, who: PageCaller, found: PageSession, context: Context, form: Form
) -> Response:
    """Carry out a move of the desk, and lead to the next report."""
    name = form.get(MOVE, "")
    if name not in MOVES:
        raise NotFound(move=name)
    if name == JOIN and form.get(GO) == COMPARE:
        return await _compared(request, context, who, found, complaint, form)
    registry, lang, translate = await context.registry.current(), language_of(request), translator(request)
    options: Mapping[str, Sequence[Any]] = {}
    try:
        if form.get(GO) or (name == PLACE and not form.get("instansi") and form.get(SEARCH)):
            return await _again(request, context, who, found, complaint, form, HTTPStatus.OK, {}, {})
        command = command_of(name, form, BODIES.of(registry))
        loaded = await context.repository.load(complaint)
        state = loaded.state
        if name == RESTATE:
            check_changed(form, state, state.restated_title or state.title, state.restated_text or state.text)
        await MOVES[name].carry(complaint, command, asked_with(request, context, who, form, loaded))
    except BodyUnclear as unclear:
        options = unclear.options
        errors = unclear_errors(unclear, translate)
    except GONE as refusal:
        return await _overtaken(request, context, who, found, complaint, form, refusal)
    except (ValidationError, Refusal) as error:
        names = {to: field for field, to in MOVES[name].fields.items()}
        errors = errors_of(error, names, lang)
        if name == PLACE and not form.get("instansi"):
            errors = {"instansi": translate(NO_BODY)}
    else:
        number = (await context.repository.load(complaint)).state.public_number
        return RedirectResponse(_next_of(name, complaint, form, number), HTTPStatus.SEE_OTHER)
    return await _again(request, context, who, found, complaint, form, HTTPStatus.UNPROCESSABLE_ENTITY, errors, options)


def _next_of(name: str, complaint: UUID, form: Mapping[str, str], number: str) -> str:
    """Where the desk goes on: to the next report, or to the one whose words or followers it changed."""
    said = {"berhasil": name, "nomor": number}
    if name == UNJOIN and is_uuid(back := form.get("dari", "")):
        return f"/meja/{UUID(back)}?{urlencode(said)}"
    if name == RESTATE:
        return f"/meja/{complaint}?{urlencode(said)}"
    after = {"sesudah": form["urutan"]} if form.get("urutan") else {}
    return f"/meja?{urlencode({**after, **said})}"


async def _compared(
    request: Request, context: Router, who: Principal, found: Any, complaint: UUID, form: Mapping[str, str]
) -> Response:
    """Both reports beside each other, before they are joined."""
    loaded = await read(context, who, complaint, DESK)
    try:
        lead = await compared(request, context, who, loaded.state, form)
    except NotNamed as wrong:
        errors = {NUMBER: wrong.why}
        return await _again(request, context, who, found, complaint, form, HTTPStatus.UNPROCESSABLE_ENTITY, errors, {})
    values = await shown_case(request, context, who, loaded, form)
    return render(
        request, "meja_gabung.html", pages=PAGES, lead=lead, hidden=guard(found), form_sent=form, errors={}, **values
    )


async def _again(
    request: Request, context: Router, who: Principal, found: Any, complaint: UUID, form: Mapping[str, str],
    code: int, errors: Mapping[str, str], options: Mapping[str, Sequence[Any]], *, changed: Sequence[Any] = (),
) -> Response:  # fmt: skip
    """The report's page with what was written in its forms."""
    loaded = await read(context, who, complaint, DESK)
    more = {"errors": errors, "form_sent": form, "options": options, "changed": changed}
    return await _shown(request, context, who, guard(found), loaded, None, code, **more)


async def _overtaken(
    request: Request, context: Router, who: Principal, found: Any, complaint: UUID, form: Mapping[str, str],
    refusal: Refusal,
) -> Response:  # fmt: skip
    """Somebody else changed the report meanwhile: what was written stays."""
    loaded: LoadedStream | None = None
    with suppress(NotFound):
        loaded = await read(context, who, complaint, DESK)
    if loaded is not None and loaded.state.status.value == status.TRIAGE:
        changed = await changed_since(request, context, form, loaded)
        return await _again(request, context, who, found, complaint, form, HTTPStatus.CONFLICT, {}, {}, changed=changed)
    written = [text for name, text in form.items() if text and name.startswith((*WRITTEN, TASK))]
    code = HTTPStatus.NOT_FOUND if isinstance(refusal, NotFound) else HTTPStatus.CONFLICT
    return render(request, "meja_didahului.html", code, PAGES, written=written)


async def _shown(
    request: Request, context: Router, who: Principal, hidden: Mapping[str, str], loaded: LoadedStream,
    total: int | None = None, code: int = HTTPStatus.OK, **more: Any,
) -> Response:  # fmt: skip
    if total is None:
        total = (await lists.waiting(context, who, status.TRIAGE, None, size=1)).total
    one = str(loaded.state.id)
    key = await context.database.read(lambda connection: views.waiting_row(connection, status.TRIAGE, one))
    values = await shown_case(request, context, who, loaded, more.get("form_sent", {}))
    return render(
        request, "meja.html", code, PAGES, hidden=hidden, total=total, done=done_in(request),
        next_at=lists.key_of(key) if key is not None else "", content_waiting=await content.waiting(context),
        **{"errors": {}, "form_sent": {}, "options": {}, "changed": (), **values, **more},
    )  # fmt: skip


def done_in(request: Request) -> dict[str, str]:
    """What was done last, for the sentence above the next report."""
    move = request.query_params.get("berhasil", "")
    try:
        number = parse_public_number(request.query_params.get("nomor", ""))
    except MalformedCode:
        return {}
    return {"move": move, "number": number} if move in {*MOVES, DECIDED} else {}
