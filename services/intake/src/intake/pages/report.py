"""Filing in steps and a review, without JavaScript: what was answered rides in hidden fields until it is sent.

Nothing but files is stored before the last step. The key of the form is made on the first page, so a report is filed
once.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from chassis.base.errors import ChassisError
from chassis.http.access import ANYONE
from chassis.http.headers import WITH_POSITION
from chassis.pages.parts import ask
from chassis.pages.texts import N_
from chassis.signin.forms import CitizensForm
from chassis.signin.pages import language_of, page_allow, page_router, render
from intake import files_ahead
from intake.context import Intake
from intake.filing import file
from intake.http.filing import Context, limit_rate
from intake.pages import pin
from intake.pages.file_faults import fault, in_address
from intake.pages.filing_form import (
    ASKED,
    FIELDS,
    HIDE,
    LIKE,
    MORE_FILES,
    OTHER,
    PROPOSED,
    REMOVE,
    SEARCH,
    SEARCHED,
    SEND,
    STEP,
    STEPS,
    SUPPORT,
    TO,
    UNKNOWN,
    answers_digest,
    complaint_of,
    errors_in,
    filing_of,
    given_in,
    without,
)
from intake.pages.kit import KEY, PAGES, key_of, new_key
from intake.pages.like import Compared, compare, support
from intake.pages.opened import remember
from intake.pages.photos import Refused, keep_ahead
from intake.pages.review import hidden, review_of
from intake.pages.sent_form import FILES, Sent
from intake.pages.status import turn_of
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.limits import ADDRESS, ATTACHMENTS, BODY, CONTACT
from schemas.base.refusals import Refusal
from schemas.complaint.lifecycle import Status

WITH_FILES: Final = "/lapor/lampiran"
"""Where the review page sends its form. The limit of a request's size does not hold for addresses that end so."""
log = structlog.get_logger(__name__)
router: APIRouter = page_router()


@router.get("/lapor", dependencies=[page_allow(ANYONE)])
async def begin(request: Request, context: Context) -> Response:
    """The first step."""
    return await _step(request, context, "kata", {}, {})


@router.post("/lapor", dependencies=[page_allow(ANYONE), CitizensForm])
@router.post(WITH_FILES, dependencies=[page_allow(ANYONE), CitizensForm])
async def go_on(request: Request, context: Context, sent: Sent) -> Response:
    """Check the step that was filled in, and show the one that its button leads to, or file."""
    form, lang = sent.fields, language_of(request)
    step, to, given = form.get(STEP, ""), form.get(TO, ""), given_in(form)
    if step not in STEPS:
        return await _step(request, context, "kata", given, {})
    refused = await _kept(request, context, given, sent)
    if "lang" in form:  # the language switch keeps the page
        compared = await compare(request, given, lang) if step == LIKE else None
        return await _step(request, context, step, given, {}, compared=compared)
    if (answer := await _in_place(request, context, step, to, given, form, refused)) is not None:
        return answer
    if step == "tempat" and (moved := pin.moved(form, given)) is not None:
        return await _step(request, context, "tempat", moved, {})
    back = to in STEPS and STEPS.index(to) < STEPS.index(step)
    errors = {} if back else errors_in(context, given, lang)
    # Everything is checked at every step: hidden fields can be changed too. A later step's field cannot be wrong yet.
    for each in STEPS[: STEPS.index(step) + 1]:
        if found := {field: why for field, why in errors.items() if field in FIELDS[each] or each == "tinjau"}:
            return await _step(request, context, each, given, found, HTTPStatus.UNPROCESSABLE_ENTITY)
    if to == SEND:
        return await _send(request, context, given, refused)
    return await _forward(request, context, step, to, given)


@router.get(WITH_FILES, dependencies=[page_allow(ANYONE)])
async def begin_again() -> Response:
    """What a browser asks for that goes back to the address of the review."""
    return RedirectResponse("/lapor", HTTPStatus.SEE_OTHER)


@router.get("/lapor/didukung/{key}", dependencies=[page_allow(ANYONE)])
async def supported(key: str, request: Request) -> Response:
    """Thanks for supporting another report instead."""
    try:
        number = parse_public_number(key)
    except MalformedCode:
        return RedirectResponse("/lapor", HTTPStatus.SEE_OTHER)
    report = await ask(request, f"/api/v1/reports/{number}", {"lang": language_of(request)})
    reporter = PAGES.text(N_("pelapornya"), language_of(request))
    turn = turn_of(Status(report["status"]), report["agency_name"], reporter) if report else None
    return render(request, "lapor_didukung.html", pages=PAGES, number=number, report=report, turn=turn)


async def _kept(request: Request, context: Intake, given: Mapping[str, str], sent: Any) -> list[Refused]:
    """Keep the files that came with the form."""
    if not sent.files:
        return []
    limit_rate(context.filings, request)
    return await keep_ahead(context, complaint_of(given), sent.files)


