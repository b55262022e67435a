"""The citizen's roads once in full, in a real Chromium: with scripts off, and by the keyboard alone."""

import io
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Page, async_playwright

from support.pages_in_browser import CHROMIUM, Site, serving
from support.stage_citizen import PNG, TREE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TABS: Final = 120
STORY: Final = "Lampu di muka SD padam sejak Senin. Hubungi 0812-3456-7890."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("roads")) as site:
        yield site


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Any]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        await started.close()


async def new_page(browser: Any, site: Site, *, scripts: bool = True) -> Page:
    context = await browser.new_context(base_url=site.address, locale="id-ID", java_script_enabled=scripts)
    page: Page = await context.new_page()
    return page


async def press(page: Page, name: str) -> None:
    """Press a button, and wait for the page that follows."""
    async with page.expect_navigation():
        await page.get_by_role("button", name=name, exact=True).first.click()


async def test_a_report_is_filed_followed_and_moved_without_scripts(site: Site, browser: Any) -> None:
    page = await new_page(browser, site, scripts=False)
    await page.goto("/")
    await page.get_by_role("link", name="Mulai melapor").click()
    await page.get_by_label("Ceritakan dengan kata-kata Anda sendiri").fill(STORY)
    await press(page, "Lanjutkan")
    await page.get_by_label("Kecamatan, kota, atau kabupaten").fill("kota bandung")
    await press(page, "Cari")
    await page.get_by_role("radio").first.check()
    await press(page, "Lanjutkan")
    await page.get_by_label("Surel").fill("budi@contoh.id")
    await press(page, "Tinjau laporan")
    await press(page, "Hapus dari laporan")
    files = [{"name": name, "mimeType": "", "buffer": content} for name, content in (("a.png", PNG), ("x.exe", b"MZ"))]
    await page.get_by_label("Tambahkan foto").set_input_files(files)
    await press(page, "Tambahkan")
    assert "“x.exe” tidak disimpan" in await page.get_by_role("alert").inner_text()
    await press(page, "Kirim laporan")
    code = await page.locator(".code").inner_text()
    assert await qr_on(page) == f"{site.address}/lacak/{code}"
    assert "a.png" in await page.locator("main").inner_text()
    await page.get_by_role("link", name="Buka laporan").click()
    number = page.url.rpartition("/")[2]
    assert code not in page.url
    await page.get_by_text("Tambahkan keterangan").click()
    await page.get_by_label("Keterangan", exact=True).fill("Tiang nomor 17.")
    await press(page, "Tambahkan")
    assert "Keterangan Anda sudah ditambahkan" in await page.locator("main").inner_text()
    await page.get_by_text("Minta Ombudsman memeriksa").click()
    await page.get_by_label("Alasan Anda").fill("Sudah dua kali dilaporkan.")
    await press(page, "Kirim kepada Ombudsman")
    await page.get_by_role("link", name="Halaman untuk dicetak").click()
    assert "Tiang nomor 17." in await page.locator("main").inner_text()
    await page.goto(f"/lacak/{number}")
    await page.get_by_text("Salinan data saya").click()
    await press(page, "Buat salinan")
    assert "budi@contoh.id" in await page.locator("main").inner_text()
    await page.goto(f"/lacak/{number}")
    await page.locator("summary", has_text="Cabut laporan").click()
    await press(page, "Cabut laporan")
    assert "Laporan sudah dicabut." in await page.locator("main").inner_text()
    await page.locator("summary", has_text="Hapus data saya").click()
    await press(page, "Hapus data saya")
    assert STORY.partition(".")[0] not in await page.locator("main").inner_text()


async def qr_on(page: Page) -> str:
    """What a phone reads from the page, also in the dark scheme."""
    await page.emulate_media(color_scheme="dark")
    picture = Image.open(io.BytesIO(await page.locator(".qr").screenshot()))
    [found] = zxingcpp.read_barcodes(picture)
    return str(found.text)


