"""The filters beside an inbox: what each is called, how many cases it shows, and where it leads."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple, cast
from urllib.parse import parse_qsl, urlencode

from agency_inbox import queries
from agency_inbox.listing import Counts, InboxFilter, Period
from agency_inbox.pages.kit import Office
from agency_inbox.views import NONE
from chassis.pages.texts import N_
from schemas import wording
from schemas.complaint.lifecycle import Status
from schemas.wording.sectors import sector

NOBODY: Final = "-"
"""In an address: those without a unit, field, region or officer."""
ME: Final = "saya"
FIELDS: Final = ("status", "unit", "bidang", "wilayah", "petugas", "tenggat")
"""The parameters of an address, in the order in which they are written."""
PERIODS: Final[Mapping[str, Period]] = {"terlambat": "overdue", "hari-ini": "today", "minggu-ini": "week"}
SHORT: Final[Mapping[Status, str]] = {
    Status.ROUTED: N_("Baru, belum diterima"),
    Status.IN_PROGRESS: N_("Sedang dikerjakan"),
    Status.AWAITING_REPORTER: N_("Ditanyakan kepada pelapor"),
    Status.ANSWERED: N_("Sudah dijawab"),
    Status.SPLIT: N_("Dikerjakan bersama"),
    Status.CLOSED: N_("Ditutup"),
}
MOST: Final = 8
"""Values of one filter that are shown at once; the rest is behind a fold."""
ALL: Final = 60


class Choice(NamedTuple):
    """One value of a filter. `href` turns it on, or off where it is on."""

    text: str
    cases: int
    href: str
    chosen: bool


class Facet(NamedTuple):
    """One filter: the values with the most cases, and the others."""

    title: str
    choices: list[Choice]
    more: list[Choice]


def given(query: Mapping[str, str]) -> dict[str, str]:
    """The filters that an address names, without what is none."""
    return {name: query[name][:64] for name in FIELDS if query.get(name)}


def of_text(query: str) -> dict[str, str]:
    """The filters in the text of an address's query."""
    return given(dict(parse_qsl(query)))


def filter_of(office: Office, chosen: Mapping[str, str]) -> InboxFilter:
    """What the lists are asked for. Unknown values show nothing."""
    named = {name: NONE if value == NOBODY else value for name, value in chosen.items()}
    officer = str(office.id) if named.get("petugas") == ME else named.get("petugas")
    period = PERIODS.get(named.get("tenggat", ""))
    due = queries.period(office.context, period, office.zone) if period else None
    return InboxFilter(named.get("status"), named.get("unit"), named.get("bidang"), named.get("wilayah"), officer, due)


def address(office: Office, chosen: Mapping[str, str], after: str = "") -> str:
    """Of the inbox with these filters."""
    pairs = [(name, chosen[name]) for name in FIELDS if name in chosen]
    pairs += [("instansi", office.agency)] if len(office.bodies) > 1 else []
    pairs += [("sesudah", after)] if after else []
    return "/petugas" + (f"?{urlencode(pairs)}" if pairs else "")


def first(office: Office, counts: Counts, chosen: Mapping[str, str]) -> list[Choice]:
    """What an officer looks for most: all, new, late, due soon, waiting, one's own."""
    status, officer = counts.by["status"], counts.by["officer"]
    rows: list[tuple[str, dict[str, str], int]] = [
        (office.gettext("Semua yang terbuka"), {}, counts.open),
        (office.gettext("Baru"), {"status": Status.ROUTED.value}, status.get(Status.ROUTED, 0)),
        (office.gettext("Terlambat"), {"tenggat": "terlambat"}, counts.due["overdue"]),
        (office.gettext("Jatuh tempo hari ini"), {"tenggat": "hari-ini"}, counts.due["today"]),
        (office.gettext("Jatuh tempo dalam 7 hari"), {"tenggat": "minggu-ini"}, counts.due["week"]),
        (office.gettext("Menunggu pelapor"), {"status": Status.AWAITING_REPORTER.value},
         status.get(Status.AWAITING_REPORTER, 0)),
        (office.gettext("Ditugaskan kepada saya"), {"petugas": ME}, officer.get(str(office.id), 0)),
        (office.gettext("Belum ditugaskan"), {"petugas": NOBODY}, officer.get(NONE, 0)),
        (office.gettext("Ditutup"), {"status": Status.CLOSED.value}, counts.closed),
    ]  # fmt: skip
    return [Choice(text, count, address(office, of), dict(chosen) == of) for text, of, count in rows]


