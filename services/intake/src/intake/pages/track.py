"""Tracking: a code opens a complaint in this browser; its page tells status, turn, date and history, takes moves."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import ANYONE, Rule
from chassis.signin.forms import CitizensForm
from chassis.signin.pages import language_of, page_allow, page_router, render, said
from intake import handlers
from intake.handlers import MoveRequest
from intake.http.filing import Context
from intake.http.reporter import TrackedComplaint
from intake.pages import moves
from intake.pages.kit import KEY, PAGES, Form, faults, key_of, new_key
from intake.pages.opened import forget, opened, remember
from intake.pages.status import STEPS, headline
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.limits import BODY, NOTE
from schemas.base.refusals import InvalidField, NotFound, Refusal
from schemas.registry.calendars import DEFAULT_ZONE

CODE_IN_BROWSER: Final = Rule(
    "whoever has opened the complaint in this browser with its tracking code", ANYONE.allows, public=True
)
CODE: Final = "kode"
MOVE: Final = "tindakan"
CLOSE: Final = "tutup"
"""The move that only this browser notices: it forgets the code."""
router: APIRouter = page_router()


@router.get("/lacak", dependencies=[page_allow(ANYONE)])
async def ask(request: Request, nomor: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Ask for the code. `nomor`: of the report that it should open."""
    return _asked(request, HTTPStatus.OK, "", {}, nomor)


@router.post("/lacak", dependencies=[page_allow(ANYONE), CitizensForm])
async def open_by_form(request: Request, context: Context, form: Form) -> Response:
    """Open the complaint of the code in the form."""
    return await _opened_or_asked(request, context, form.get(CODE, ""))


@router.get("/lacak/{key}", dependencies=[page_allow(CODE_IN_BROWSER)])
async def one(key: str, request: Request, context: Context) -> Response:
    """A complaint by its public number, if this browser has opened it. A code instead of the number opens it first."""
    number = _number(key)
    if number is None:
        return await _opened_or_asked(request, context, key)
    code = opened(request).get(number)
    if code is None:
        return RedirectResponse(f"/lacak?nomor={quote(number)}", HTTPStatus.SEE_OTHER)
    return await _shown(request, context, await _tracked(request, context, number, code))


@router.post("/lacak/{key}", dependencies=[page_allow(CODE_IN_BROWSER), CitizensForm])
async def move(key: str, request: Request, context: Context, form: Form) -> Response:
    """Carry out a move of the reporter, and lead back to the page."""
    number = _number(key) or ""
    code, name = opened(request).get(number), form.get(MOVE, "")
    if code is None:
        return RedirectResponse(f"/lacak?nomor={quote(number)}", HTTPStatus.SEE_OTHER)
    if name == CLOSE:
        answer = RedirectResponse("/lacak", HTTPStatus.SEE_OTHER)
        forget(request, answer, number)
        return answer
    tracked = await _tracked(request, context, number, code)
    if name not in moves.FORMS:
        raise InvalidField(field=MOVE, why="must not be empty")
    errors: dict[str, str]
    try:
        command = moves.command_of(name, form)
        asked = MoveRequest(tracked.complaint, "", key_of(form), moves.ROUTES[name])
        await moves.carry_out(context, asked, command)
    except ValidationError as error:
        names = {to: field for field, to in moves.FORMS[name].fields.items()}
        errors = faults(error, names, tracked.lang)
        return await _shown(request, context, tracked, HTTPStatus.UNPROCESSABLE_ENTITY, errors, form)
    except Refusal as refusal:
        errors = {"": said(refusal, tracked.lang)}
        return await _shown(request, context, tracked, refusal.status_hint, errors, form)
    return RedirectResponse(f"/lacak/{number}?berhasil={name}", HTTPStatus.SEE_OTHER)


def _asked(request: Request, status: int, code: str, errors: Mapping[str, str], number: str = "") -> Response:
    mine = list(reversed(opened(request)))
    return render(request, "lacak.html", status, PAGES, code=code, errors=errors, number=_number(number), mine=mine)


async def _opened_or_asked(request: Request, context: Context, typed: str) -> Response:
    """Open the complaint of a code, or ask for the code again and say what is wrong with it."""
    try:
        return await _opened(request, context, typed)
    except (InvalidField, NotFound) as refusal:
        errors = {CODE: said(refusal, language_of(request))}
        return _asked(request, HTTPStatus.UNPROCESSABLE_ENTITY, typed, errors)


async def _opened(request: Request, context: Context, typed: str) -> Response:
    """Raises InvalidField, NotFound."""
    with context.guesses.attempt(request):
        complaint = await context.codes.open(typed)
    loaded = await context.repository.load(complaint)
    number = loaded.state.public_number if loaded.recorded else None
    if number is None:
        raise NotFound(what="complaint")
    code = context.codes.of(complaint, loaded.state.code_version)
    answer = RedirectResponse(f"/lacak/{number}", HTTPStatus.SEE_OTHER)
    remember(request, answer, number, code)
    return answer


async def _tracked(request: Request, context: Context, number: str, code: str) -> TrackedComplaint:
    """The complaint of a code in the cookie. Raises NotFound: the code does not belong to this number."""
    with context.guesses.attempt(request):
        complaint = await context.codes.open(code)
    tracked = TrackedComplaint(context, complaint, code, language_of(request))
    if (await tracked.loaded()).state.public_number != number:
        raise NotFound(what=number)
    return tracked


async def _shown(
    request: Request,
    context: Context,
    tracked: TrackedComplaint,
    status: int = HTTPStatus.OK,
    errors: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    page = await tracked.page(Response())
    state = (await tracked.loaded()).state
    lead = await handlers.visible_lead_of(context, state)

    def translate(message: str, **values: Any) -> str:
        return PAGES.text(message, tracked.lang, **values)

    zone = next((due["zone"] for due in page["due"]), DEFAULT_ZONE)
    values = {
        "page": page,
        "head": headline(page, translate),
        "steps": [translate(step) for step in STEPS],
        "offered": await moves.offered(context, state, lead),
        "is_public": state.is_public,
        "now": context.clock.now(),
        "zone": zone,
        "errors": errors or {},
        "form_sent": form or {},
        "key_field": KEY,
        "key": new_key,
        "most": BODY,
        "most_note": NOTE,
        "done": request.query_params.get("berhasil"),
    }
    return render(request, "lacak_satu.html", status, PAGES, **values)


def _number(key: str) -> str | None:
    try:
        return parse_public_number(key)
    except MalformedCode:
        return None
