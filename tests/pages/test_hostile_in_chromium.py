"""Two hundred hostile texts, stored where people write them, on every page that shows them, in a real Chromium: nothing
runs, nothing is asked of another site, nothing is wider than the screen.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from playwright.async_api import Page, async_playwright

from support.hostile import hostile
from support.hostile_stage import FIELDS, set_hostile_stage
from support.pages_in_browser import CHROMIUM, Site, serving
from support.stage import Staged

pytestmark = [pytest.mark.browser, pytest.mark.slow]
INPUTS: Final = 200
TEMPLATES: Final = 6
OF_ONE: Final = {
    "/lacak/{number}": None,
    "/laporan/{number}": None,
    "/petugas/{id}": "Sari Wulandari",
    "/meja/{id}": "Dewi Lestari",
    "/meja/aduan-isi/{id}": "Dewi Lestari",
    "/arbiter/{id}": "Agus Prasetyo",
}
LISTS: Final = {
    "/": None,
    "/laporan": None,
    "/petugas": "Sari Wulandari",
    "/petugas/tenggat": "Sari Wulandari",
    "/petugas/templat": "Sari Wulandari",
    "/meja": "Dewi Lestari",
    "/meja/aduan-isi": "Dewi Lestari",
    "/arbiter": "Agus Prasetyo",
    "/preseden": "Agus Prasetyo",
}
"""Pages that show what people wrote, and who looks at them."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("hostile"), set_hostile_stage(INPUTS)) as site:
        yield site


async def test_nothing_that_people_wrote_runs(site: Site) -> None:
    assert len(site.stage) * FIELDS >= INPUTS
    assert Path(CHROMIUM).exists(), "install the package chromium"
    faults: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for person in (None, "Sari Wulandari", "Dewi Lestari", "Agus Prasetyo"):
            context = await browser.new_context(
                base_url=site.address, viewport={"width": 360, "height": 800}, locale="id-ID"
            )
            page = await context.new_page()
            watch(page, site, faults)
            if person is not None:
                await page.goto("/masuk")
                await page.get_by_role("button", name=person).click()
                await page.wait_for_load_state()
            if person == "Sari Wulandari":
                await keep_templates(page)
            for path in [path for path, who in LISTS.items() if who == person]:
                await look(page, path, faults)
            for one in site.stage.values():
                if person is None:
                    await page.goto(f"/lacak/{one.code}")
                for path in [path for path, who in OF_ONE.items() if who == person]:
                    await look(page, path.format(number=one.number, id=one.id), faults)
            await context.close()
        await browser.close()
    assert not faults, "\n".join(faults)


async def keep_templates(page: Page) -> None:
    """Store hostile templates, which the forms of every case offer."""
    texts = hostile(Random(13), 90)
    for _ in range(TEMPLATES):
        await page.goto("/petugas/templat")
        await page.fill("#tulis [name=nama]", f"A {next(texts)}")
        # Braces that name no field are refused.
        await page.fill("#tulis [name=kata]", f"Kata {next(texts)}".replace("{", "(").replace("}", ")"))
        await page.click("#tulis .buttons button")
        assert "berhasil=simpan" in page.url


def watch(page: Page, site: Site, faults: list[str]) -> None:
    """Note what runs, and what is asked of others."""

    async def dismiss(dialog: Any) -> None:
        faults.append(f"{page.url}: a dialog: {dialog.message}")
        await dialog.dismiss()

    page.on("dialog", lambda dialog: asyncio.ensure_future(dismiss(dialog)))
    page.on("request", lambda asked: None if ours(asked.url, site) else faults.append(f"{page.url} asks {asked.url}"))
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))


def ours(url: str, site: Site) -> bool:
    return url.startswith((site.address, site.issuer))


async def look(page: Page, path: str, faults: list[str]) -> None:
    answer = await page.goto(path)
    assert answer is not None
    if answer.status >= 500:
        faults.append(f"{path}: {answer.status}")
    if await page.evaluate("'hacked' in globalThis"):
        faults.append(f"{path}: a script ran")
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        faults.append(f"{path}: {wide} px wider than the screen")
    if not await page.locator("footer.site-foot").is_visible():
        faults.append(f"{path}: the page's end is not shown")


def test_the_stage_has_one_complaint_for_each_set_of_texts(site: Site) -> None:
    assert all(isinstance(one, Staged) for one in site.stage.values())
