"""Tracking: a code opens a complaint in this browser; its page tells status, turn, date and history, takes moves."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import ANYONE, Rule
from chassis.signin.forms import CitizensForm
from chassis.signin.pages import language_of, page_allow, page_router, render, said
from intake import handlers
from intake.handlers import MoveRequest
from intake.http.filing import Context, limit_rate
from intake.http.reporter import TrackedComplaint
from intake.pages import moves
from intake.pages.file_faults import from_address, in_address
from intake.pages.kit import KEY, PAGES, faults, key_of, new_key
from intake.pages.opened import forget, opened, remember
from intake.pages.photos import attach
from intake.pages.sent_form import Sent, SentForm
from intake.pages.status import STEPS, headline, parts
from intake.photos import picture_bytes
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.limits import ATTACHMENTS, BODY, NOTE
from schemas.base.refusals import InvalidField, NotFound, Refusal
from schemas.complaint.attachments import attached
from schemas.registry.zones import zone_of_region

CODE_IN_BROWSER: Final = Rule(
    "whoever has opened the complaint in this browser with its tracking code", ANYONE.allows, public=True
)
CODE: Final = "kode"
MOVE: Final = "tindakan"
CLOSE: Final = "tutup"
"""The move that only this browser notices: it forgets the code."""
CLEANED: Final = "bersih"
"""What an address says that asks for the copy without hidden data."""
AT_ONCE_BYTES: Final = 1024 * 1024
"""A larger picture is loaded when the reader asks for it: phones pay for bytes."""
router: APIRouter = page_router()


@router.get("/lacak", dependencies=[page_allow(ANYONE)])
async def ask(request: Request, nomor: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Ask for the code. `nomor`: of the report that it should open."""
    return _asked(request, HTTPStatus.OK, "", {}, nomor)


@router.post("/lacak", dependencies=[page_allow(ANYONE), CitizensForm])
async def open_by_form(request: Request, context: Context, sent: Sent) -> Response:
    """Open the complaint of the code in the form."""
    return await _opened_or_asked(request, context, sent.fields.get(CODE, ""))


@router.get("/lacak/{key}", dependencies=[page_allow(CODE_IN_BROWSER)])
async def one(
    key: str, request: Request, context: Context, gagal: Annotated[list[str], Query(max_length=20)] = []  # noqa: B006
) -> Response:  # fmt: skip
    """A complaint by its public number, if this browser has opened it. A code instead of the number opens it first.
    `gagal`: files that were not taken.
    """
    if number_of(key) is None:
        return await _opened_or_asked(request, context, key)
    tracked = await tracked_of(request, context, key)
    if tracked is None:
        return to_the_code(key)
    return await _shown(request, context, tracked, file_faults=from_address(gagal, tracked.lang))


@router.post("/lacak/{key}", dependencies=[page_allow(CODE_IN_BROWSER), CitizensForm])
@router.post("/lacak/{key}/lampiran", dependencies=[page_allow(CODE_IN_BROWSER), CitizensForm])
async def move(key: str, request: Request, context: Context, sent: Sent) -> Response:
    """Carry out a move of the reporter, and lead back to the page."""
    number, name = number_of(key) or "", sent.fields.get(MOVE, "")
    tracked = await tracked_of(request, context, number)
    if tracked is None:
        return to_the_code(number)
    if name == CLOSE:
        answer = RedirectResponse("/lacak", HTTPStatus.SEE_OTHER)
        forget(request, answer, number)
        return answer
    if name not in moves.FORMS:
        raise InvalidField(field=MOVE, why="must not be empty")
    errors: dict[str, str]
    try:
        query = await _moved(request, context, tracked, name, sent)
    except ValidationError as error:
        names = {to: field for field, to in moves.FORMS[name].fields.items()}
        errors = faults(error, names, tracked.lang)
        return await _shown(request, context, tracked, HTTPStatus.UNPROCESSABLE_ENTITY, errors, sent.fields)
    except Refusal as refusal:
        errors = {"": said(refusal, tracked.lang)}
        return await _shown(request, context, tracked, refusal.status_hint, errors, sent.fields)
    return RedirectResponse(f"/lacak/{number}{moves.AFTER.get(name, '')}?{urlencode(query)}", HTTPStatus.SEE_OTHER)


