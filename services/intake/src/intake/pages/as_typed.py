"""Parts of the filing pages that htmx asks for while somebody types. Without scripts the next button asks for them."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from chassis.http.access import ANYONE
from chassis.pages.parts import ask
from chassis.signin.forms import CitizensForm
from chassis.signin.pages import language_of, page_allow, page_router, render
from intake.pages.filing_form import given_in
from intake.pages.kit import PAGES, Form
from intake.pages.like import Compared, compare
from schemas.base.limits import NAME

FEWEST: Final = 2
"""Letters from which on regions are searched."""
FEWEST_WORDS: Final = 4
"""Words from which on like reports are looked for: fewer are like too many."""
router: APIRouter = page_router()


@router.get("/lapor/wilayah", dependencies=[page_allow(ANYONE)])
async def regions(request: Request, cari_wilayah: Annotated[str, Query(max_length=NAME)] = "") -> Response:
    """The regions that the name may mean."""
    typed = cari_wilayah.strip()
    wanted = cari_wilayah if len(typed) >= FEWEST else ""
    found = await ask(request, "/api/v1/regions", {"name": wanted}) if wanted else None
    values: dict[str, Any] = {"given": {"cari_wilayah": wanted}, "regions": None if found is None else found["regions"]}
    return render(request, "_wilayah_ketik.html", pages=PAGES, **values)


@router.post("/lapor/mirip", dependencies=[page_allow(ANYONE), CitizensForm])
async def like(request: Request, form: Form) -> Response:
    """The public reports that may be about the same as what is written so far."""
    given, lang = given_in(form), language_of(request)
    enough = len(given.get("isi", "").split()) >= FEWEST_WORDS
    compared = await compare(request, given, lang) if enough else Compared()
    return render(request, "_mirip_ketik.html", pages=PAGES, compared=compared)
