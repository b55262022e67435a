"""The roads of the desk, the arbiter and the operator in a real Chromium, by keyboard alone; one without JavaScript."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect

from support.pages_in_browser import CHROMIUM, Site, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("roads")) as site:
        yield site


@pytest.fixture
async def browser() -> AsyncIterator[Any]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        await started.close()


async def signed_in(browser: Any, site: Site, person: str, path: str, *, scripts: bool = True) -> Page:
    context = await browser.new_context(base_url=site.address, locale="id-ID", java_script_enabled=scripts)
    page: Page = await context.new_page()
    await page.goto(f"/masuk?lanjut={path}")
    await page.get_by_role("button", name=person).click()
    await page.wait_for_url(f"**{path}")
    return page


async def tab_to(page: Page, selector: str) -> None:
    """Press the tabulator until this has the focus. Raises AssertionError: it is never reached."""
    for _ in range(80):
        if await page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by keyboard")


async def test_without_javascript_the_desk_asks_the_reporter(site: Site, browser: Any) -> None:
    page = await signed_in(browser, site, "Dewi Lestari", "/meja", scripts=False)
    await page.get_by_text("Tanya pelapor").click()
    await page.get_by_label("Pertanyaan").fill(" ")
    await page.get_by_role("button", name="Kirim pertanyaan").click()
    await expect(page.get_by_role("alert")).to_contain_text("Pertanyaan")
    await expect(page.get_by_role("button", name=re.compile("Tempatkan")).last).to_be_visible()


async def test_a_key_chooses_and_enter_places(site: Site, browser: Any) -> None:
    page = await signed_in(browser, site, "Dewi Lestari", "/meja")
    number = re.search(r"SP-[0-9-]+", await page.title())
    assert number is not None
    await page.keyboard.press("2")
    await expect(page.get_by_role("radio", name=re.compile("PLN"))).to_be_checked()
    await page.keyboard.press("1")
    await expect(page.get_by_role("radio", name=re.compile("Bidang Jalan"))).to_be_checked()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text(f"Laporan {number[0]} sudah dikirim kepada instansinya.")


async def test_single_keys_can_be_switched_off_and_stay_off(site: Site, browser: Any) -> None:
    page = await signed_in(browser, site, "Agus Prasetyo", "/arbiter")
    await page.get_by_role("heading", level=2).get_by_role("link").first.click()
    await page.get_by_label("Pakai tombol pintas").uncheck()
    await page.reload()
    await page.keyboard.press("1")
    await expect(page.locator("[data-key='1']")).not_to_be_checked()
    await page.get_by_label("Pakai tombol pintas").check()
    await page.locator("h1").click()
    await page.keyboard.press("1")
    await expect(page.locator("[data-key='1']")).to_be_checked()


async def test_the_arbiter_decides_by_keyboard_alone(site: Site, browser: Any) -> None:
    page = await signed_in(browser, site, "Agus Prasetyo", "/arbiter")
    await tab_to(page, "h2 a")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/arbiter/*-*")
    await page.keyboard.press("1")
    await tab_to(page, "#f-alasan")
    await page.keyboard.type("Tiang itu milik kota.")
    await tab_to(page, "[name=jangkauan]")
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("sudah berlaku")


async def test_the_operator_adds_a_body_with_a_mandate_by_keyboard_alone(site: Site, browser: Any) -> None:
    page = await signed_in(browser, site, "Tono Wijaya", "/operator/instansi-baru")
    await tab_to(page, "#f-nama")
    await page.keyboard.type("Badan Haji")
    await tab_to(page, "#f-kode")
    await page.keyboard.type("badan-haji")
    await tab_to(page, "[name=tingkat]")
    await page.keyboard.press("ArrowUp")  # to the last one: the national level
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Instansi sudah terdaftar")
    await tab_to(page, ".folds summary")
    await page.keyboard.press("Enter")
    await tab_to(page, "#f-bidang")
    await page.keyboard.type("haji dan")
    await tab_to(page, "#f-dasar")
    await page.keyboard.type("UU 1/2026")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Beri kewenangan kepada Badan Haji?")
    await tab_to(page, "main button.govuk-button")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Perubahan sudah berlaku.")
    await expect(page.locator(".mandates")).to_contain_text("haji dan umrah")
