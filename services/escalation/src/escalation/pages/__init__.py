"""The page of what climbed the ladder, for whoever must look at it. No rule is written here."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from chassis.http.access import Rule, has
from chassis.pages.navigation import OVERSEERS
from chassis.pages.render import Kit
from chassis.pages.texts import N_
from chassis.signin.pages import PageCaller, language_of, page_allow, page_router, render
from escalation import readers, views
from escalation.http import Context, climbed, looks
from escalation.ladder import PUBLIC_LIST
from escalation.views import LadderQuery, LadderRow
from schemas import wording
from schemas.access.principal import Principal, Role
from schemas.base.values import DESK, ROUTER, Holder, HolderKind
from schemas.complaint.lifecycle import Status
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.registry.fold import Registry
from schemas.wording.sectors import sector

router: APIRouter = page_router()
PAGES: Final = Kit("escalation.pages")
SIZE: Final = 25
OVERSIGHT: Final = Rule("people, who see what their office must look at", has(*OVERSEERS))
RUNGS: Final = {
    1: N_("Semua yang terlambat"),
    2: N_("Badan pengawas dan di atasnya"),
    3: N_("Ombudsman dan di atasnya"),
}


@router.get("/pengawas", dependencies=[page_allow(OVERSIGHT)])
async def ladder(
    request: Request,
    who: PageCaller,
    context: Context,
    jenjang: Annotated[int, Query(ge=1, le=PUBLIC_LIST - 1)] = 1,
    sesudah: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What climbed to an office of the reader, those escalated longest ago first."""
    lang, registry = language_of(request), await context.registry.current()
    reader = await readers.reader_of(context, who, registry)

    def texts(message: str) -> str:
        return PAGES.text(message, lang)

    counts = {
        rung: await context.database.read(
            lambda connection, rung=rung: views.count(connection, LadderQuery(rung, reader=reader))  # type: ignore[misc]
        )
        for rung in RUNGS
    }
    found = await climbed(context, LadderQuery(jenjang, reader=reader), sesudah or None, size=SIZE)
    next_at = f"/pengawas?{urlencode({'jenjang': jenjang, 'sesudah': found.next})}" if found.next else ""
    return render(
        request, "pengawas.html", pages=PAGES, zone=DEFAULT_ZONE, next_at=next_at, first=not sesudah, rung=jenjang,
        rungs=[(rung, texts(name), counts[rung]) for rung, name in RUNGS.items()],
        rows=[_shown(row, registry, who, lang) for row in found.rows], total=counts[jenjang],
        now=context.clock.now(),
    )  # fmt: skip


def _shown(row: LadderRow, registry: Registry, who: Principal, lang: str) -> Mapping[str, Any]:
    kind = HolderKind.AGENCY if row.agency else HolderKind(row.holder)
    return {
        "row": row,
        "status": wording.status(Status(row.status), lang),
        "holder": wording.holder(registry.holder(Holder(kind, row.agency, row.unit)), registry, lang),
        "field": sector(row.sector, lang) if row.sector else "",
        "looks": looks(row, registry, lang)["looked_at_by_name"],
        "listed": row.rung == PUBLIC_LIST,
        "href": _case_page(row, who),
    }


def _case_page(row: LadderRow, who: Principal) -> str:
    """Where the reader opens the case itself; empty: they see that it is late, and not its words."""
    if who.has(Role.TRIAGE) and row.holder in (str(DESK), str(ROUTER)):
        return f"/meja/{row.complaint}"
    if who.has(Role.ARBITER):
        return f"/arbiter/{row.complaint}"
    return f"/petugas/{row.complaint}" if row.agency in who.agencies else ""
