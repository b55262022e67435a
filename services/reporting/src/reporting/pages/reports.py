"""The list of public reports: search, filters, a map, one page after another."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from chassis.http.access import ANYONE
from chassis.pages import map as maps
from chassis.pages.texts import N_
from chassis.signin.pages import language_of, page_allow, page_router, render
from reporting.context import Reporting
from reporting.http import Context, ListedPage, listed_page
from reporting.listed import PROVINCE, REGENCY
from reporting.listing import OPEN, Cursor, Filters, count_by_region, cursor_of, located
from reporting.pages.kit import PAGES
from reporting.pages.standing import TAGS, standing
from schemas import wording
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.refusals import InvalidField
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.reference.load import policies
from schemas.registry.calendars import DEFAULT_ZONE, zone_of
from schemas.registry.fold import Registry
from schemas.wording.public_text import public_text, public_title
from schemas.wording.sectors import SECTORS, sector

LIST: Final = "/laporan"
SIZE: Final = 20
POINTS: Final = 2_000
"""The newest reports that a map of one regency shows."""
SHORT: Final = 200
"""Letters of a report's words in the list."""
MAP: Final = "peta"
STATUSES: Final = (OPEN, *(status.value for status in Status))
router: APIRouter = page_router()
Text = Annotated[str, Query(max_length=200)]


class Asked(NamedTuple):
    """What the address asks for, as it is written there."""

    kata: str = ""
    provinsi: str = ""
    wilayah: str = ""
    bidang: str = ""
    instansi: str = ""
    status: str = ""
    sejak: str = ""
    sampai: str = ""
    tampil: str = ""

    def address(self, **changes: str) -> str:
        """The address with these changes, without what is empty."""
        given = {name: value for name, value in {**self._asdict(), **changes}.items() if value}
        return f"{LIST}?{urlencode(given)}" if given else LIST

    @property
    def region(self) -> str:
        """The code of the region: the regency if it is in the province, else the province."""
        return self.wilayah if self.wilayah.startswith(self.provinsi) and self.wilayah else self.provinsi

    @property
    def narrowed(self) -> bool:
        """Whether anything but the whole list was asked for."""
        return any(self._replace(tampil=""))


@router.get(LIST, dependencies=[page_allow(ANYONE)])
async def reports(
    request: Request, context: Context, kata: Text = "", provinsi: Text = "", wilayah: Text = "", bidang: Text = "",
    instansi: Text = "", status: Text = "", sejak: Text = "", sampai: Text = "", tampil: Text = "", kursor: Text = "",
) -> Response:  # fmt: skip
    """The list or the map of what was asked for."""
    asked = Asked(kata.strip(), provinsi, wilayah, bidang, instansi, status, sejak, sampai, tampil)
    if (number := _number(asked.kata)) is not None:
        return RedirectResponse(f"{LIST}/{number}", HTTPStatus.SEE_OTHER)
    lang, registry = language_of(request), await context.registry.current()
    filters, errors = _filters(asked, registry, lang)
    values: dict[str, Any] = {"drawn": None, "cards": (), "newer": "", "older": ""}
    if not errors and asked.tampil == MAP:
        values |= await _map(context, asked, filters)
    elif not errors:
        cursor, errors = _cursor(kursor, lang)
        found = await listed_page(context, filters, cursor, size=SIZE)
        values |= _page(asked, found, registry, lang)
    code = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    body = registry.agencies.get(asked.instansi)
    return render(
        request, "laporan.html", code, PAGES, asked=asked, errors=errors, choices=_choices(asked, lang), body=body,
        region_name=region_name(asked.region), map_name=MAP, now=context.clock.now(), **values,
    )  # fmt: skip


class Card(NamedTuple):
    """One report in the list. `turn`: who must act next; None: nobody, or whoever holds the report that it follows.
    `due_at`: by when, in `zone`. `follows`: whether it follows another report.
    """

    number: str
    title: str
    words: str
    status: str
    tag: str
    agency: str | None
    region: str | None
    received_at: datetime
    supports: int
    turn: str | None
    due_at: datetime | None
    zone: str
    follows: bool = False


def card_of(state: Complaint, registry: Registry, lang: str, supports: int) -> Card:
    """What the list shows of a public report."""
    title, text = public_title(state), public_text(state)
    body = registry.agencies.get(state.agency or (state.routed.agency if state.routed and state.closed else "") or "")
    routed, place = state.routed, state.place
    region = (routed.basis.region_name if routed else None) or region_name(place.region if place else None)
    head = standing(state, registry, policies(), lang, lambda message, **values: PAGES.text(message, lang, **values))
    return Card(
        state.public_number, _short(title or text, 100), _short(text, SHORT) if title else "",
        wording.status(state.status, lang, state.closed), TAGS.get(state.status, "info"), body.name if body else None,
        region, state.received_at, supports, None if state.status is Status.JOINED else head.turn, head.due_at,
        head.zone, state.status is Status.JOINED,
    )  # fmt: skip


