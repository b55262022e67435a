"""The decisions that placement follows, to look through and to search."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from chassis.http.access import ARBITER, TRIAGE
from chassis.signin.pages import PageCaller, language_of, page_allow, page_router, render
from router.http import lists
from router.http.request import Context
from router.pages.decision import sectors_of
from router.pages.kit import PAGES
from schemas.base.values import Level, Matter
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.wording.matter import matter

router: APIRouter = page_router()
SIZE: Final = 20


@router.get("/preseden", dependencies=[page_allow(TRIAGE | ARBITER)])
async def precedents(
    request: Request,
    who: PageCaller,
    context: Context,
    bidang: Annotated[str, Query(max_length=64)] = "",
    kata: Annotated[str, Query(max_length=200)] = "",
    sesudah: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Decisions by sector, level and region, with those words."""
    lang = language_of(request)
    found = await lists.precedents(context, who, lang, sesudah or None, bidang or None, kata, SIZE)
    reader = (await context.placement_context.current()).reader
    rows = [{**one, "matter": matter(_matter(one, reader.place_name(one["region"])), lang)} for one in found.found]
    kept = {name: value for name, value in (("bidang", bidang), ("kata", kata)) if value}
    next_at = f"/preseden?{urlencode({**kept, 'sesudah': found.next})}" if found.next else ""
    return render(
        request, "preseden.html", pages=PAGES, rows=rows, next_at=next_at, sectors=sectors_of(lang), sector=bidang,
        words=kata, zone=DEFAULT_ZONE, filtered=bool(kept or sesudah),
    )  # fmt: skip


def _matter(one: dict[str, str], name: str | None) -> Matter:
    return Matter(sector=one["sector"], level=Level(one["level"]), region=one["region"], region_name=name)