async def test_a_like_report_is_supported_without_scripts(site: Site, browser: Any) -> None:
    page = await new_page(browser, site, scripts=False)
    await page.goto("/lapor")
    await page.get_by_label("Ceritakan dengan kata-kata Anda sendiri").fill(TREE)
    await press(page, "Lanjutkan")
    await page.get_by_label("Kecamatan, kota, atau kabupaten").fill("kota bandung")
    await press(page, "Cari")
    await page.get_by_role("radio").first.check()
    await press(page, "Lanjutkan")
    assert await page.get_by_role("heading", level=1).inner_text() == "Apakah hal ini sudah dilaporkan?"
    await press(page, "Dukung laporan itu saja")
    assert "Dukungan Anda tercatat" in await page.locator("main").inner_text()


async def tab_to(page: Page, selector: str) -> None:
    """Go on by the Tab key until the focus is there."""
    for _ in range(TABS):
        await page.keyboard.press("Tab")
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key does not lead to {selector}")


async def enter(page: Page, selector: str) -> None:
    """Press what the keyboard leads to, and wait for the page that follows."""
    await tab_to(page, selector)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def test_the_keyboard_alone_files_a_report(site: Site, browser: Any) -> None:
    page = await new_page(browser, site)
    await page.goto("/lapor")
    await tab_to(page, "#f-isi")
    await page.keyboard.type("Trotoar rusak di muka pasar.")
    await enter(page, "#laporan > .buttons button")
    await tab_to(page, "#f-cari_wilayah")
    await page.keyboard.type("kota bandung")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")  # in a field: looks for it, as the button does
    await tab_to(page, "input[name=wilayah]")
    await page.keyboard.press("Space")
    await enter(page, "#laporan > .buttons button")
    await enter(page, "#laporan > .buttons button")
    assert await page.get_by_role("heading", level=1).inner_text() == "Apakah semuanya benar?"
    await enter(page, "#laporan button[value=kirim]:not([tabindex])")
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{5}-[0-9A-Z]{5}", await page.locator(".code").inner_text())


async def test_the_keyboard_alone_answers_a_question_and_confirms(site: Site, browser: Any) -> None:
    page = await new_page(browser, site)
    asked, answered = site.stage["awaiting_reporter"], site.stage["answered"]
    await page.goto("/lacak")
    await tab_to(page, "#f-kode")
    await page.keyboard.type(asked.code)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await tab_to(page, "#f-keterangan")
    await page.keyboard.type("Tiang 17.")
    await enter(page, "form:has(#f-keterangan) button")
    assert "Keterangan Anda sudah ditambahkan" in await page.locator("main").inner_text()
    await page.goto(f"/lacak/{answered.code}")
    await tab_to(page, "input[name=bintang]")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await tab_to(page, "#f-kata")
    await page.keyboard.type("Terima kasih.")
    await enter(page, "form:has(#f-kata) button")
    words = await page.locator("main").inner_text()
    assert "Terima kasih. Laporan ditutup sebagai selesai." in words
    assert "Penilaian Anda: 3 dari 5." in words or "nilai 3 dari 5" in words


async def test_the_keyboard_alone_disputes_an_answer_after_a_mistake(site: Site, browser: Any) -> None:
    one = site.stage["silence"]
    page = await new_page(browser, site)
    await page.goto(f"/lacak/{one.code}")
    await enter(page, "form:has([value=sanggahan]) button")
    alert = page.get_by_role("alert")
    assert await page.evaluate("document.activeElement.getAttribute('role')") == "alert", "the summary has the focus"
    await tab_to(page, "[role=alert] a")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "f-alasan_sanggahan"
    await page.keyboard.type("Lampunya masih padam.")
    await enter(page, "form:has([value=sanggahan]) button")
    words = await page.locator("main").inner_text()
    assert "Sanggahan Anda sudah diterima" in words
    assert "Lampunya masih padam." in words
    assert await alert.count() == 0
