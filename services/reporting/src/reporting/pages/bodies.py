"""The agencies: a list with search and levels, and what one of them does."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from chassis.http.access import ANYONE
from chassis.pages import map as maps
from chassis.pages.texts import N_
from chassis.signin.pages import language_of, page_allow, page_router, render
from reporting.charts.in_short import in_short
from reporting.http import Context, listed_page
from reporting.listed import PROVINCE, words_of
from reporting.listing import OPEN, Filters
from reporting.pages.kit import PAGES
from reporting.pages.reports import card_of, region_name
from schemas.base.refusals import NotFound
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.calendars import zone_of
from schemas.registry.fold import Registry
from schemas.wording.sectors import sector

LIST: Final = "/instansi"
SIZE: Final = 50
NEWEST: Final = 5
LEVELS: Final = {
    "national": N_("Nasional"),
    "province": N_("Provinsi"),
    "regency": N_("Kabupaten atau kota"),
    "district": N_("Kecamatan"),
    "village": N_("Desa atau kelurahan"),
}
router: APIRouter = page_router()
Text = Annotated[str, Query(max_length=200)]


class Body(NamedTuple):
    """One agency in the list."""

    id: str
    name: str
    level: str
    within: str | None


class Duty(NamedTuple):
    """What an agency is responsible for, and where."""

    sector: str
    region: str | None
    unit: str | None
    source: str


@router.get(LIST, dependencies=[page_allow(ANYONE)])
async def bodies(
    request: Request, context: Context, nama: Text = "", tingkat: Text = "", provinsi: Text = "", mulai: Text = ""
) -> Response:
    """Living agencies by name. `mulai`: the id of the last one on the page before."""
    lang, registry = language_of(request), await context.registry.current()
    tingkat = tingkat if tingkat in LEVELS else ""
    provinsi = provinsi if provinsi in {each.code for each in maps.regions()} else ""
    found = sorted(
        (each for each in registry.agencies.values() if _matches(each, words_of(nama).split(), tingkat, provinsi)),
        key=lambda each: (each.name.lower(), each.id),
    )
    before = next((at + 1 for at, each in enumerate(found) if each.id == mulai), 0)
    shown = [_body(each, lang) for each in found[before : before + SIZE]]
    older = shown[-1].id if shown and before + SIZE < len(found) else ""
    return render(
        request, "instansi.html", HTTPStatus.OK, PAGES, bodies=shown, total=len(found), nama=nama, tingkat=tingkat,
        provinsi=provinsi, levels=[(key, PAGES.text(words, lang)) for key, words in LEVELS.items()],
        provinces=sorted(((each.code, each.name) for each in maps.regions()), key=lambda each: each[1]),
        older=older, begun=before > 0,
    )  # fmt: skip


@router.get(LIST + "/{agency}", dependencies=[page_allow(ANYONE)])
async def body(agency: str, request: Request, context: Context) -> Response:
    """What one agency does, and its public reports."""
    lang, registry = language_of(request), await context.registry.current()
    found = registry.agencies.get(agency)
    if found is None:
        raise NotFound(what=agency)
    newest = await listed_page(context, Filters(agency=agency, status=OPEN), size=NEWEST)
    successor = registry.living(agency)
    return render(
        request, "instansi_satu.html", HTTPStatus.OK, PAGES, body=found, shown=_body(found, lang),
        duties=_duties(registry, found, context.clock.now().astimezone(zone_of(found.zone)).date(), lang),
        units=sorted(found.units.values()), parent=registry.agencies.get(found.parent or ""),
        children=_under(registry, agency, lang),
        successor=successor if successor is not None and successor.id != agency else None,
        cards=[card_of(one.state, registry, lang, newest.supports.get(one.state.id, 0)) for one in newest.reports],
        figures=await in_short(context, registry, agency, lang), now=context.clock.now(),
    )  # fmt: skip


def _under(registry: Registry, agency: str, lang: str) -> list[Body]:
    found = [_body(each, lang) for each in registry.agencies.values() if each.parent == agency and each.alive]
    return sorted(found, key=lambda each: each.name.lower())


def _matches(body: Agency, words: list[str], level: str, province: str) -> bool:
    if not body.alive or (level and body.level != level) or (province and (body.region or "")[:PROVINCE] != province):
        return False
    named = f" {words_of(body.name)}"
    return all(f" {word}" in named for word in words)


def _body(body: Agency, lang: str) -> Body:
    within = region_name(body.region)
    level = PAGES.text(LEVELS.get(body.level, body.level), lang)
    return Body(body.id, body.name, level, within if within != body.name else None)


def _duties(registry: Registry, body: Agency, day: date, lang: str) -> list[Duty]:
    """Its mandates in force on that day, by field and region."""
    held = [each for each in registry.mandates if each.agency == body.id and each.on(day)]
    return sorted((_duty(each, body, lang) for each in held), key=lambda each: (each.sector, each.region or ""))


def _duty(mandate: Mandate, body: Agency, lang: str) -> Duty:
    unit = body.units.get(mandate.unit, None) if mandate.unit else None
    return Duty(sector(mandate.sector, lang), region_name(mandate.region), unit, mandate.source)
