"""A walk over every page, in both languages, at 360 and 1280 px, in a real Chromium: axe-core finds nothing, nothing is
wider than the screen, no key and no word of the other language is shown. Pictures go to var/screenshots.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

from chassis.http.declared import declared_routes
from chassis.pages.navigation import ENTRIES
from local.front import SERVICES
from schemas.complaint.lifecycle import Status
from support.pages_in_browser import CHROMIUM, Site, serving
from support.stage import LONG

SCREENSHOTS: Final = Path(__file__).parents[2] / "var/screenshots"
WIDTHS: Final = (360, 1280)
LANGUAGES: Final = ("id", "en")
MOST_BYTES: Final = 100_000
ONLY_ENGLISH: Final = frozenset(
    [
        "the",
        "and",
        "your",
        "you",
        "is",
        "are",
        "was",
        "of",
        "with",
        "this",
        "report",
        "reports",
        "from",
        "which",
        "not",
        "to",
        "for",
        "by",
    ]
)
ONLY_INDONESIAN: Final = frozenset(
    [
        "yang",
        "dan",
        "laporan",
        "anda",
        "dengan",
        "untuk",
        "sudah",
        "belum",
        "tidak",
        "dari",
        "kepada",
        "oleh",
        "ini",
        "itu",
    ]
)
KEYS: Final = re.compile(r"%\(|\{\{|\{[a-z]+\}|\b[a-z]+_[a-z_]+\b|\b(?:[A-Z][a-z]+){3,}\b")


class Visit(NamedTuple):
    """One state of one page. `route`: as it is declared. `opens`: the staged report that is opened first. `fill` and
    `press`: a form that is sent there, by ids and by the button's value of `tindakan`. `person`: who signs in.
    """

    name: str
    route: str
    path: str
    opens: str | None = None
    fill: Mapping[str, str] = MappingProxyType({})
    press: str | None = None
    person: str | None = None
    status: int = 200


VISITS: Final = (
    Visit("beranda", "/", "/"),
    Visit("lacak", "/lacak", "/lacak"),
    Visit("lacak-nomor", "/lacak", "/lacak?nomor=SP-2026-000001-8"),
    Visit("lacak-galat", "/lacak", "/lacak", fill={"#f-kode": "7K3M"}, press="main form button", status=422),
    *(
        Visit(f"lacak-{state}", "/lacak/{key}", "/lacak/{number}", opens=state)
        for state in ("unplaced", "triage", "routed", "in_progress", "awaiting_reporter", "answered", "arbitration")
    ),
    Visit("lacak-panjang", "/lacak/{key}", "/lacak/{number}", opens="long"),
    Visit("lacak-rahasia", "/lacak/{key}", "/lacak/{number}", opens="secret"),
    Visit("lacak-berhasil", "/lacak/{key}", "/lacak/{number}?berhasil=keterangan", opens="in_progress"),
    Visit(
        "lacak-sanggahan-galat", "/lacak/{key}", "/lacak/{number}", opens="answered",
        press="form:has([value=sanggahan]) button", status=422,
    ),
    Visit("lacak-tidak-ada", "/lacak/{key}", "/lacak/7K3M-9QX2A-TB4C9", status=422),
    Visit("keluar", "/keluar", "/keluar"),
    Visit("masuk-kedaluwarsa", "/masuk/kembali", "/masuk/kembali?state=x", status=400),
    Visit("saya", "/saya", "/saya", person="Maya Anggraini"),
)  # fmt: skip
NOT_SEEN: Final = {"/masuk": "leads to the provider at once", "/aset/{name}": "is no page"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("walk")) as site:
        yield site


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Any]:
    assert Path(CHROMIUM).exists(), "install the package chromium"
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        await started.close()


def test_every_page_is_visited() -> None:
    pages = {
        route.path for service in SERVICES for route in declared_routes(service.web())
        if route.method == "GET" and route.rule is not None and route.rule.page
    }  # fmt: skip
    assert pages - {visit.route for visit in VISITS} - NOT_SEEN.keys() == set()


def test_the_navigation_leads_to_pages() -> None:
    pages = {route.path for service in SERVICES for route in declared_routes(service.web()) if route.method == "GET"}
    assert {entry.path for entry in ENTRIES} <= pages


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("lang", "width"), list(product(LANGUAGES, WIDTHS)))
async def test_every_page_can_be_used_and_read_by_everybody(site: Site, browser: Any, lang: str, width: int) -> None:
    faults: list[str] = []
    for scheme in ("light", "dark") if (lang, width) == ("id", 360) else ("light",):
        for visit in VISITS:
            context = await browser.new_context(
                base_url=site.address, locale="id-ID" if lang == "id" else "en-GB", color_scheme=scheme,
                viewport={"width": width, "height": 800},
            )  # fmt: skip
            page = await context.new_page()
            requests: list[str] = []
            page.on("request", lambda request, seen=requests: seen.append(request.url))
            errors: list[str] = []
            page.on("console", lambda said, seen=errors: seen.append(said.text) if said.type == "error" else None)
            await arrive(page, site, visit)
            name = f"{visit.name}-{lang}-{width}{'-gelap' if scheme == 'dark' else ''}"
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            await page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
            faults += [f"{name}: {fault}" for fault in await faults_of(page, lang, visit)]
            faults += [f"{name}: asks {url}" for url in requests if not url.startswith((site.address, site.issuer))]
            faults += [
                f"{name}: console: {said}" for said in errors if "the server responded with a status" not in said
            ]
            await context.close()
    assert faults == []


async def arrive(page: Page, site: Site, visit: Visit) -> None:
    path = visit.path
    if visit.opens is not None:
        one = site.stage[visit.opens]
        await page.goto(f"/lacak/{one.code}")
        path = path.format(number=one.number)
    if visit.person is not None:
        await page.goto("/masuk")
        await page.get_by_role("button", name=visit.person).click()
        await page.wait_for_url("**/saya")
    answer = await page.goto(path)
    for field, value in visit.fill.items():
        await page.fill(field, value)
    if visit.press is not None:
        async with page.expect_navigation() as navigation:
            await page.locator(visit.press).first.click()
        answer = await navigation.value
    assert answer is not None
    assert answer.status == visit.status, f"{visit.name}: {answer.status}"


async def faults_of(page: Page, lang: str, visit: Visit) -> list[str]:
    found = (await Axe().run(page)).response["violations"]
    faults = [f"axe {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    faults += [f"{wide} px wider than the screen"] if wide > 0 else []
    small = await page.evaluate(SMALL)
    faults += [f"touch target of less than 44 px: {one}" for one in small]
    words = (await page.locator("main").inner_text()).replace(LONG, "")
    head = await page.locator("header, footer").all_inner_texts()
    strange = ONLY_ENGLISH if lang == "id" else ONLY_INDONESIAN
    used = set(re.findall(r"[a-z]+", " ".join([_ours(words), *head]).lower()))
    faults += [f"words of the other language: {sorted(used & strange)}"] if used & strange else []
    faults += [f"a key: {key}" for key in KEYS.findall(words)]
    faults += [f"a code name: {name}" for name in {each.value for each in Status if "_" in each.value} if name in words]
    return faults


SMALL: Final = """() => [...document.querySelectorAll('main button:not(.govuk-visually-hidden), main .govuk-input, main .choice, nav a, .language a')]
  .filter(e => e.getBoundingClientRect().height > 0 && e.getBoundingClientRect().height < 43.9)
  .map(e => e.outerHTML.slice(0, 80))"""


def _ours(words: str) -> str:
    """Without what people wrote, which keeps its language."""
    for said in ("Lampu padam sejak Senin malam di muka pasar, gelap sekali.", "Sudah tiga kali warga jatuh.", "Regu berangkat.",
                 "Lampu sudah diganti pada 4 Maret oleh regu malam. Nomor tiang 17 dan 18."):  # fmt: skip
        words = words.replace(said, " ")
    return words
