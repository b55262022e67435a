"""A walk over every page, in both languages, at 360 and 1280 px, in a real Chromium: axe-core finds nothing, nothing is
wider than the screen, no key and no word of the other language is shown. Pictures go to var/screenshots.
"""

from collections.abc import AsyncIterator, Iterator
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

from chassis.http.declared import declared_routes
from chassis.pages.navigation import ENTRIES
from local.front import SERVICES
from support.pages_in_browser import CHROMIUM, Site, serving
from support.visits import GROUPS, NOT_VISITED, VISITS, Visit, strange

SCREENSHOTS: Final = Path(__file__).parents[2] / "var/screenshots"
WIDTHS: Final = (360, 1280)
LANGUAGES: Final = ("id", "en")


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
    assert pages - {visit.route for visit in VISITS} - NOT_VISITED.keys() == set()


def test_the_navigation_leads_to_pages() -> None:
    pages = {route.path for service in SERVICES for route in declared_routes(service.web()) if route.method == "GET"}
    assert {entry.path for entry in ENTRIES} <= pages


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("group", "lang", "width"), list(product(GROUPS, LANGUAGES, WIDTHS)))
async def test_every_page_can_be_used_and_read_by_everybody(
    site: Site, browser: Any, group: str, lang: str, width: int
) -> None:
    faults: list[str] = []
    for scheme in ("light", "dark") if (lang, width) == ("id", 360) else ("light",):
        for visit in GROUPS[group]:
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
    if visit.about is not None:
        path = path.format(id=site.stage[visit.about].id)
    if visit.person is not None:
        await page.goto("/masuk?lanjut=/saya")
        await page.get_by_role("button", name=visit.person).click()
        await page.wait_for_url("**/saya")
    answer = await page.goto(path)
    for fields, button in visit.steps:
        await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        for field, value in fields.items():
            await fill_in(page, site, field, value)
        async with page.expect_navigation() as navigation:
            await page.locator(button).first.click()
        answer = await navigation.value
    assert answer is not None
    assert answer.status == visit.status, f"{visit.name}: {answer.status}"


async def fill_in(page: Page, site: Site, field: str, value: str) -> None:
    form, action, _ = field.partition(":action")
    if action:
        to = value.format(**{name: one.id for name, one in site.stage.items()})
        await page.locator(form).evaluate("(form, to) => form.setAttribute('action', to)", to)
    elif "[type=hidden]" in field:
        await page.locator(field).evaluate("(input, value) => { input.value = value; }", value)
    elif value.startswith("select "):
        await page.select_option(field, value.removeprefix("select "))
    elif value == "check":
        await page.locator(field).check()
    else:
        await page.fill(field, value)


async def faults_of(page: Page, lang: str, visit: Visit) -> list[str]:
    found = (await Axe().run(page)).response["violations"]
    faults = [f"axe {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    faults += [f"{wide} px wider than the screen"] if wide > 0 else []
    small = await page.evaluate(SMALL)
    faults += [f"touch target of less than 44 px: {one}" for one in small]
    words = await page.locator("body").inner_text()
    switch = await page.locator(".language").inner_text()
    faults += [f"reads: {one}" for one in strange(words.replace(switch, " "), lang)]
    return faults


SMALL: Final = """() => [...document.querySelectorAll('main button:not(.govuk-visually-hidden), main .govuk-input, main .choice, nav a, .language a')]
  .filter(e => e.getBoundingClientRect().height > 0 && e.getBoundingClientRect().height < 43.9)
  .map(e => e.outerHTML.slice(0, 80))"""
