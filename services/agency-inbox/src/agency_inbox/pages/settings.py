"""An officer's own settings and saved views."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from agency_inbox import saved_views as saved
from agency_inbox.pages import facets
from agency_inbox.pages.kit import OFFICER, AtOffice, show
from chassis.pages.forms import Form
from chassis.signin.forms import OwnForm
from chassis.signin.pages import page_allow, page_router, said
from schemas.base.refusals import InvalidField

router: APIRouter = page_router()


@router.post("/petugas/tampilan", dependencies=[page_allow(OFFICER), OwnForm])
async def views(request: Request, office: AtOffice, form: Form) -> Response:
    """Keep the filters of the inbox under a name, or keep them no more."""
    typed, name = form.get("saringan", ""), form.get("nama", "")
    chosen = facets.of_text(typed)
    try:
        if form.get("tindakan") == "hapus":
            await saved.forget(office.context, office.who, office.agency, name)
        else:
            await saved.keep(office.context, office.who, office.agency, name, saved.filters_of(typed))
    except InvalidField as refusal:
        values = {"errors": {"nama": said(refusal, office.lang)}, "name": name, "query": typed}
        return show(request, office, "petugas_tampilan.html", refusal.status_hint, **values)
    return RedirectResponse(facets.address(office, chosen), HTTPStatus.SEE_OTHER)


@router.post("/petugas/pengaturan", dependencies=[page_allow(OFFICER), OwnForm])
async def settings(office: AtOffice, form: Form) -> Response:
    """Whether single keys are shortcuts for this person."""
    await office.context.offices.set_shortcuts(office.id, on=form.get("pintasan") == "1")
    return RedirectResponse(facets.address(office, facets.of_text(form.get("saringan", ""))), HTTPStatus.SEE_OTHER)
