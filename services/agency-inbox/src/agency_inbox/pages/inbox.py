"""The inbox: filters with counts, a table, a bulk bar, saved views, a search."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from agency_inbox import queries
from agency_inbox.listing import cursor_of, order_of
from agency_inbox.pages import bulk, facets
from agency_inbox.pages.kit import OFFICER, AtOffice, Office, officer_names, region_names, show
from chassis.pages.forms import Form, key_of
from chassis.signin.forms import OwnForm
from chassis.signin.pages import page_allow, page_router
from schemas.base.refusals import InvalidField

MOST_TYPED: Final = 200
router: APIRouter = page_router()


@router.get("/petugas", dependencies=[page_allow(OFFICER)])
async def inbox(request: Request, office: AtOffice, sesudah: str = "") -> Response:
    """The agency's open cases, the most urgent first."""
    chosen = facets.given(request.query_params)
    try:
        after = order_of(sesudah) if sesudah else None
    except InvalidField:
        after = None  # an old or a broken address shows the first page
    shown = facets.filter_of(office, chosen)
    found = await queries.inbox_page(office.context, office.who, office.agency, shown, after, office.lang, MOST)
    further = facets.address(office, chosen, cursor_of(found.next)) if found.next else ""
    here = {"total": found.total, "further": further, "begun": after is not None, "search": None, "text": ""}
    return await _shown(request, office, chosen, found.rows, **here)


MOST: Final = 50
"""Rows of a page, so that it stays below 100 kB."""


@router.post("/petugas/cari", dependencies=[page_allow(OFFICER), OwnForm])
async def search(request: Request, office: AtOffice, form: Form) -> Response:
    """Open cases with some words. By a form, so that no address and no history keeps the words."""
    text = form.get("cari", "").strip()[:MOST_TYPED]
    found = await queries.search(office.context, office.who, office.agency, text, office.lang)
    here = {"total": len(found.rows), "further": "", "begun": False, "search": found, "text": text}
    return await _shown(request, office, {}, found.rows, **here)


@router.post("/petugas/pilihan", dependencies=[page_allow(OFFICER), OwnForm])
async def together(request: Request, office: AtOffice, form: Form) -> Response:
    """Do one thing with several cases: acknowledge, assign, export."""
    chosen = bulk.chosen([str(value) for value in (await request.form()).getlist("laporan")])
    if form.get("tindakan") == "unduh":
        return await bulk.export(request, office, chosen)
    results = await bulk.carry_out(office, chosen, form.get("tindakan", ""), form.get("petugas", ""), key_of(form))
    back = facets.address(office, facets.of_text(form.get("saringan", "")))
    return show(request, office, "petugas_hasil.html", results=results, back=back, action=form.get("tindakan", ""))


async def _shown(
    request: Request, office: Office, chosen: Mapping[str, str], rows: list[dict[str, Any]], **more: Any
) -> Response:
    counts = await queries.inbox_counts(office.context, office.who, office.agency, office.zone)
    regions = await region_names(request, facets.known_regions(counts, rows))
    officers = await officer_names(office)
    others = facets.others(office, counts, chosen, regions, officers)
    values: dict[str, Any] = {
        "rows": [{**row, "signs": facets.signs(row)} for row in rows],
        "first": facets.first(office, counts, chosen),
        "facets": others,
        "active": facets.active(office, chosen, others),
        "regions": regions,
        "officers": officers,
        "chosen": chosen,
        "here": facets.address(office, chosen),
        "query": facets.address(office, chosen).partition("?")[2],
        "clear": facets.address(office, {}),
        "saved": [
            (view.name, facets.address(office, facets.of_text(view.query)))
            for view in await office.context.offices.saved(office.agency, office.id)
        ],
        "shortcuts": await office.context.offices.shortcuts(office.id),
        "status_word": lambda status: facets.status_word(office, status),
        "units": office.registry.agencies[office.agency].units,
    }
    return show(request, office, "petugas.html", **values, **more)
