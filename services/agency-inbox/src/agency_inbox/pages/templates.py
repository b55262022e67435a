"""Answer templates of an agency: primary data that its officers write, change and delete."""

from collections.abc import Mapping
from http import HTTPStatus
from secrets import token_bytes
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from agency_inbox.offices.store import Changed, Template
from agency_inbox.pages.filling import FIELDS, check
from agency_inbox.pages.kit import OFFICER, AtOffice, Office, show
from chassis.base.numbers import whole_number
from chassis.pages.forms import Form
from chassis.signin.forms import OwnForm
from chassis.signin.pages import page_allow, page_router, said
from schemas.base.limits import BODY
from schemas.base.refusals import InvalidField, NotFound

NAME: Final = 100
MOST: Final = BODY // 2
"""Characters of a template: an answer has room for more."""
FORM: Final = {"name": "nama", "text": "kata"}
router: APIRouter = page_router()


@router.get("/petugas/templat", dependencies=[page_allow(OFFICER)])
async def templates(request: Request, office: AtOffice, ubah: str = "") -> Response:
    """All of them, and a form for a new one, or for the one that is changed."""
    return await _shown(request, office, await _chosen(office, ubah) if ubah else None)


@router.post("/petugas/templat", dependencies=[page_allow(OFFICER), OwnForm])
async def change(request: Request, office: AtOffice, form: Form) -> Response:
    """Add, change or delete one."""
    id_ = form.get("templat", "")
    if form.get("tindakan") == "hapus":
        await office.context.offices.delete_template(office.agency, id_)
        return _back(office, "hapus")
    version = whole_number(form.get("versi", "")) or 0
    made = Template(
        id_ if id_ and version else str(UUID(bytes=token_bytes(16), version=4)),
        version if id_ else 0,
        " ".join(form.get("nama", "").split()),
        form.get("kata", "").replace("\r\n", "\n").strip(),
    )
    try:
        _check(made)
        await office.context.offices.keep_template(office.agency, made, office.context.clock.now())
    except InvalidField as refusal:
        errors = {FORM[str(refusal.data["field"])]: said(refusal, office.lang)}
        return await _shown(request, office, made, HTTPStatus.UNPROCESSABLE_ENTITY, errors)
    except Changed:
        return await _conflict(request, office, made)
    return _back(office, "simpan")


async def _conflict(request: Request, office: Office, made: Template) -> Response:
    """Both texts, and the form on the new version; a template that was deleted meanwhile is added anew."""
    theirs = {each.id: each for each in await office.context.offices.templates(office.agency)}.get(made.id)
    mine = made._replace(version=theirs.version if theirs else 0)
    return await _shown(request, office, mine, HTTPStatus.CONFLICT, {}, theirs, conflict=True)


def _check(made: Template) -> None:
    for field, text, most in (("name", made.name, NAME), ("text", made.text, MOST)):
        if not 1 <= len(text) <= most:
            raise InvalidField(field=field, why=f"must have 1 to {most} characters")
        if "\0" in text:
            raise InvalidField(field=field, why="must not hold a NUL character")
    check(made.text)


async def _chosen(office: Office, id_: str) -> Template:
    for each in await office.context.offices.templates(office.agency):
        if each.id == id_:
            return each
    raise NotFound(template=id_)


def _back(office: Office, done: str) -> Response:
    suffix = f"&instansi={office.agency}" if len(office.bodies) > 1 else ""
    return RedirectResponse(f"/petugas/templat?berhasil={done}{suffix}", HTTPStatus.SEE_OTHER)


async def _shown(
    request: Request,
    office: Office,
    edited: Template | None,
    status: int = HTTPStatus.OK,
    errors: Mapping[str, str] | None = None,
    theirs: Template | None = None,
    *,
    conflict: bool = False,
) -> Response:
    values: dict[str, Any] = {
        "templates": await office.context.offices.templates(office.agency),
        "edited": edited,
        "errors": errors or {},
        "theirs": theirs,
        "conflict": conflict,
        "fields": [f"{{{name}}}" for name in FIELDS],
        "most": MOST,
        "done": request.query_params.get("berhasil") if status == HTTPStatus.OK else None,
    }
    return show(request, office, "petugas_templat.html", status, **values)