def _page(asked: Asked, found: ListedPage, registry: Registry, lang: str) -> Mapping[str, Any]:
    cards = [card_of(one.state, registry, lang, found.supports.get(one.state.id, 0)) for one in found.reports]

    def beside(cursor: Cursor | None) -> str:
        return asked.address(kursor=cursor.text()) if cursor else ""

    return {"cards": cards, "newer": beside(found.newer), "older": beside(found.older)}


async def _map(context: Reporting, asked: Asked, filters: Filters) -> Mapping[str, Any]:
    """Provinces in five classes, or the regencies of one; of one regency the published positions."""
    region = asked.region[:REGENCY]
    known = {each.code for each in maps.regions(region[:PROVINCE])} if region else set()
    if len(region) == REGENCY and region in known:
        found = await context.database.read(lambda connection: located(connection, filters, POINTS))
        frame = maps.frame_of(region)
        points = [maps.Point(one.lat, one.lon, one.public_number, f"{LIST}/{one.public_number}") for one in found]
        drawn = maps.outline(region, maps.clustered(points, frame), frame)
        return {"drawn": drawn, "mapped": sum(point.number for point in drawn.points)}
    level = REGENCY if region else PROVINCE
    counts = await context.database.read(lambda connection: count_by_region(connection, filters, level))

    def link(code: str) -> str:
        narrower = {"wilayah": code} if region else {"provinsi": code, "wilayah": ""}
        return asked.address(**narrower) if code in counts else ""

    drawn = maps.choropleth(dict(counts), within=region[:PROVINCE], link=link)
    return {"drawn": drawn, "mapped": sum(counts.values())}


def _filters(asked: Asked, registry: Registry, lang: str) -> tuple[Filters, dict[str, str]]:
    """The filters, and what is wrong with them by field."""
    errors: dict[str, str] = {}
    dates: dict[str, datetime | None] = {}
    for name, later in (("sejak", 0), ("sampai", 1)):
        try:
            dates[name] = _day(getattr(asked, name), later)
        except (ValueError, OverflowError):  # the year 1 in another zone is no date
            errors[name] = PAGES.text(N_("Tulis tanggal seperti 2026-12-31."), lang)
    if asked.region and not _is_region(asked.region):
        errors["provinsi"] = PAGES.text(N_("Wilayah itu tidak dikenal."), lang)
    if asked.bidang and asked.bidang not in SECTORS:
        errors["bidang"] = PAGES.text(N_("Bidang itu tidak dikenal."), lang)
    if asked.status and asked.status not in STATUSES:
        errors["status"] = PAGES.text(N_("Status itu tidak dikenal."), lang)
    if asked.instansi and asked.instansi not in registry.agencies:
        errors["kata"] = PAGES.text(N_("Instansi itu tidak dikenal."), lang)
    if errors:
        return Filters(), errors
    return Filters(
        asked.kata, asked.region or None, asked.bidang or None, asked.instansi or None, asked.status or None,
        dates["sejak"], dates["sampai"],
    ), {}  # fmt: skip


def _cursor(text: str, lang: str) -> tuple[Cursor | None, dict[str, str]]:
    try:
        return (cursor_of(text) if text else None), {}
    except InvalidField:
        return None, {"": PAGES.text(N_("Halaman itu tidak ada. Ini halaman pertama."), lang)}


def _day(written: str, later: int) -> datetime | None:
    """The beginning of that day, or with `later` its end. Raises ValueError, OverflowError."""
    if not written:
        return None
    begin = datetime.combine(date.fromisoformat(written), time(), zone_of(DEFAULT_ZONE))
    return (begin + timedelta(days=later, milliseconds=-later)).astimezone(UTC)


def _is_region(code: str) -> bool:
    digits = code.split(".")
    return all(each.isascii() and each.isdecimal() for each in digits) and [len(each) for each in digits] in (
        [2], [2, 2], [2, 2, 2], [2, 2, 2, 4],
    )  # fmt: skip


def region_name(code: str | None) -> str | None:
    """The name of a regency or province by the code of what lies in it; None: not known."""
    for size in (REGENCY, PROVINCE):
        try:
            return maps.region((code or "")[:size]).name
        except maps.UnknownRegion:
            continue
    return None


def _choices(asked: Asked, lang: str) -> Mapping[str, Any]:
    """The options of each select: (value, words)."""
    province = asked.region[:PROVINCE]
    try:
        inside = maps.regions(province) if province else ()
    except maps.UnknownRegion:
        inside = ()
    named = sorted(((code, sector(code, lang)) for code in SECTORS), key=lambda each: each[1].casefold())
    shown = [(OPEN, PAGES.text(N_("semua yang belum ditutup"), lang))]
    shown += [(status.value, wording.status(status, lang)) for status in Status]
    return {
        "provinces": [(each.code, each.name) for each in sorted(maps.regions(), key=lambda each: each.name)],
        "regencies": [(each.code, each.name) for each in sorted(inside, key=lambda each: each.name)],
        "sectors": named,
        "statuses": shown,
    }


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0][:most]} …"


def _number(text: str) -> str | None:
    try:
        return parse_public_number(text)
    except MalformedCode:
        return None
