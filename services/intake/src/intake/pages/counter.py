"""Filing for somebody at a counter: one form that an officer fills in, and a receipt with the code to hand over.

The officer files as anybody does: the report goes to whoever is competent, not to the officer's own agency.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import Rule, has
from chassis.pages.parts import ask
from chassis.signin.forms import OwnForm
from chassis.signin.pages import PageSession, language_of, page_allow, page_router, render, said
from chassis.signin.session import csrf_token
from intake import decide
from intake.filing import Filing, file
from intake.http.filing import Context, limit_rate, receipt
from intake.pages.kit import KEY, PAGES, Form, faults, key_of, new_key
from intake.pages.opened import forget, opened, remember
from schemas.access.principal import Role
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.limits import ADDRESS, BODY, CONTACT
from schemas.base.refusals import InvalidField
from schemas.contract.submission import Complaining

OFFICER: Final = Rule("officers and unit heads of an agency", has(Role.OFFICER, Role.UNIT_HEAD))
COUNTER: Final = "desk"
"""The name of the channel."""
NAMES: Final[Mapping[str, str]] = {
    "text": "isi",
    "occurred_on": "tanggal",
    "place.region": "cari_wilayah",
    "place.address": "alamat",
    "reporter.name": "nama",
    "reporter.email": "surel",
    "reporter.phone": "telepon",
}
"""The form's field of each field of the command that can be wrong."""
SEARCH: Final = "cari"
router: APIRouter = page_router()


@router.get("/petugas/lapor", dependencies=[page_allow(OFFICER)])
async def begin(request: Request, session: PageSession) -> Response:
    """The empty form."""
    return await _shown(request, session, {}, {})


@router.post("/petugas/lapor", dependencies=[page_allow(OFFICER), OwnForm])
async def send(request: Request, session: PageSession, context: Context, form: Form) -> Response:
    """File, or search a region, or show what is wrong with everything filled in."""
    typed = form.get("cari_wilayah", "").strip()
    unsearched = bool(typed) and not form.get("wilayah") and typed != form.get("dicari")
    if form.get("ke") == SEARCH or unsearched:
        return await _shown(request, session, {**form, "wilayah": ""}, {})
    lang = language_of(request)
    try:
        command = _command(form)
        decide.check(command, context.clock.now())
    except ValidationError as error:
        return await _shown(request, session, form, faults(error, NAMES, lang), HTTPStatus.UNPROCESSABLE_ENTITY)
    except InvalidField as refusal:
        errors = {NAMES.get(str(refusal.data["field"]), ""): said(refusal, lang)}
        return await _shown(request, session, form, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    limit_rate(context.filings, request)
    filed = await file(context, Filing("", key_of(form), command))
    number = filed.state.public_number or ""
    answer = RedirectResponse(f"/petugas/lapor/{number}", HTTPStatus.SEE_OTHER)
    remember(request, answer, number, filed.code)
    return answer


@router.get("/petugas/lapor/{key}", dependencies=[page_allow(OFFICER)])
async def sent(key: str, request: Request, session: PageSession, context: Context) -> Response:
    """The receipt to print, as long as this browser holds the code."""
    number, code = _held(request, key)
    if code is None:
        return RedirectResponse("/petugas/lapor", HTTPStatus.SEE_OTHER)
    with context.guesses.attempt(request):
        complaint = await context.codes.open(code)
    loaded = await context.repository.load(complaint)
    shown = await receipt(context, loaded.state, code, language_of(request))
    values: dict[str, Any] = {"receipt": shown, "now": context.clock.now(), "number": number, "state": loaded.state}
    return render(request, "loket_terkirim.html", pages=PAGES, csrf=_csrf(session), **values)


@router.post("/petugas/lapor/{key}", dependencies=[page_allow(OFFICER), OwnForm])
async def hand_over(key: str, request: Request) -> Response:
    """The receipt is with the person: this browser forgets the code."""
    answer = RedirectResponse("/petugas/lapor", HTTPStatus.SEE_OTHER)
    number, _ = _held(request, key)
    if number:
        forget(request, answer, number)
    return answer


def _held(request: Request, key: str) -> tuple[str, str | None]:
    try:
        number = parse_public_number(key)
    except MalformedCode:
        return "", None
    return number, opened(request).get(number)


def _csrf(session: PageSession) -> str:
    return csrf_token(session.id) if session else ""


def _command(form: Mapping[str, str]) -> Complaining:
    """Raises ValidationError."""

    def text(name: str) -> str | None:
        return form.get(name, "").strip() or None

    place = {"region": (text("wilayah") or "").partition("|")[0] or None, "address": text("alamat")}
    person = {"name": text("nama"), "email": text("surel"), "phone": text("telepon")}
    return Complaining.model_validate(
        {
            "text": text("isi") or "",
            "occurred_on": text("tanggal"),
            "place": place if any(place.values()) else None,
            "reporter": person if any(person.values()) else None,
            "anonymous": "anonim" in form,
            "secret": "rahasia" in form,
            "channel": COUNTER,
        }
    )


async def _shown(
    request: Request,
    session: PageSession,
    form: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = HTTPStatus.OK,
) -> Response:
    regions, typed = None, form.get("cari_wilayah", "").strip()
    if typed and not form.get("wilayah"):
        found = await ask(request, "/api/v1/regions", {"name": typed[:200]})
        regions = [] if found is None else found["regions"]
    values: dict[str, Any] = {
        "given": form, "errors": errors, "regions": regions, "csrf": _csrf(session), "key_field": KEY,
        "key": key_of(form) if form else new_key(), "most": BODY, "most_address": ADDRESS, "most_contact": CONTACT,
    }  # fmt: skip
    return render(request, "loket.html", status, PAGES, **values)
