"""The form by which anybody says that the words or photos of a report should not be public."""

from collections.abc import Mapping
from http import HTTPStatus
from secrets import token_hex
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import ANYONE
from chassis.pages.forms import KEY, Form, faults, key_of, new_key
from chassis.signin.forms import CitizensForm
from chassis.signin.pages import language_of, page_allow, page_router, render, set_cookie
from chassis.write.loaded import LoadedStream
from reporting.content import ContentReport, limit_rate, take
from reporting.http import Context, public_stream
from reporting.pages.kit import PAGES
from reporting.pages.report import BROWSER, YEAR_S
from reporting.pages.reports import LIST
from schemas.base.limits import NOTE
from schemas.wording.names import CONTENT

PATH: Final = LIST + "/{nomor}/adukan"
FIELDS: Final = {"reason": "sebab", "words": "penjelasan"}
router: APIRouter = page_router()


@router.get(PATH, dependencies=[page_allow(ANYONE)])
async def ask(nomor: str, request: Request, context: Context) -> Response:
    """The form."""
    return _form(request, await public_stream(context, nomor), {}, {})


@router.post(PATH, dependencies=[page_allow(ANYONE), CitizensForm])
async def send(nomor: str, request: Request, context: Context, form: Form) -> Response:
    """Take it, and go back to the report."""
    loaded, lang = await public_stream(context, nomor), language_of(request)
    given = {to: form[name].strip() for to, name in FIELDS.items() if form.get(name, "").strip()}
    try:
        body = ContentReport.model_validate(given)
    except ValidationError as error:
        return _form(request, loaded, form, faults(error, FIELDS, lang), HTTPStatus.UNPROCESSABLE_ENTITY)
    limit_rate(context, request)
    browser = request.cookies.get(BROWSER) or token_hex(16)
    await take(context, loaded, body, browser, key_of(form))
    answer = RedirectResponse(f"{LIST}/{loaded.state.public_number}?berhasil=adukan", HTTPStatus.SEE_OTHER)
    set_cookie(request, answer, BROWSER, browser, YEAR_S)
    return answer


def _form(
    request: Request, loaded: LoadedStream, given: Mapping[str, str], errors: Mapping[str, str],
    status: int = HTTPStatus.OK,
) -> Response:  # fmt: skip
    lang = language_of(request)
    return render(
        request, "laporan_adukan.html", status, PAGES, number=loaded.state.public_number, given=given, errors=errors,
        reasons=[(reason, f"{words[lang][:1].upper()}{words[lang][1:]}") for reason, words in CONTENT.items()],
        most=NOTE, key_field=KEY, key=key_of(given) if given else new_key(),
    )  # fmt: skip
