"""What reporters take with them: their files, a page to print, and a copy of everything that is held about them."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic_core import to_jsonable_python

from chassis.attachments.store import Copy
from chassis.signin.pages import page_allow, page_router, render
from intake.http.filing import Context
from intake.http.reporter import download, held_about
from intake.pages.kit import PAGES
from intake.pages.track import CLEANED, CODE_IN_BROWSER, shown_values, to_the_code, tracked_of

router: APIRouter = page_router()


@router.get("/lacak/{key}/cetak", dependencies=[page_allow(CODE_IN_BROWSER)])
async def printed(key: str, request: Request, context: Context) -> Response:
    """The report on paper: everything that the tracking page tells, without forms."""
    tracked = await tracked_of(request, context, key)
    if tracked is None:
        return to_the_code(key)
    return render(request, "lacak_cetak.html", pages=PAGES, **await shown_values(context, tracked))


@router.get("/lacak/{key}/lampiran/{attachment}", dependencies=[page_allow(CODE_IN_BROWSER)])
async def own_file(
    key: str, attachment: UUID, request: Request, context: Context, salinan: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """One's own file as it was sent; as a picture on the page, its copy without hidden data."""
    tracked = await tracked_of(request, context, key)
    copy = Copy.CLEANED if salinan == CLEANED else Copy.ORIGINAL
    return to_the_code(key) if tracked is None else await download(tracked, attachment, request, copy)


@router.get("/lacak/{key}/data", dependencies=[page_allow(CODE_IN_BROWSER)])
async def copy(key: str, request: Request, context: Context) -> Response:
    """A copy of everything that is held, to read. It is asked for by a form, so that the request is recorded."""
    return await _copied(key, request, context, as_file=False)


@router.get("/lacak/{key}/data.json", dependencies=[page_allow(CODE_IN_BROWSER)])
async def copy_for_programs(key: str, request: Request, context: Context) -> Response:
    """A copy of everything that is held, as a JSON file that programs read."""
    return await _copied(key, request, context, as_file=True)


async def _copied(key: str, request: Request, context: Context, *, as_file: bool) -> Response:
    tracked = await tracked_of(request, context, key)
    if tracked is None:
        return to_the_code(key)
    state = (await tracked.loaded()).state
    if state.data_given_at is None and not state.erased:
        return RedirectResponse(f"/lacak/{state.public_number}", HTTPStatus.SEE_OTHER)
    held = await held_about(tracked)
    if as_file:
        name = f"attachment; filename=satupintu-{state.public_number}.json"
        return JSONResponse(to_jsonable_python(held), headers={"Content-Disposition": name})
    return render(request, "lacak_data.html", pages=PAGES, held=held, number=state.public_number)
