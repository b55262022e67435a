"""Filing in three steps and a review, without JavaScript: what was answered rides in hidden fields until it is sent.

Nothing is stored before the last step. The key of the form is made on the first page, so a report is filed once.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import ANYONE
from chassis.http.headers import WITH_POSITION
from chassis.pages.parts import ask
from chassis.signin.forms import CitizensForm
from chassis.signin.pages import language_of, page_allow, page_router, render, said
from intake import decide
from intake.filing import Filing, file
from intake.http.filing import Context, limit_rate, receipt
from intake.pages import pin
from intake.pages.kit import KEY, PAGES, Form, faults, key_of, new_key
from intake.pages.opened import opened, remember
from intake.pages.track import CODE_IN_BROWSER
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.limits import ADDRESS, BODY, CONTACT
from schemas.base.refusals import InvalidField
from schemas.contract.submission import Complaining
from schemas.wording.masks import masked, masked_address
from schemas.wording.masks.told import hidden_from_public

STEP: Final = "langkah"
TO: Final = "ke"
STEPS: Final = ("kata", "tempat", "kontak", "tinjau")
SEND: Final = "kirim"
SEARCH: Final = "cari"
SEARCHED: Final = "dicari"
"""The field with the name of a region that was searched for already."""
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "kata": ("isi", "tanggal"),
    "tempat": ("wilayah", "nama_wilayah", "cari_wilayah", "alamat", *pin.FIELDS),
    "kontak": ("nama", "surel", "telepon", "anonim", "rahasia"),
    "tinjau": (),
}
"""By the step that asks for them."""
NAMES: Final[Mapping[str, str]] = {
    "text": "isi",
    "occurred_on": "tanggal",
    "place.region": "cari_wilayah",
    "place.address": "alamat",
}
"""The form's field of each field of the command that can be wrong."""
MOST_TYPED: Final = 20_000
router: APIRouter = page_router()


@router.get("/lapor", dependencies=[page_allow(ANYONE)])
async def begin(request: Request) -> Response:
    """The first step."""
    return await _step(request, "kata", {}, {})


@router.post("/lapor", dependencies=[page_allow(ANYONE), CitizensForm])
async def go_on(request: Request, context: Context, form: Form) -> Response:
    """Check the step that was filled in, and show the one that its button leads to, or file."""
    step, to, given = form.get(STEP, ""), form.get(TO, ""), _given(form)
    if step not in STEPS:
        return await _step(request, "kata", given, {})
    if to == SEARCH or _is_unsearched(step, to, form):
        return await _step(request, "tempat", {**given, "wilayah": "", "nama_wilayah": ""}, {})
    back = to in STEPS and STEPS.index(to) < STEPS.index(step)
    if step == "tempat" and (moved := pin.moved(form, given)) is not None:
        return await _step(request, "tempat", moved, {})
    errors = {} if back else _errors(context, given, language_of(request))
    # Everything is checked at every step: hidden fields can be changed too. A later step's field cannot be wrong yet.
    for each in STEPS[: STEPS.index(step) + 1]:
        if found := {field: why for field, why in errors.items() if field in FIELDS[each] or each == "tinjau"}:
            return await _step(request, each, given, found, HTTPStatus.UNPROCESSABLE_ENTITY)
    if to == SEND:
        return await _send(request, context, given)
    return await _step(request, to if to in STEPS else STEPS[STEPS.index(step) + 1 - (step == "tinjau")], given, {})


@router.get("/lapor/terkirim/{key}", dependencies=[page_allow(CODE_IN_BROWSER)])
async def sent(key: str, request: Request, context: Context) -> Response:
    """What was filed: number, code and what happens next."""
    try:
        number = parse_public_number(key)
    except MalformedCode:
        return RedirectResponse("/lapor", HTTPStatus.SEE_OTHER)
    code, lang = opened(request).get(number), language_of(request)
    if code is None:
        return RedirectResponse(f"/lacak?nomor={number}", HTTPStatus.SEE_OTHER)
    with context.guesses.attempt(request):
        complaint = await context.codes.open(code)
    loaded = await context.repository.load(complaint)
    shown = await receipt(context, loaded.state, code, lang)
    return render(request, "lapor_terkirim.html", pages=PAGES, receipt=shown, now=context.clock.now())


