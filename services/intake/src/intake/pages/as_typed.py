"""Parts of the filing pages that htmx asks for while somebody types. Without scripts the next button asks for them."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from chassis.http.access import ANYONE
from chassis.pages.parts import ask
from chassis.signin.pages import page_allow, page_router, render
from intake.pages.kit import PAGES
from schemas.base.limits import NAME

FEWEST: Final = 2
"""Letters from which on regions are searched."""
router: APIRouter = page_router()


@router.get("/lapor/wilayah", dependencies=[page_allow(ANYONE)])
async def regions(request: Request, cari_wilayah: Annotated[str, Query(max_length=NAME)] = "") -> Response:
    """The regions that the name may mean."""
    typed = cari_wilayah.strip()
    wanted = cari_wilayah if len(typed) >= FEWEST else ""
    found = await ask(request, "/api/v1/regions", {"name": wanted}) if wanted else None
    values = {"given": {"cari_wilayah": wanted}, "regions": None if found is None else found["regions"]}
    return render(request, "_wilayah_ketik.html", pages=PAGES, **values)
