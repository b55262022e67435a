"""The road of somebody who reads other people's reports, once in full, in a real Chromium with scripts off."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from support.pages_in_browser import CHROMIUM, Site, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("public")) as site:
        yield site


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await browser.new_context(base_url=site.address, locale="id-ID", java_script_enabled=False)
        yield await context.new_page()
        await browser.close()


async def press(page: Page, role: Any, name: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role(role, name=name, exact=True).first.click()


async def listed(page: Page) -> list[str]:
    """The addresses of the reports on the page."""
    links = await page.locator(".report-item a").all()
    return [str(await link.get_attribute("href")) for link in links]


async def test_a_report_is_found_opened_supported_and_its_content_reported(site: Site, page: Page) -> None:
    await page.goto("/laporan")
    await page.get_by_label("Kata dalam laporan, atau nomornya").fill("mohon diperbaiki")
    await press(page, "button", "Cari")
    await page.locator("summary", has_text="Saring menurut wilayah").click()
    await page.get_by_label("Provinsi").select_option(label="Jawa Barat")
    await press(page, "button", "Saring")
    first = await listed(page)
    assert "kata=mohon" in page.url
    assert "provinsi=32" in page.url

    await press(page, "link", "Lebih lama")
    further = await listed(page)
    assert first
    assert further
    assert not set(first) & set(further)

    number = site.stage["in_progress"].number
    await page.goto("/laporan")
    await page.get_by_label("Kata dalam laporan, atau nomornya").fill(number)
    await press(page, "button", "Cari")
    assert page.url.endswith(f"/laporan/{number}")

    await press(page, "button", "Dukung laporan ini")
    assert "Dukungan Anda tercatat" in await page.locator("main").inner_text()
    assert await page.get_by_role("button", name="Dukung laporan ini").count() == 0

    await press(page, "link", "Adukan isi laporan ini")
    await press(page, "button", "Kirim aduan")
    assert "Wajib diisi" in await page.locator("main").inner_text()
    await page.get_by_label("Memuat data pribadi seseorang").check()
    await page.get_by_label("Penjelasan").fill("Nama tetangga saya disebut.")
    await press(page, "button", "Kirim aduan")
    assert page.url.partition("?")[0].endswith(f"/laporan/{number}")
    assert "Aduan Anda terkirim" in await page.locator("main").inner_text()
