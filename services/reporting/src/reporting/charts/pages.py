"""The pages of figures: all questions on one, and a page for each. They call the functions behind the API."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from chassis.http.access import ANYONE
from chassis.pages.map import region
from chassis.signin.pages import language_of, page_allow, page_router, render
from reporting.charts.asked import Asked, question
from reporting.charts.choice import Chosen, offered, parsed, region_options
from reporting.charts.formulas import CHARTS, PUBLIC_ONLY
from reporting.charts.http import API, answers
from reporting.charts.names import PAGES, Namer
from reporting.charts.shown import Shown, Telling, plain_day, shown
from reporting.context import Reporting
from reporting.http import Context
from reporting.open_data.described import INDEX_PATH
from schemas import wording
from schemas.base.refusals import InvalidField, NotFound
from schemas.registry.fold import Registry

router: APIRouter = page_router()
ROOT: Final = "/statistik"
NAMES: Final = {chart.path: name for name, chart in CHARTS.items()}
"""Charts by the last part of their page's address."""


@router.get(ROOT, dependencies=[page_allow(ANYONE)])
async def overview(request: Request, context: Context, chosen: Annotated[Chosen, Query()]) -> Response:
    """All questions with their answers."""
    return await _page(request, context, chosen, list(CHARTS), "statistik.html", ROOT)


@router.get(f"{ROOT}/{{nama}}", dependencies=[page_allow(ANYONE)])
async def one(nama: str, request: Request, context: Context, chosen: Annotated[Chosen, Query()]) -> Response:
    """One question with its chart, table and formula."""
    if nama not in NAMES:
        raise NotFound(what=nama)
    return await _page(request, context, chosen, [NAMES[nama]], "grafik.html", f"{ROOT}/{nama}")


async def _page(
    request: Request, context: Reporting, chosen: Chosen, names: list[str], template: str, path: str
) -> Response:
    lang, registry = language_of(request), await context.registry.current()
    read = parsed(chosen, registry, lang)
    errors, values = dict(read.errors), dict[str, Any]()
    if not errors:
        try:
            values = await _values(context, chosen, read.asked, names, Namer(registry, lang))
        except InvalidField as error:
            errors["dari"] = wording.as_sentence(wording.why(str(error.data["why"]), lang), lang)
    values |= await _filters(context, chosen, read.asked, registry)
    return render(
        request, template, 422 if errors else 200, pages=PAGES, path=path, root=ROOT, errors=errors, chosen=chosen,
        charts=CHARTS, names=names, query=read.query, api=API, public_only=PUBLIC_ONLY,
        now=context.clock.now(), **values,
    )  # fmt: skip


async def _values(
    context: Reporting, chosen: Chosen, asked: Asked, names: Iterable[str], namer: Namer
) -> dict[str, Any]:
    figures, put, lag, files = await answers(context, names, asked)
    made: dict[str, Shown] = {}
    for name, found in zip(names, figures, strict=True):
        page = f"{ROOT}/{CHARTS[name].path}"
        telling = Telling(namer, put, lambda changed, page=page: chosen.address(page, **changed))  # type: ignore[misc]
        made[name] = shown(name, found, telling)
    span = (plain_day(put.wanted.since, namer.lang), plain_day(put.wanted.until, namer.lang))
    return {"shown": made, "lag": lag, "span": span, "files": files, "index": INDEX_PATH}


async def _filters(context: Reporting, chosen: Chosen, asked: Asked, registry: Registry) -> dict[str, Any]:
    found = await context.database.read(offered)
    wanted = question(context, asked).wanted
    agency = registry.agencies.get(asked.agency or "")
    return {
        "since": chosen.dari or wanted.since.isoformat(),
        "until": chosen.sampai or wanted.until.isoformat(),
        "agency": agency.name if agency else chosen.instansi,
        "agencies": [registry.agencies[each].name for each in found if each in registry.agencies],
        "region_options": region_options,
        "region_name": region(asked.region).name if asked.region else "",
    }
