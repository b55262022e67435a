"""Following a public report by e-mail: ask for it, confirm with the code that the address gets, end it.

The rules are those of the API; nothing changes by following a link, since programs that read mail follow links too.
The link of a mail holds the code; a cookie takes it, so that the address of the page and the history hold none.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import ANYONE
from chassis.pages.texts import N_
from chassis.signin.forms import CitizensForm
from chassis.signin.pages import language_of, page_allow, page_router, render, said, set_cookie
from intake.http import follow
from intake.http.filing import Context
from intake.http.follow import ByCode, Follow
from intake.pages.kit import KEY, PAGES, Form, faults, key_of, new_key
from schemas.base.ids import MalformedCode, parse_tracking_code
from schemas.base.limits import CONTACT
from schemas.base.refusals import InvalidField, NotFound

PATH: Final = "/laporan/{nomor}/ikuti"
CODE_PATH: Final = PATH + "/kode"
END: Final = "berhenti"
KEPT_S: Final = 600
"""How long a browser keeps the code of a link."""
NEEDED: Final = N_("Tulis alamat surel Anda.")
UNKNOWN: Final = N_("Kode itu tidak berlaku untuk laporan ini, atau sudah kedaluwarsa.")
router: APIRouter = page_router()


@router.get(PATH, dependencies=[page_allow(ANYONE)])
async def ask(nomor: str, request: Request, context: Context) -> Response:
    """The form for the address."""
    number = await follow.public_number_of(context, nomor)
    return _asked(request, number, {}, {})


@router.post(PATH, dependencies=[page_allow(ANYONE), CitizensForm])
async def send(nomor: str, request: Request, context: Context, form: Form) -> Response:
    """Send the code to the address."""
    number, lang = await follow.public_number_of(context, nomor), language_of(request)
    address = form.get("surel", "").strip()
    if not address:
        errors = {"surel": PAGES.text(NEEDED, lang)}
        return _asked(request, number, form, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        body = Follow.model_validate({"email": address, "language": lang})
    except ValidationError as error:
        wrong = faults(error, {"email": "surel"}, lang)
        return _asked(request, number, form, wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
    await follow.follow(number, body, request, context, key_of(form))
    return RedirectResponse(f"/laporan/{number}/ikuti/kode?berhasil=terkirim", HTTPStatus.SEE_OTHER)


@router.get(CODE_PATH, dependencies=[page_allow(ANYONE)])
async def code(
    nomor: str, request: Request, context: Context, kode: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """The form for the code: it confirms the address, or ends the notices. With a code, as the link of a mail has it,
    it leads to the form that holds the code.
    """
    number = await follow.public_number_of(context, nomor)
    if not kode:
        return _code(request, number, _kept(request, number), {})
    try:
        given = parse_tracking_code(kode)
    except MalformedCode:
        return _code(request, number, kode, {})
    answer = RedirectResponse(f"/laporan/{number}/ikuti/kode", HTTPStatus.SEE_OTHER)
    set_cookie(request, answer, _cookie(request), f"{number}:{given}", KEPT_S)
    return answer


@router.post(CODE_PATH, dependencies=[page_allow(ANYONE), CitizensForm])
async def by_code(nomor: str, request: Request, context: Context, form: Form) -> Response:
    """Confirm the address, or end the notices."""
    number, lang = await follow.public_number_of(context, nomor), language_of(request)
    given, ends = form.get("kode", ""), form.get("tindakan") == END
    try:
        act = follow.unfollow if ends else follow.confirm
        await act(number, ByCode(follow_code=given), request, context, key_of(form))
    except InvalidField as refusal:
        return _code(request, number, given, {"kode": said(refusal, lang)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    except NotFound:
        errors = {"kode": PAGES.text(UNKNOWN, lang)}
        return _code(request, number, given, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    done = END if ends else "ikut"
    answer = RedirectResponse(f"/laporan/{number}/ikuti/kode?berhasil={done}", HTTPStatus.SEE_OTHER)
    if _cookie(request) in request.cookies:
        set_cookie(request, answer, _cookie(request), "", 0)
    return answer


def _cookie(request: Request) -> str:
    return "__Host-ikuti" if request.scope["scheme"] == "https" else "ikuti"


def _kept(request: Request, number: str) -> str:
    """The code of a link that this browser opened; empty: none, or of another report."""
    whose, _, code = request.cookies.get(_cookie(request), "").partition(":")
    try:
        return parse_tracking_code(code) if whose == number else ""
    except MalformedCode:
        return ""


def _asked(
    request: Request, number: str, given: Mapping[str, str], errors: Mapping[str, str], status: int = HTTPStatus.OK
) -> Response:
    return _page(request, "ikuti.html", status, number=number, given=given, errors=errors, most=CONTACT)


def _code(
    request: Request, number: str, given: str, errors: Mapping[str, str], status: int = HTTPStatus.OK
) -> Response:
    done = request.query_params.get("berhasil")
    return _page(request, "ikuti_kode.html", status, number=number, given=given, errors=errors, done=done, end=END)


def _page(request: Request, template: str, status: int, **values: Any) -> Response:
    return render(request, template, status, PAGES, key_field=KEY, key=new_key(), **values)
