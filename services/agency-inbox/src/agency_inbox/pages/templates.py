"""Answer templates of an agency on a page: its officers write, change and delete them."""

from collections.abc import Mapping
from http import HTTPStatus
from secrets import token_bytes
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from agency_inbox import answer_templates as kept
from agency_inbox.answer_templates import MOST
from agency_inbox.offices.fields import FIELDS
from agency_inbox.offices.store import Template
from agency_inbox.pages.kit import OFFICER, AtOffice, Office, show
from chassis.base.numbers import whole_number
from chassis.pages.forms import Form
from chassis.signin.forms import OwnForm
from chassis.signin.pages import page_allow, page_router, said
from schemas.base.client_keys import is_uuid
from schemas.base.refusals import InvalidField, NotFound, VersionMismatch

FORM: Final = {"name": "nama", "text": "kata"}
router: APIRouter = page_router()


@router.get("/petugas/templat", dependencies=[page_allow(OFFICER)])
async def templates(request: Request, office: AtOffice, ubah: str = "", hapus: str = "") -> Response:
    """All of them, and a form for a new one, or for the one that is changed; or whether one is to be deleted."""
    try:
        named = await kept.one(office.context, office.agency, hapus or ubah) if hapus or ubah else None
    except NotFound:
        return await _gone(request, office)
    return _confirm(request, office, named) if named and hapus else await _shown(request, office, named)


@router.post("/petugas/templat", dependencies=[page_allow(OFFICER), OwnForm])
async def change(request: Request, office: AtOffice, form: Form) -> Response:
    """Add, change or delete one."""
    id_, version = form.get("templat", ""), whole_number(form.get("versi", "")) or 0
    if form.get("tindakan") == "hapus":
        return await _delete(request, office, id_, version)
    made = Template(id_, version if id_ else 0, form.get("nama", ""), form.get("kata", ""))
    named = UUID(id_) if is_uuid(id_) and version else UUID(bytes=token_bytes(16), version=4)
    try:
        await kept.keep(office.context, office.agency, named, made.version, made.name, made.text)
    except InvalidField as refusal:
        errors = {FORM[str(refusal.data["field"])]: said(refusal, office.lang)}
        return await _shown(request, office, made, HTTPStatus.UNPROCESSABLE_ENTITY, errors)
    except VersionMismatch:
        return await _conflict(request, office, made)
    return _back(office, "simpan")


async def _delete(request: Request, office: Office, id_: str, version: int) -> Response:
    if not is_uuid(id_):
        return await _gone(request, office)
    try:
        await kept.delete(office.context, office.agency, UUID(id_), version)
    except VersionMismatch:
        changed = await kept.one(office.context, office.agency, id_)
        return _confirm(request, office, changed, HTTPStatus.CONFLICT)
    return _back(office, "hapus")


async def _gone(request: Request, office: Office) -> Response:
    """A colleague deleted it meanwhile, or the address is old: the templates that there are."""
    return await _shown(request, office, None, HTTPStatus.NOT_FOUND)


def _confirm(request: Request, office: Office, one: Template, status: int = HTTPStatus.OK) -> Response:
    return show(request, office, "petugas_templat_hapus.html", status, one=one, changed=status == HTTPStatus.CONFLICT)


async def _conflict(request: Request, office: Office, made: Template) -> Response:
    """Both texts, and the form on the new version; a template that was deleted meanwhile is added anew."""
    theirs = {each.id: each for each in await kept.listed(office.context, office.agency)}.get(made.id)
    mine = made._replace(version=theirs.version if theirs else 0)
    return await _shown(request, office, mine, HTTPStatus.CONFLICT, {}, theirs, conflict=True)


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
        "templates": await kept.listed(office.context, office.agency),
        "edited": edited,
        "errors": errors or {},
        "theirs": theirs,
        "conflict": conflict,
        "gone": status == HTTPStatus.NOT_FOUND,
        "fields": [f"{{{name}}}" for name in FIELDS],
        "most": MOST,
        "done": request.query_params.get("berhasil") if status == HTTPStatus.OK else None,
    }
    return show(request, office, "petugas_templat.html", status, **values)
