"""An officer's roads in a real Chromium: by keyboard alone, without JavaScript, several at once, and a conflict."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from support.pages_in_browser import CHROMIUM, Site, serving
from support.stage import ANSWER

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OFFICER = "Sari Wulandari"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("roads")) as site:
        yield site


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    assert Path(CHROMIUM).exists(), "install the package chromium"
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        await started.close()


async def signed_in(browser: Browser, site: Site, **more: Any) -> Page:
    context = await browser.new_context(base_url=site.address, locale="id-ID", **more)
    page = await context.new_page()
    await page.goto("/masuk")
    await page.get_by_role("button", name=OFFICER).click()
    await page.wait_for_url("**/petugas")
    return page


async def tab_to(page: Page, name: str, most: int = 120) -> None:
    """Press Tab until what is focused has this name."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(
            "document.activeElement.innerText || document.activeElement.labels?.[0]?.innerText"
        )
        if (focused or "").strip() == name:
            return
    raise AssertionError(f"no way to {name} by keyboard")


async def test_by_keyboard_alone_a_case_is_opened_acknowledged_and_answered_with_a_template(
    browser: Browser, site: Site
) -> None:
    page = await signed_in(browser, site)
    await page.goto("/petugas/templat")
    await tab_to(page, "Nama")
    await page.keyboard.type("Lampu diganti")
    await page.keyboard.press("Tab")
    await page.keyboard.type(f"Laporan {{nomor}}: {ANSWER}")
    await tab_to(page, "Simpan templat")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Templat disimpan")).to_be_visible()

    one = site.stage["routed"]
    await page.goto("/petugas?status=routed")
    rows = await page.locator("[data-row]").all_inner_texts()
    await page.locator("body").press("j")
    for _ in range(rows.index(one.number)):
        await page.keyboard.press("j")
    await expect(page.locator("[data-row]:focus")).to_have_text(one.number)
    await page.keyboard.press("a")
    await page.wait_for_url(f"**/petugas/{one.id}#terima")
    await tab_to(page, "Terima laporan")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Laporan diterima. Berikutnya tenggat")).to_be_visible()

    await tab_to(page, "Sisipkan")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Jawaban", exact=True)).to_have_value(f"Laporan {one.number}: {ANSWER}")
    await tab_to(page, "Kirim jawaban")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Jawaban terkirim.")).to_be_visible()


async def test_a_letter_typed_into_a_field_is_no_shortcut_and_they_can_be_switched_off(
    browser: Browser, site: Site
) -> None:
    page = await signed_in(browser, site)
    await page.get_by_label("Cari dalam laporan yang terbuka").press_sequentially("jajar")
    await expect(page.get_by_label("Cari dalam laporan yang terbuka")).to_have_value("jajar")
    await page.get_by_text("Pintasan papan tik").click()
    await page.get_by_role("button", name="Matikan pintasan").click()
    await page.locator("body").press("j")
    assert await page.locator("[data-row]:focus").count() == 0
    await page.get_by_text("Pintasan papan tik").click()
    await page.get_by_role("button", name="Nyalakan pintasan").click()
    await page.locator("body").press("j")
    await expect(page.locator("[data-row]:focus")).to_have_count(1)


async def test_without_javascript_several_are_acknowledged_and_a_case_is_returned(browser: Browser, site: Site) -> None:
    page = await signed_in(browser, site, java_script_enabled=False)
    late, wide = site.stage["late"], site.stage["wide"]
    await page.goto("/petugas?status=routed")
    for one in (late, wide):
        await page.get_by_label(f"Centang {one.number}").check()
    await page.get_by_role("button", name="Terima", exact=True).click()
    await expect(page.get_by_text("2 laporan diterima.")).to_be_visible()
    await page.get_by_role("link", name=late.number).click()
    await page.locator("summary", has_text="Kembalikan").click()
    await expect(page.get_by_text("dikembalikan untuk ke-1 kali")).to_be_visible()
    await page.get_by_label("Mengapa bukan wewenang Anda?").fill("Tiang milik PLN")
    await page.get_by_label("Instansi yang disarankan").fill("pln")
    await page.get_by_role("button", name="Kembalikan laporan").click()
    await expect(page.get_by_text("Laporan dikembalikan.")).to_be_visible()


async def test_two_officers_answer_one_case_and_the_slower_loses_nothing(browser: Browser, site: Site) -> None:
    one = site.stage["in_progress"]
    first, second = await signed_in(browser, site), await signed_in(browser, site)
    for page in (first, second):
        await page.goto(f"/petugas/{one.id}")
        await page.get_by_label("Jawaban", exact=True).fill(ANSWER)
    await first.locator("summary", has_text="Catat kemajuan").click()
    await first.get_by_label("Kemajuan", exact=True).fill("Regu berangkat.")
    await first.get_by_role("button", name="Catat kemajuan").click()
    await expect(first.get_by_text("Kemajuan dicatat")).to_be_visible()
    await second.get_by_role("button", name="Kirim jawaban").click()
    await expect(second.get_by_role("heading", name="Laporan ini berubah sewaktu Anda menulis")).to_be_visible()
    await expect(second.get_by_text("Regu berangkat.").first).to_be_visible()
    await expect(second.get_by_label("Jawaban", exact=True)).to_have_value(ANSWER)
    await second.get_by_role("button", name="Kirim lagi pada keadaan terbaru").click()
    await expect(second.get_by_text("Jawaban terkirim.")).to_be_visible()