def number_of(key: str) -> str | None:
    """The public number that a path holds; None: it is something else."""
    try:
        return parse_public_number(key)
    except MalformedCode:
        return None


def to_the_code(key: str) -> Response:
    """Where to go if this browser did not open the report."""
    return RedirectResponse(f"/lacak?nomor={quote(number_of(key) or '')}", HTTPStatus.SEE_OTHER)


async def tracked_of(request: Request, context: Context, key: str) -> TrackedComplaint | None:
    """The complaint of a number that this browser opened; None: it did not.

    Raises:
        NotFound: the code in the cookie does not belong to this number.
    """
    number = number_of(key)
    code = opened(request).get(number) if number else None
    if code is None:
        return None
    with context.guesses.attempt(request):
        complaint = await context.codes.open(code)
    tracked = TrackedComplaint(context, complaint, code, language_of(request))
    if (await tracked.loaded()).state.public_number != number:
        raise NotFound(what=number)
    return tracked


async def _moved(
    request: Request, context: Context, tracked: TrackedComplaint, name: str, sent: SentForm
) -> list[tuple[str, str]]:
    """Carry it out, with its files; what the next page's address tells. Raises ValidationError, Refusal."""
    key, refused = key_of(sent.fields), []
    if sent.files:
        limit_rate(context.filings, request)
        refused = await attach(context, tracked.complaint, sent.files, key)
    only_files = bool(sent.files) and name in moves.TAKE_FILES and not moves.says_something(name, sent.fields)
    if not only_files:
        asked = MoveRequest(tracked.complaint, "", key, moves.ROUTES[name])
        await moves.carry_out(context, asked, moves.command_of(name, sent.fields))
    done = [] if only_files and len(refused) == len(sent.files) else [("berhasil", "berkas" if only_files else name)]
    return [*done, *in_address((each.number, each.why) for each in refused)]


def _asked(request: Request, status: int, code: str, errors: Mapping[str, str], number: str = "") -> Response:
    mine = list(reversed(opened(request)))
    return render(request, "lacak.html", status, PAGES, code=code, errors=errors, number=number_of(number), mine=mine)


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


async def shown_values(context: Context, tracked: TrackedComplaint) -> dict[str, Any]:
    """What the page and its printed form show."""
    page, loaded = await tracked.page(Response()), await tracked.loaded()
    files = attached((one.fact for one in loaded.facts()), scans=context.attachments.scans)

    def translate(message: str, **values: Any) -> str:
        return PAGES.text(message, tracked.lang, **values)

    return {
        "page": page,
        "head": headline(page, translate),
        "steps": [translate(step) for step in STEPS],
        "parts": parts(page, translate),
        "is_public": loaded.state.is_public,
        "now": context.clock.now(),
        "zone": zone_of_region(loaded.state.place.region if loaded.state.place else None),
        "pictures": {str(one.added.attachment): size for one in files if (size := picture_bytes(one)) is not None},
        "cleaned": CLEANED,
        "at_once": AT_ONCE_BYTES,
    }


async def _shown(
    request: Request, context: Context, tracked: TrackedComplaint, status: int = HTTPStatus.OK,
    errors: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None,
    file_faults: list[str] | None = None,
) -> Response:  # fmt: skip
    state = (await tracked.loaded()).state
    lead = await handlers.visible_lead_of(context, state)
    values = {
        **await shown_values(context, tracked),
        "offered": await moves.offered(context, state, lead),
        "errors": errors or {},
        "form_sent": form or {},
        "file_faults": file_faults or [],
        "key_field": KEY,
        "key": new_key,
        "most": BODY,
        "most_note": NOTE,
        "most_files": ATTACHMENTS,
        "limits": {kind.value: most for kind, most in context.attachment_bytes.items()},
        "done": request.query_params.get("berhasil"),
    }
    return render(request, "lacak_satu.html", status, PAGES, **values)
