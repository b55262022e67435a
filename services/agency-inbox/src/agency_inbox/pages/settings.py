"""An officer's own settings and saved views."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from agency_inbox.offices.store import Saved
from agency_inbox.pages import facets
from agency_inbox.pages.kit import OFFICER, AtOffice, Office, show
from chassis.pages.forms import Form
from chassis.signin.forms import OwnForm
from chassis.signin.pages import page_allow, page_router, said
from schemas.base.refusals import InvalidField

LONGEST: Final = 60
router: APIRouter = page_router()


@router.post("/petugas/tampilan", dependencies=[page_allow(OFFICER), OwnForm])
async def views(request: Request, office: AtOffice, form: Form) -> Response:
    """Keep the filters of the inbox under a name, or keep them no more."""
    chosen, name = facets.of_text(form.get("saringan", "")), " ".join(form.get("nama", "").split())
    try:
        if form.get("tindakan") == "hapus":
            await office.context.offices.forget(office.agency, office.id, name)
        else:
            await _keep(office, name, facets.address(office, chosen).partition("?")[2])
    except InvalidField as refusal:
        values = {"errors": {"nama": said(refusal, office.lang)}, "name": name, "query": form.get("saringan", "")}
        return show(request, office, "petugas_tampilan.html", refusal.status_hint, **values)
    return RedirectResponse(facets.address(office, chosen), HTTPStatus.SEE_OTHER)


async def _keep(office: Office, name: str, query: str) -> None:
    if not 1 <= len(name) <= LONGEST or not name.isprintable():
        raise InvalidField(field="name", why=f"must have 1 to {LONGEST} characters")
    await office.context.offices.save(office.agency, office.id, Saved(name, query[:500]))


@router.post("/petugas/pengaturan", dependencies=[page_allow(OFFICER), OwnForm])
async def settings(office: AtOffice, form: Form) -> Response:
    """Whether single keys are shortcuts for this person."""
    await office.context.offices.set_shortcuts(office.id, on=form.get("pintasan") == "1")
    return RedirectResponse(facets.address(office, facets.of_text(form.get("saringan", ""))), HTTPStatus.SEE_OTHER)