async def _send(request: Request, context: Context, given: Mapping[str, str]) -> Response:
    limit_rate(context.filings, request)
    filed = await file(context, Filing("", key_of(given), _command(given, language_of(request))))
    number = filed.state.public_number or ""
    answer = RedirectResponse(f"/lapor/terkirim/{number}", HTTPStatus.SEE_OTHER)
    remember(request, answer, number, filed.code)
    return answer


def _is_unsearched(step: str, to: str, form: Mapping[str, str]) -> bool:
    """Somebody typed a region and went on, as by Enter, without having seen what it may mean."""
    typed = form.get("cari_wilayah", "")
    return step == "tempat" and not to and bool(typed) and not form.get("wilayah") and typed != form.get(SEARCHED)


def _given(form: Mapping[str, str]) -> dict[str, str]:
    """The answers so far. A choice of a region holds its name behind its code."""
    names = [KEY, *(name for fields in FIELDS.values() for name in fields)]
    given = {name: form[name][:MOST_TYPED] for name in names if form.get(name)}
    code, split, name = given.get("wilayah", "").partition("|")
    if split:
        given |= {"wilayah": code, "nama_wilayah": name}
    return {**given, KEY: key_of(given)}


def _errors(context: Context, given: Mapping[str, str], lang: str) -> dict[str, str]:
    if pin.is_wrong(given):
        return {"pin": PAGES.text(pin.WRONG, lang)}
    try:
        decide.check(_command(given, lang), context.clock.now())
    except ValidationError as error:
        return faults(error, NAMES, lang)
    except InvalidField as refusal:
        return {NAMES.get(str(refusal.data["field"]), ""): said(refusal, lang)}
    return {}


def _command(given: Mapping[str, str], lang: str) -> Complaining:
    """Raises ValidationError."""
    place: dict[str, Any] = {"region": given.get("wilayah") or None, "address": given.get("alamat", "").strip() or None}
    place |= pin.place(given)
    person = {"name": given.get("nama"), "email": given.get("surel"), "phone": given.get("telepon")}
    return Complaining.model_validate(
        {
            "text": given.get("isi", ""),
            "occurred_on": given.get("tanggal") or None,
            "place": place if any(place.values()) else None,
            "reporter": person if any(person.values()) else None,
            "anonymous": "anonim" in given,
            "secret": "rahasia" in given,
            "language": lang,
        }
    )


async def _step(
    request: Request, step: str, given: Mapping[str, str], errors: Mapping[str, str], status: int = HTTPStatus.OK
) -> Response:
    lang = language_of(request)
    values: dict[str, Any] = {
        "given": {KEY: new_key(), **given}, "errors": errors, "step": step, "steps": STEPS, "fields": FIELDS,
        "most": BODY, "most_address": ADDRESS, "most_contact": CONTACT, "regions": None,
    }  # fmt: skip
    if step == "tempat" and given.get("cari_wilayah") and not given.get("wilayah"):
        found = await ask(request, "/api/v1/regions", {"name": given["cari_wilayah"][:200]})
        values["regions"] = None if found is None else found["regions"]
        values["searched"] = True
    if step == "tempat":
        values["shown_map"], values["wrong_pin"] = pin.view_of(given), pin.is_wrong(given)
        values["pinned"] = await _pinned(request, given)
        values["pin_differs"] = pin.differs(given, values["pinned"])
    if step == "tinjau":
        text, address = given.get("isi", ""), given.get("alamat")
        # As `reporting` masks it unless the matter turns out to be in public space, which nobody has read yet.
        values["public_text"] = masked_address(masked(text))
        values["hidden"] = None if "rahasia" in given else hidden_from_public((text, address), lang)
    answer = render(request, f"lapor_{step}.html", status, PAGES, **values)
    answer.headers["permissions-policy"] = WITH_POSITION
    return answer


async def _pinned(request: Request, given: Mapping[str, str]) -> Any:
    """The regions in which the pin may lie, the likeliest first; None: there is no pin, or nobody answers."""
    at = pin.place(given)
    found = await ask(request, "/api/v1/regions", at) if at else None
    return None if found is None else found["regions"]
