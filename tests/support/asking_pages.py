"""Asks every page as anybody, as `support.asking` asks every route of the API.

A page that is not listed in `PAGES` raises: whoever adds one says here how it is asked.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import unescape
from typing import Final

import httpx

from chassis.http.declared import declared_routes
from local.front import SERVICES
from schemas.base.ids import public_number
from support.asking import MISSING, Url, judge
from support.front import Front
from support.inbox import CITY, T0
from support.signed_in import sign_in
from support.strangers import Life
from support.strangers_rule import Roles, allowed, may_know, reporters

PAGES: Final[dict[str, tuple[str, ...]]] = {
    "/": ("",),
    "/lapor": ("",),
    "/lapor/lampiran": ("",),
    "/lapor/terkirim/{key}": ("",),
    "/lapor/didukung/{key}": ("",),
    "/lapor/luring": ("",),
    "/lapor/wilayah": ("", "?cari_wilayah=coblong"),
    "/draf": ("",),
    "/tentang": ("",),
    "/lacak/kode-hilang": ("", "?terkirim=true"),
    "/lacak/{key}/cetak": ("",),
    "/lacak/{key}/data": ("",),
    "/lacak/{key}/data.json": ("",),
    "/lacak/{key}/lampiran/{attachment}": ("",),
    "/lacak": ("", "?nomor=SP-2026-000001-8"),
    "/lacak/{key}": ("",),
    "/saya": ("",),
    "/laporan": (
        "",
        "?kata=lampu",
        "?kata=jalan&status=open",
        "?provinsi=32&wilayah=32.73",
        "?bidang=roads",
        "?tampil=peta",
        "?tampil=peta&provinsi=32",
        "?tampil=peta&provinsi=32&wilayah=32.73",
    ),
    "/laporan/{nomor}": ("",),
    "/laporan/{nomor}/adukan": ("",),
    "/laporan/{nomor}/ikuti": ("",),
    "/laporan/{nomor}/ikuti/kode": ("", "?kode=7K3M-9QX2A-TB4C9"),
    "/instansi": ("", "?nama=bandung"),
    "/instansi/{agency}": ("",),
    "/terabaikan": ("",),
    "/meja": ("",),
    "/meja/aduan-isi": ("", "?sesudah=1"),
    "/meja/aduan-isi/{complaint}": ("",),
    "/meja/{complaint}": ("",),
    "/arbiter": ("",),
    "/arbiter/{complaint}": ("",),
    "/preseden": ("", "?kata=jalan"),
    "/pengawas": ("", "?jenjang=2", "?jenjang=3"),
    "/operator": ("",),
    "/operator/akses": ("",),
    "/operator/kalender": ("", "?sebelum=2"),
    "/operator/kalender/tetapkan": ("", "?tahun=2026", "?wilayah=51&tahun=2026"),
    "/operator/kebijakan": ("",),
    "/operator/kebijakan/tetapkan": ("",),
    "/operator/instansi": ("", "?kata=kota&semua=1"),
    "/operator/instansi-baru": ("",),
    "/operator/instansi/{agency}": ("",),
    "/petugas": ("", "?status=closed", "?petugas=-", "?wilayah=32"),
    "/petugas/tenggat": ("",),
    "/petugas/unit": ("",),
    "/petugas/templat": ("",),
    "/petugas/lapor": ("",),
    "/petugas/lapor/{key}": ("",),
    "/petugas/{complaint:uuid}": ("",),
    "/keluar": ("",),
    "/statistik": ("", "?instansi=pln&wilayah=32"),
    "/statistik/{nama}": ("", "?instansi=pln"),
}
"""Every page, and with which queries it is asked."""
ASIDE: Final = {
    "/masuk": "leads to the provider",
    "/masuk/kembali": "from the provider",
    "/aset/{name}": "is no page",
    "/peta.svg": "is a picture",
    "/petugas/{complaint:uuid}/lampiran/{attachment:uuid}": "is a file, asked of the API",
    "/luring.js": "is a script",
    "/operator/surat-mati": "reads Kafka, which is not there, and no complaint",
    "/meja/{complaint}/lampiran/{attachment}": "is a file, asked of the API",
    "/arbiter/{complaint}/lampiran/{attachment}": "is a file, asked of the API",
}
NUMBERS: Final = ("{key}", "{number}", "{nomor}")
COMPLAINTS: Final = ("{complaint}", "{complaint:uuid}", "{id}")
NO_NUMBER: Final = public_number(T0.date(), 999_999)
NAMED: Final = {"{agency}": CITY, "{attachment}": str(MISSING), "{nama}": "pemegang"}


@cache
def pages() -> tuple[str, ...]:
    """The paths of all pages."""
    found = {
        route.path
        for service in SERVICES
        for route in declared_routes(service.web())
        if route.method == "GET" and route.rule is not None and route.rule.page
    }
    return tuple(sorted(found - ASIDE.keys()))


async def ask_pages(
    front: Front, lives: Sequence[Life], everybody: Sequence[Roles], about: Sequence[Life] | None = None
) -> int:
    """Ask every page as everybody; the number of pages that told something. The parameters are those of
    `support.asking.ask_everything`.

    Raises:
        AssertionError: a page tells more than the rule allows.
    """
    told = 0
    for roles in everybody:
        browse_as(front, roles)
        may = allowed(roles, lives)
        for url in urls(lives if about is None else about):
            answer = await front.web.get(url.text, auth=None)
            assert answer.status_code < 500, f"{url.text} as {roles}: {answer.text}"
            asked = f"{url.text} as {roles}"
            judge(read(answer), may, lives, asked)
            told += any(str(life.number) in answer.text for life in lives if life.number not in url.text)
            if url.life is not None and not may_know(roles, url.life):
                missing = await front.web.get(of_missing(url), auth=None)
                assert plain(answer, url.life) == plain(missing, url.life), f"{asked} is no answer about a missing one"
    front.web.cookies.clear()
    return told


async def ask_pages_as_reporters(front: Front, lives: Sequence[Life]) -> None:
    """Open the page of each complaint with its tracking code."""
    codes = front.app.state.intake.codes
    for life in lives:
        if life.whole is not None:
            continue
        browse_as(front, ())
        await front.web.post("/lacak", data={"kode": codes.of(life.id, codes.newest)}, auth=None)
        for path in (f"/lacak/{life.number}", "/lacak"):
            judge(read(await front.web.get(path, auth=None)), reporters(life), lives, f"{path} with its code")
    front.web.cookies.clear()


def browse_as(front: Front, roles: Roles) -> None:
    """Let the client be a new browser in which somebody with these roles is signed in."""
    front.web.cookies.clear()
    front.web.headers["Sec-Fetch-Site"] = "same-origin"
    if roles:
        sign_in(front.app, front.web, *roles)


def urls(lives: Sequence[Life]) -> Iterator[Url]:
    """Every page, with its parameters filled.

    Raises:
        KeyError: a page or a parameter that is not known here.
    """
    for path in pages():
        for query in PAGES[path]:
            yield from _filled(f"{path}{query}", lives)


def _filled(path: str, lives: Sequence[Life]) -> Iterator[Url]:
    name = path[path.index("{") : path.index("}") + 1] if "{" in path else None
    if name is None:
        yield Url(path)
    elif name in NUMBERS:
        for life in lives:
            if life.whole is None:
                yield from (each._replace(life=life) for each in _filled(path.replace(name, life.number), lives))
    elif name in COMPLAINTS:
        for life in lives:
            yield from (each._replace(life=life) for each in _filled(path.replace(name, str(life.id)), lives))
    else:
        yield from _filled(path.replace(name, NAMED[name]), lives)


def of_missing(url: Url) -> str:
    """This page of a complaint that does not exist."""
    assert url.life is not None
    return url.text.replace(str(url.life.id), str(MISSING)).replace(url.life.number, NO_NUMBER)


def read(answer: httpx.Response) -> httpx.Response:
    """The page as people read it."""
    return httpx.Response(answer.status_code, text=unescape(answer.text), headers=_without_length(answer))


def _without_length(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in ("content-length", "content-encoding")}


def plain(answer: httpx.Response, life: Life) -> str:
    """The page without the number and the id that it repeats, and without what is random in its forms."""
    text = f"{answer.status_code} {answer.headers.get('location', '')} {answer.text}"
    text = text.replace(life.number, NO_NUMBER).replace(str(life.id), str(MISSING))
    return RANDOM.sub("", text)


RANDOM: Final = re.compile(r'(?<=name="key" value=")[^"]*|(?<=name="kunci" value=")[^"]*')
