"""The view of whoever leads: what climbed the ladder, who has how much, what becomes due this week."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from agency_inbox import queries
from agency_inbox.listing import InboxFilter
from agency_inbox.pages import facets
from agency_inbox.pages.kit import OFFICER, AtOffice, Office, officer_names, region_names, show
from agency_inbox.views import NONE
from chassis.pages.parts import Call, asked
from chassis.signin.pages import page_allow, page_router

RUNGS: Final = (1, 2, 3)
MOST: Final = 20
router: APIRouter = page_router()


@router.get("/petugas/unit", dependencies=[page_allow(OFFICER)])
async def unit(request: Request, office: AtOffice) -> Response:
    """For a unit's head their unit; for officers of the whole agency all of it."""
    counts = await queries.inbox_counts(office.context, office.who, office.agency, office.zone)
    officers = await officer_names(office)
    week = InboxFilter(due=queries.period(office.context, "week", office.zone))
    due = await queries.inbox_page(office.context, office.who, office.agency, week, None, office.lang, MOST)
    load = sorted(counts.by["officer"].items(), key=lambda each: (each[0] == NONE, -each[1]))
    values: dict[str, Any] = {
        "counts": counts,
        "load": [
            (
                officers.get(id_, office.gettext("petugas lain")) if id_ else office.gettext("belum ditugaskan"),
                number,
                facets.address(office, {"petugas": id_ or facets.NOBODY}),
            )
            for id_, number in load
        ],
        "units": [
            (
                office.units.get(id_, office.gettext("belum di unit")),
                number,
                facets.address(office, {"unit": id_ or facets.NOBODY}),
            )
            for id_, number in sorted(counts.by["unit"].items(), key=lambda each: -each[1])
        ],
        "named": office.units,
        "ladder": await _ladder(request, office),
        "late": facets.address(office, {"tenggat": "terlambat"}),
        "week": [{**row, "signs": facets.signs(row)} for row in due.rows],
        "regions": await region_names(request, (row["region"] for row in due.rows)),
        "officers": officers,
    }
    return show(request, office, "petugas_unit.html", **values)


class Climbed(NamedTuple):
    """What climbed, longest ago first, at most `MOST` rows as the API tells them, and by rung how many reached it."""

    rows: list[dict[str, Any]]
    totals: dict[int, int]


async def _ladder(request: Request, office: Office) -> Climbed | None:
    """None: it cannot be shown now."""
    query = {"agency": office.agency, "lang": office.lang}
    units = office.who.units(office.agency)
    query |= {"unit": next(iter(sorted(units)))} if units else {}
    found = await asked(request, {str(rung): Call(f"/api/v1/ladder/{rung}", query) for rung in RUNGS})
    answers = {rung: found[str(rung)] for rung in RUNGS}
    if any(answer is None for answer in answers.values()):
        return None
    rows = [{**each, "due_at": _moment(each.get("due_at"))} for each in answers[RUNGS[0]]["items"][:MOST]]
    return Climbed(rows, {rung: answer["total"] for rung, answer in answers.items()})


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
