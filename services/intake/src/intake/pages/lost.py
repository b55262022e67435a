"""A lost code: number and contact are asked for, and the code goes to that contact if it is the reporter's."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.background import BackgroundTask

from chassis.http.access import ANYONE
from chassis.signin.forms import CitizensForm
from chassis.signin.pages import language_of, page_allow, page_router, render, said
from intake.http.filing import Context
from intake.http.lost_codes import LostCode, asked
from intake.lost_codes import send_code
from intake.pages.kit import PAGES, Form, faults
from intake.pages.track import number_of
from schemas.base.limits import CONTACT
from schemas.base.refusals import InvalidField

PATH: Final = "/lacak/kode-hilang"
NAMES: Final = {"public_number": "nomor", "email": "kontak", "phone": "kontak"}
router: APIRouter = page_router()


@router.get(PATH, dependencies=[page_allow(ANYONE)])
async def lost(request: Request, nomor: Annotated[str, Query(max_length=40)] = "", terkirim: bool = False) -> Response:
    """Ask for number and contact. `terkirim`: they were asked for just now."""
    form = {"nomor": number_of(nomor) or ""}
    return _asked(request, form, {}, sent=terkirim)


@router.post(PATH, dependencies=[page_allow(ANYONE), CitizensForm])
async def send(request: Request, context: Context, form: Form) -> Response:
    """Send the code. The page that follows is the same whether number and contact belong together."""
    lang = language_of(request)
    try:
        body = _command(form, lang)
        number = asked(context, body, request)
    except ValidationError as error:
        return _asked(request, form, faults(error, NAMES, lang), HTTPStatus.UNPROCESSABLE_ENTITY)
    except InvalidField as refusal:
        errors = {NAMES.get(str(refusal.data["field"]), ""): said(refusal, lang)}
        return _asked(request, form, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    after = BackgroundTask(send_code, context, number, body.address, body.language)
    return RedirectResponse(f"{PATH}?terkirim=true", HTTPStatus.SEE_OTHER, background=after)


def _command(form: Mapping[str, str], lang: str) -> LostCode:
    """Raises ValidationError."""
    contact = form.get("kontak", "").strip()
    kind = "email" if "@" in contact or not any(each.isdigit() for each in contact) else "phone"
    given = {"public_number": form.get("nomor", "").strip(), kind: contact, "language": lang}
    return LostCode.model_validate(given)


def _asked(
    request: Request, form: Mapping[str, str], errors: Mapping[str, str], status: int = HTTPStatus.OK, *,
    sent: bool = False,
) -> Response:  # fmt: skip
    values = {"form": form, "errors": errors, "sent": sent, "most_contact": CONTACT}
    return render(request, "lacak_kode_hilang.html", status, PAGES, **values)
