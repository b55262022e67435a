"""What people report of the content of public reports: one report at a time, with the desk's decisions about it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import TRIAGE
from chassis.pages.forms import KEY, Form, new_key
from chassis.signin.forms import OwnForm
from chassis.signin.pages import PageCaller, PageSession, language_of, page_allow, page_router, render
from chassis.write.loaded import LoadedStream
from router.context import Router
from router.http import content
from router.http.request import Context
from router.pages.case import asked_with, changed_since, check_changed
from router.pages.desk_forms import Move
from router.pages.kit import MOVE, PAGES, errors_of, guard
from schemas.base import limits
from schemas.base.client_keys import is_uuid
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.refusals import NotFound, Refusal, VersionMismatch
from schemas.complaint.lifecycle import Status
from schemas.deadlines import timeline_due
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.wording.names import CONTENT, holder
from schemas.wording.public_text import public_text, public_title

router: APIRouter = page_router()
PATH: Final = "/meja/aduan-isi"
AFTER: Final = "sesudah"
REWORD: Final = "rumuskan"
DECISIONS: Final[Mapping[str, Move]] = {
    "biarkan": Move(content.ContentNoteBody, {"pesan_biarkan": "note"}, content.keep),
    "sembunyikan": Move(content.HidingBody, {"sebab": "reason", "pesan_sembunyikan": "note"}, content.hide),
    "tampilkan": Move(content.ContentNoteBody, {"pesan_tampilkan": "note"}, content.show),
    REWORD: Move(content.RewordingBody, {"judul": "title", "kata": "text", "pesan_rumuskan": "reason"}, content.reword),
}
"""What the desk can do, each behind its route of the API."""


class Queue(NamedTuple):
    """Where the report that is shown stands. `after`: the key that it stands behind; `next`: the one behind which the
    list goes on; empty: there is none.
    """

    total: int
    after: str = ""
    next: str = ""


@router.get(PATH, dependencies=[page_allow(TRIAGE)])
async def next_one(
    request: Request, found: PageSession, context: Context, sesudah: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The report whose content waits longest for a decision; with `sesudah` the first behind that key."""
    page = await content.reported_page(context, language_of(request), sesudah, size=1)
    while not page["reports"] and page["next"]:  # one that the public does not know of any more
        page = await content.reported_page(context, language_of(request), page["next"], size=1)
    if not page["reports"]:
        return render(
            request, "meja_aduan_kosong.html", pages=PAGES, total=page["total"], after=sesudah, done=_done(request)
        )
    [item] = page["reports"]
    loaded = await context.repository.load(UUID(item["complaint"]))
    return await _shown(request, context, guard(found), loaded, item, Queue(page["total"], sesudah, page["next"] or ""))


@router.get(PATH + "/{complaint}", dependencies=[page_allow(TRIAGE)])
async def one(complaint: UUID, request: Request, found: PageSession, context: Context) -> Response:
    """One public report, whether it waits or was decided about."""
    return await _again(request, context, found, complaint, {}, HTTPStatus.OK, {})


@router.post(PATH + "/{complaint}", dependencies=[page_allow(TRIAGE), OwnForm])
async def decide(
    complaint: UUID, request: Request, who: PageCaller, found: PageSession, context: Context, form: Form
) -> Response:
    """Carry out a decision, and lead to the next report."""
    lang, name = language_of(request), form.get(MOVE, "")
    if name not in DECISIONS:
        raise NotFound(decision=name)
    decision, loaded = DECISIONS[name], await _public(context, complaint)
    given = {to: form[field] for field, to in decision.fields.items() if form.get(field, "").strip()}
    try:
        if name == REWORD:
            check_changed(form, loaded.state, public_title(loaded.state), public_text(loaded.state))
        asked = asked_with(request, context, who, form, loaded)
        await decision.carry(complaint, decision.body.model_validate(given), asked)
    except VersionMismatch:
        changed = await changed_since(request, context, form, await _public(context, complaint))
        return await _again(request, context, found, complaint, form, HTTPStatus.CONFLICT, {}, changed)
    except (ValidationError, Refusal) as error:
        errors = errors_of(error, {to: field for field, to in decision.fields.items()}, lang)
        return await _again(request, context, found, complaint, form, HTTPStatus.UNPROCESSABLE_ENTITY, errors)
    told = {"berhasil": name, "nomor": loaded.state.public_number, "laporan": str(complaint)}
    after = {AFTER: form[AFTER]} if form.get(AFTER) else {}
    return RedirectResponse(f"{PATH}?{urlencode({**after, **told})}", HTTPStatus.SEE_OTHER)


async def _public(context: Router, complaint: UUID) -> LoadedStream:
    """Raises NotFound: there is none, or the public does not know of it."""
    loaded = await context.repository.load(complaint)
    if not (loaded.recorded and loaded.state.may_be_public):
        raise NotFound(complaint=str(complaint))
    return loaded


async def _again(
    request: Request, context: Router, found: Any, complaint: UUID, form: Mapping[str, str], code: int,
    errors: Mapping[str, str], changed: Sequence[Mapping[str, Any]] = (),
) -> Response:  # fmt: skip
    """The report's page with what was written in its forms."""
    loaded = await _public(context, complaint)
    item = await content.reported_item(context, loaded, language_of(request))
    queue = Queue(await content.waiting(context), form.get(AFTER, ""))
    return await _shown(
        request, context, guard(found), loaded, item, queue, code, errors=errors, form_sent=form, changed=changed[::-1]
    )


async def _shown(
    request: Request, context: Router, hidden: Mapping[str, str], loaded: LoadedStream, item: Mapping[str, Any],
    queue: Queue, code: int = HTTPStatus.OK, **more: Any,
) -> Response:  # fmt: skip
    lang, state, registry = language_of(request), loaded.state, await context.registry.current()
    reasons = [(reason, _sentence(words[lang])) for reason, words in CONTENT.items()]
    values = {"errors": {}, "form_sent": {}, "changed": (), **more}
    return render(
        request, "meja_aduan.html", code, PAGES, item=item, hidden=hidden, queue=queue, reasons=reasons,
        why={reason: words[lang] for reason, words in CONTENT.items()}, version=state.version,
        closed=state.status is Status.CLOSED, held_by=holder(registry.holder(state.holder), registry, lang),
        due_at=timeline_due(state, registry, context.policies), now=context.clock.now(),
        zone=DEFAULT_ZONE, done=_done(request), key_field=KEY, key=new_key, note_most=limits.NOTE,
        body_most=limits.BODY, title_most=limits.TITLE, **values,
    )  # fmt: skip


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _done(request: Request) -> dict[str, str]:
    """What was decided last, for the sentence above the next report."""
    asked = request.query_params
    try:
        number = parse_public_number(asked.get("nomor", ""))
    except MalformedCode:
        return {}
    name, complaint = asked.get("berhasil", ""), asked.get("laporan", "")
    return {"decision": name, "number": number, "id": complaint} if name in DECISIONS and is_uuid(complaint) else {}