async def _in_place(
    request: Request, context: Intake, step: str, to: str, given: dict[str, str], form: Mapping[str, str],
    refused: Sequence[Refused],
) -> Response | None:  # fmt: skip
    """What a button does that stays on its step; None: it leads on."""
    lang = language_of(request)
    if to == SEARCH or _is_unsearched(step, to, form):
        return await _step(request, context, "tempat", {**given, "wilayah": "", "nama_wilayah": ""}, {})
    if to == UNKNOWN:
        return await _forward(request, context, "tempat", "", without(given, "tempat"))
    if to.startswith(SUPPORT):
        return await _support(request, context, to.removeprefix(SUPPORT), given)
    if to == HIDE:
        return await _step(request, context, "tinjau", hidden(given, lang), {})
    if to.startswith(REMOVE):
        await _remove(context, complaint_of(given), to.removeprefix(REMOVE))
        return await _step(request, context, "tinjau", given, {})
    if to == MORE_FILES or (refused and to != SEND):
        errors = {FILES: " ".join(fault(each.why, each.name, lang) for each in refused)} if refused else {}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        return await _step(request, context, "tinjau", given, errors, status)
    return None


async def _remove(context: Intake, complaint: UUID, attachment: str) -> None:
    try:
        await files_ahead.remove(context, complaint, UUID(attachment))
    except ValueError:
        return


async def _support(request: Request, context: Intake, number: str, given: dict[str, str]) -> Response:
    limit_rate(context.filings, request)
    try:
        done = await support(request, parse_public_number(number), key_of(given), language_of(request))
    except MalformedCode:
        done = False
    if not done:
        return await _forward(request, context, "tempat", "", given)
    return RedirectResponse(f"/lapor/didukung/{number}", HTTPStatus.SEE_OTHER)


async def _forward(request: Request, context: Intake, step: str, to: str, given: dict[str, str]) -> Response:
    """The step that was asked for, else the next one. Likeness is asked only where there is a like report."""
    wanted = to if to in STEPS else STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]
    if step == LIKE and wanted == "kontak":
        given = {**given, OTHER: answers_digest(given)}
    if wanted != LIKE:
        return await _step(request, context, wanted, given, {})
    compared = await compare(request, given, language_of(request))
    given = without(given, LIKE) | {name: given[name] for name in (OTHER,) if name in given}
    if compared.proposed:
        given[PROPOSED] = compared.proposed
    if not compared.like or given.get(OTHER) == answers_digest(given):
        return await _step(request, context, "kontak", given, {})
    return await _step(request, context, LIKE, given, {}, compared=compared)


async def _send(request: Request, context: Intake, given: Mapping[str, str], refused: Sequence[Refused]) -> Response:
    limit_rate(context.filings, request)
    filed = await file(context, filing_of(given, language_of(request)))
    faults = [(each.number, each.why) for each in refused]
    try:
        joined = await files_ahead.join(context, filed.state.id)
        faults += [(0, Refusal())] * joined.lost
    except ChassisError as error:  # the complaint is filed, and the sweep attaches what waits
        log.warning("files wait for the sweep", complaint=str(filed.state.id), error=type(error).__name__)
    number = filed.state.public_number or ""
    query = urlencode(in_address(faults))
    answer = RedirectResponse(f"/lapor/terkirim/{number}" + (f"?{query}" if query else ""), HTTPStatus.SEE_OTHER)
    remember(request, answer, number, filed.code)
    return answer


def _is_unsearched(step: str, to: str, form: Mapping[str, str]) -> bool:
    """Somebody typed a region and went on, as by Enter, without having seen what it may mean."""
    typed = form.get("cari_wilayah", "")
    return step == "tempat" and not to and bool(typed) and not form.get("wilayah") and typed != form.get(SEARCHED)


async def _step(
    request: Request, context: Intake, step: str, given: Mapping[str, str], errors: Mapping[str, str],
    status: int = HTTPStatus.OK, compared: Compared | None = None,
) -> Response:  # fmt: skip
    lang = language_of(request)
    values: dict[str, Any] = {
        "given": {KEY: new_key(), **given}, "errors": errors, "step": step, "asked": ASKED, "fields": FIELDS,
        "back": {"tempat": "kata", "mirip": "tempat", "kontak": "tempat", "tinjau": "kontak"}.get(step),
        "most": BODY, "most_address": ADDRESS, "most_contact": CONTACT, "most_files": ATTACHMENTS, "regions": None,
        "action": WITH_FILES if step == "tinjau" else "/lapor", "compared": compared,
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
        values |= await review_of(context, given, lang)
    answer = render(request, f"lapor_{step}.html", status, PAGES, **values)
    answer.headers["permissions-policy"] = WITH_POSITION
    return answer


async def _pinned(request: Request, given: Mapping[str, str]) -> Any:
    """The regions in which the pin may lie, the likeliest first; None: there is no pin, or nobody answers."""
    at = pin.place(given)
    found = await ask(request, "/api/v1/regions", at) if at else None
    return None if found is None else found["regions"]