def others(
    office: Office, counts: Counts, chosen: Mapping[str, str], regions: Mapping[str, str], officers: Mapping[str, str]
) -> list[Facet]:
    """The other filters, each of which is added to those that are chosen."""
    none = office.gettext("tidak disebut")
    units = {**office.registry.agencies[office.agency].units, NONE: office.gettext("belum di unit")}
    names: dict[str, tuple[str, dict[str, str]]] = {
        "status": (office.gettext("Status"), {each.value: office.gettext(text) for each, text in SHORT.items()}),
        "unit": (office.gettext("Unit"), dict(units)),
        "bidang": (office.gettext("Bidang"), {each: sector(each, office.lang) if each else none
                                           for each in counts.by["sector"]}),
        "wilayah": (office.gettext("Wilayah"), {**regions, NONE: none}),
        "petugas": (office.gettext("Petugas"), {**officers, NONE: office.gettext("belum ditugaskan")}),
    }  # fmt: skip
    facets = {"status": "status", "unit": "unit", "bidang": "sector", "wilayah": "region", "petugas": "officer"}
    found = {**counts.by, "status": {**counts.by["status"], Status.CLOSED.value: counts.closed}}
    made = [
        _facet(office, field, title, named, found[facets[field]], chosen) for field, (title, named) in names.items()
    ]
    return [facet for facet in made if len(facet.choices) > 1 or any(each.chosen for each in facet.choices)]


def active(office: Office, chosen: Mapping[str, str], found: Iterable[Facet]) -> list[tuple[str, str]]:
    """The filters in use: each in words, and the address without it."""
    periods = {"terlambat": office.gettext("Terlambat"), "hari-ini": office.gettext("Jatuh tempo hari ini"),
               "minggu-ini": office.gettext("Jatuh tempo dalam 7 hari")}  # fmt: skip
    rest = {name: value for name, value in chosen.items() if name != "tenggat"}
    of_time = [(periods[chosen["tenggat"]], address(office, rest))] if chosen.get("tenggat") in periods else []
    own = {name: value for name, value in chosen.items() if name != "petugas"}
    mine = [(office.gettext("Ditugaskan kepada saya"), address(office, own))] if chosen.get("petugas") == ME else []
    named = [(one.text, one.href) for facet in found for one in (*facet.choices, *facet.more) if one.chosen]
    return [*of_time, *mine, *named]


def _facet(
    office: Office, field: str, title: str, named: Mapping[str, str], found: Mapping[str, int],
    chosen: Mapping[str, str],
) -> Facet:  # fmt: skip
    now = chosen.get(field)
    rest = {name: value for name, value in chosen.items() if name != field}
    here = NONE if now == NOBODY else now
    kept = found if here is None or now == ME else {**found, here: found.get(here, 0)}
    values = sorted(kept.items(), key=lambda each: (each[0] != here, -each[1], named.get(each[0], "")))[:ALL]
    made = [
        Choice(
            named.get(value) or office.gettext("lainnya"),
            count,
            address(office, rest if (value or NOBODY) == now else {**rest, field: value or NOBODY}),
            (value or NOBODY) == now,
        )
        for value, count in values
    ]
    return Facet(title, made[:MOST], made[MOST:])


def status_word(office: Office, status: str) -> str:
    """The status in a few words."""
    named = SHORT.get(Status(status))
    return office.gettext(named) if named else wording.status(Status(status), office.lang)


def known_regions(counts: Counts, rows: Iterable[Mapping[str, object]]) -> list[str]:
    """The regions that a page names: of its rows, and those with the most cases."""
    most = sorted(counts.by["region"], key=lambda each: -counts.by["region"][each])[:40]
    return [*dict.fromkeys([str(row["region"]) for row in rows if row["region"]] + most)]


Sign = Literal["new", "asked"]


def signs(row: Mapping[str, object]) -> list[Sign]:
    """What a row must be noticed for. Its date says whether it is late."""
    marks: list[tuple[object, str]] = [(row["new"], "new"), (row["awaiting"], "asked")]
    return [cast("Sign", name) for on, name in marks if on]
