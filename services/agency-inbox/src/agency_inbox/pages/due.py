"""What becomes due: the open cases by the day of their date."""

from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from agency_inbox import queries
from agency_inbox.listing import InboxFilter, cursor_of, order_of
from agency_inbox.pages import facets
from agency_inbox.pages.kit import OFFICER, AtOffice, Office, officer_names, region_names, show
from chassis.signin.pages import page_allow, page_router
from chassis.sql.types import EPOCH
from schemas.base.refusals import InvalidField
from schemas.registry.calendars import zone_of

DAYS: Final = 30
MOST: Final = 50
router: APIRouter = page_router()


@router.get("/petugas/tenggat", dependencies=[page_allow(OFFICER)])
async def due(request: Request, office: AtOffice, sesudah: str = "") -> Response:
    """What is late and what becomes due within `DAYS` days, by day."""
    now = office.context.clock.now()
    try:
        after = order_of(sesudah) if sesudah else None
    except InvalidField:
        after = None
    shown = InboxFilter(due=(EPOCH, now + timedelta(days=DAYS)))
    found = await queries.inbox_page(office.context, office.who, office.agency, shown, after, office.lang, MOST)
    rows = [{**row, "signs": facets.signs(row)} for row in found.rows]
    further = f"/petugas/tenggat?sesudah={cursor_of(found.next)}" if found.next else ""
    values: dict[str, Any] = {
        "days": [(day, list(of)) for day, of in groupby(rows, key=lambda row: _day(office, row["due_at"]))],
        "total": found.total,
        "further": further + (f"&instansi={office.agency}" if further and len(office.bodies) > 1 else ""),
        "begun": after is not None,
        "regions": await region_names(request, (row["region"] for row in rows)),
        "officers": await officer_names(office),
        "number_of_days": DAYS,
        "today": _day(office, now),
    }
    return show(request, office, "petugas_tenggat.html", **values)


def _day(office: Office, at: object) -> object:
    return at.astimezone(zone_of(office.zone)).date() if at is not None else None  # type: ignore[attr-defined]
