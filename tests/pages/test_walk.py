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
from support.stage_citizen import PNG
from support.visits import GROUPS, NOT_VISITED, VISITS, Visit, strange

SCREENSHOTS: Final = Path(__file__).parents[2] / "var/screenshots"
WIDTHS: Final = (360, 1280)
HEIGHT: Final = 800
LANGUAGES: Final = ("id", "en")
SIGNED_IN: Final[dict[str, dict[str, Any]]] = {}
WIDE: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


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
@pytest.mark.parametrize(("group", "lang"), list(product(GROUPS, LANGUAGES)))
async def test_every_page_can_be_used_and_read_by_everybody(site: Site, browser: Any, group: str, lang: str) -> None:
    faults: list[str] = []
    for visit in GROUPS[group]:
        context = await browser.new_context(
            base_url=site.address, locale="id-ID" if lang == "id" else "en-GB", storage_state=await signed_in(site, browser, visit)
        )  # fmt: skip
        page = await context.new_page()
        await page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        requests: list[str] = []
        page.on("request", lambda request, seen=requests: seen.append(request.url))
        errors: list[str] = []
        page.on("console", lambda said, seen=errors: seen.append(said.text) if said.type == "error" else None)
        await arrive(page, site, visit)
        found = [fault async for fault in looked_at(page, lang, visit)]
        found += [f"asks {url}" for url in requests if not url.startswith((site.address, site.issuer))]
        found += [f"console: {said}" for said in errors if "the server responded with a status" not in said]
        faults += [f"{visit.name}-{lang}: {fault}" for fault in found]
        await context.close()
    assert not faults, "\n".join(faults)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
async def test_every_page_is_complete_without_scripts(site: Site, browser: Any, group: str) -> None:
    faults: list[str] = []
    for visit in GROUPS[group]:
        context = await browser.new_context(
            base_url=site.address, locale="id-ID", java_script_enabled=False,
            storage_state=await signed_in(site, browser, visit),
        )  # fmt: skip
        page = await context.new_page()
        await arrive(page, site, visit)
        hidden = await page.locator("[data-needs-script]:visible").count()
        faults += [f"{visit.name}: shows what needs a script"] if hidden else []
        await context.close()
    assert not faults, "\n".join(faults)


async def signed_in(site: Site, browser: Any, visit: Visit) -> Any:
    """The cookies of whoever visits; each person signs in once for each site."""
    if visit.person is None:
        return None
    kept = SIGNED_IN.setdefault(site.address, {})
    if visit.person not in kept:
        context = await browser.new_context(base_url=site.address)
        page = await context.new_page()
        await page.goto("/masuk?lanjut=/saya")
        await page.get_by_role("button", name=visit.person).click()
        await page.wait_for_url("**/saya")
        kept[visit.person] = await context.storage_state()
        await context.close()
    return kept[visit.person]


async def looked_at(page: Page, lang: str, visit: Visit) -> AsyncIterator[str]:
    """What is wrong with the page in each width, in the dark, and at twice the size."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        await page.screenshot(path=SCREENSHOTS / f"{visit.name}-{lang}-{width}.png", full_page=True)
        for fault in await faults_of(page, lang, visit):
            yield f"{width} px: {fault}"
    # At 200 % a window of 1,280 px has 640 px of CSS (WCAG 2.2, 1.4.4 and 1.4.10).
    await page.set_viewport_size({"width": 640, "height": HEIGHT // 2})
    if (wide := await page.evaluate(WIDE)) > 0:
        yield f"200 %: {wide} px wider than the screen"
    if lang == "id":
        await page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        await page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # not amid a transition
        await page.screenshot(path=SCREENSHOTS / f"{visit.name}-{lang}-{WIDTHS[0]}-gelap.png", full_page=True)
        contrast = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        for one in (await Axe().run(page, options=contrast)).response["violations"]:
            yield f"dark: axe {one['id']}: {one['nodes'][0]['html'][:120]}"


async def arrive(page: Page, site: Site, visit: Visit) -> None:
    path = visit.path
    if visit.opens is not None:
        one = site.stage[visit.opens]
        await page.goto(f"/lacak/{one.code}")
        path = path.format(number=one.number)
    if visit.about is not None:
        path = path.format(id=site.stage[visit.about].id)
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
    elif value.startswith("number "):
        await page.fill(field, site.stage[value.removeprefix("number ")].number)
    elif value.startswith("select "):
        await page.select_option(field, value.removeprefix("select "))
    elif value == "check":
        await page.locator(field).check()
    elif value.startswith("file:"):
        name = value.removeprefix("file:")
        content = PNG if name.endswith(".png") else b"MZ"
        await page.set_input_files(field, {"name": name, "mimeType": "", "buffer": content})
    else:
        await page.fill(field, value)


async def faults_of(page: Page, lang: str, visit: Visit) -> list[str]:
    found = (await Axe().run(page)).response["violations"]
    faults = [f"axe {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
    wide = await page.evaluate(WIDE)
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
