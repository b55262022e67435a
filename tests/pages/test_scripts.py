"""What scripts add to filing, in a real Chromium: drafts that are kept only when asked for, filing without a network, the
browser's position, and answers while somebody types.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from support.pages_in_browser import CHROMIUM, Site, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=30_000)
WORDS: Final = "Lampu padam di depan pasar.\nGelap & licin <b>sekali</b>."
KEPT: Final = """async () => new Promise(done => {
  const asked = indexedDB.open("satupintu", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("drafts", {keyPath: "id"});
  asked.onsuccess = () => {
    const all = asked.result.transaction("drafts").objectStore("drafts").getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result.map(d => ({...d, photos: d.photos.map(p => p.name)}))); };
  };
})"""
CONTROLLED: Final = "() => navigator.serviceWorker.controller !== null"
PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("drafts")) as site:
        yield site


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    assert Path(CHROMIUM).exists(), "install the package chromium"
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        await started.close()


@pytest.fixture
async def context(browser: Browser, site: Site) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(base_url=site.address, locale="id-ID")
    context.set_default_timeout(60_000)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert faults == []


async def kept(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await page.evaluate(KEPT)
    return found


async def write(page: Page, words: str = WORDS) -> None:
    """The first step, kept on this device."""
    await page.goto("/lapor")
    await page.fill("#f-isi", words)
    await page.get_by_label("Simpan di perangkat ini").check()
    await expect(page.get_by_text("Tersimpan di perangkat ini pukul")).to_be_visible()


async def go_on(page: Page, name: str = "Lanjutkan") -> None:
    await page.get_by_role("button", name=name, exact=True).last.click()


async def work_offline(page: Page, context: BrowserContext) -> None:
    """Wait for the service worker, and cut the network."""
    await page.goto("/lapor")
    await page.wait_for_function(CONTROLLED)
    await context.set_offline(True)


async def api(page: Page, code: str) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(f"() => fetch('/api/v1/complaints/{code}').then(a => a.json())")
    return found


async def test_nothing_is_kept_that_nobody_asked_for(page: Page) -> None:
    await page.goto("/lapor")
    await page.fill("#f-isi", WORDS)
    await go_on(page)
    await expect(page.get_by_role("heading", name="Di mana?")).to_be_visible()
    assert await kept(page) == []
    stored = await page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "Lampu" not in stored


async def test_a_draft_outlives_the_page_and_holds_no_contact(page: Page) -> None:
    await write(page)
    await go_on(page)
    await page.fill("#f-alamat", "Jl. Merdeka 12")
    await go_on(page)
    await page.fill("#f-nama", "Ani Lestari")
    await page.fill("#f-surel", "ani@contoh.id")
    await page.fill("#f-telepon", "081234567890")
    await page.get_by_label("Rahasia").check()
    await page.get_by_role("button", name="Tinjau laporan").click()
    await expect(page.get_by_role("heading", name="Apakah semuanya benar?")).to_be_visible()
    await expect(page.get_by_text("Tersimpan di perangkat ini pukul")).to_be_visible()
    [draft] = await kept(page)
    stored = json.dumps(draft)
    for secret in ("Ani", "contoh", "0812"):
        assert secret not in stored
    await page.goto("/draf")
    await page.get_by_role("button", name="Lanjutkan").click()
    await expect(page.locator("#f-isi")).to_have_value(WORDS)
    await expect(page.get_by_label("Simpan di perangkat ini")).to_be_checked()
    await go_on(page)
    await expect(page.locator("#f-alamat")).to_have_value("Jl. Merdeka 12")
    await go_on(page)
    await expect(page.locator("#f-nama")).to_have_value("")
    await expect(page.get_by_label("Rahasia")).to_be_checked()


async def test_several_drafts_are_listed_and_deleted(page: Page) -> None:
    await page.goto("/draf")
    await expect(page.get_by_text("Tidak ada draf. Centang")).to_be_visible()
    for words in ("Laporan satu", "Laporan dua"):
        await write(page, words)
    await page.goto("/draf")
    await expect(page.locator("article h2")).to_have_text(["Laporan dua", "Laporan satu"])
    await expect(page.get_by_role("button", name="Kirim sekarang")).to_have_count(0)
    await page.get_by_role("button", name="Hapus: Laporan dua").click()
    await expect(page.locator("article h2")).to_have_text(["Laporan satu"])
    await expect(page.locator("[data-says]")).to_have_text("Draf dihapus dari perangkat ini.")
    assert len(await kept(page)) == 1


async def test_the_words_of_a_draft_are_never_markup(page: Page) -> None:
    await write(page, '<img src=x onerror="document.title=1"><script>document.title=2</script>')
    await page.goto("/draf")
    await expect(page.locator("article h2")).to_contain_text("<img src=x")
    assert await page.locator("article img, article script").count() == 0


async def test_a_draft_ends_after_thirty_days(page: Page) -> None:
    await page.clock.install()
    await write(page)
    await page.clock.fast_forward(29 * 24 * 3600 * 1000)
    await page.goto("/draf")
    await expect(page.locator("article")).to_have_count(1)
    await page.clock.fast_forward(2 * 24 * 3600 * 1000)
    await page.reload()
    await expect(page.get_by_text("Tidak ada draf. Centang")).to_be_visible()
    assert await kept(page) == []


async def test_unticking_deletes_the_draft(page: Page) -> None:
    await write(page)
    await page.get_by_label("Simpan di perangkat ini").uncheck()
    await expect(page.get_by_text("Draf dihapus dari perangkat ini.")).to_be_visible()
    assert await kept(page) == []


async def test_a_refusal_keeps_the_draft_and_success_deletes_it(page: Page) -> None:
    await write(page)
    await page.fill("#f-tanggal", "2999-01-01")
    await go_on(page)
    await expect(page.get_by_role("alert")).to_be_visible()
    assert len(await kept(page)) == 1
    await page.fill("#f-tanggal", "")
    for _ in range(2):
        await go_on(page)
    await page.get_by_role("button", name="Tinjau laporan").click()
    await page.get_by_role("button", name="Kirim laporan").click()
    await expect(page.get_by_role("heading", name="Laporan Anda sudah diterima")).to_be_visible()
    await page.goto("/draf")
    await expect(page.get_by_text("Tidak ada draf. Centang")).to_be_visible()


async def test_a_browser_that_refuses_to_keep_says_so_and_still_files(page: Page) -> None:
    await page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }")
    await page.goto("/lapor")
    await page.fill("#f-isi", WORDS)
    await page.get_by_label("Simpan di perangkat ini").click()
    await expect(page.get_by_text("Peramban ini tidak mengizinkan penyimpanan.")).to_be_visible()
    await expect(page.get_by_label("Simpan di perangkat ini")).not_to_be_checked()
    await go_on(page)
    await expect(page.get_by_role("heading", name="Di mana?")).to_be_visible()
    await page.goto("/draf")
    await expect(page.get_by_text("tidak mengizinkan penyimpanan, jadi tidak ada draf")).to_be_visible()


async def test_photos_that_do_not_fit_leave_the_words(page: Page, context: BrowserContext) -> None:
    await page.add_init_script(
        "const put = IDBObjectStore.prototype.put; IDBObjectStore.prototype.put = function (draft) {"
        " if (draft.photos && draft.photos.length) throw new DOMException('full', 'QuotaExceededError');"
        " return put.call(this, draft); }"
    )
    await page.goto("/lapor/luring")
    await page.fill("#f-isi", WORDS)
    await page.set_input_files("#f-berkas", {"name": "lampu.png", "mimeType": "image/png", "buffer": PNG})
    await page.get_by_label("Simpan di perangkat ini").check()
    await expect(page.get_by_text("Kata-katanya tersimpan pukul")).to_be_visible()
    [draft] = await kept(page)
    assert (draft["fields"]["isi"], draft["photos"]) == (WORDS, [])


async def test_a_report_that_is_written_without_a_network_is_filed_once_with_its_photos(
    page: Page, context: BrowserContext
) -> None:
    await work_offline(page, context)
    await page.goto("/lapor")
    await expect(page.get_by_role("heading", name="Lapor tanpa jaringan")).to_be_visible()
    await page.fill("#f-isi", WORDS)
    await page.fill("#f-pin", "-6.9147, 107.6098")
    await page.set_input_files(
        "#f-berkas", [{"name": f"{n}.png", "mimeType": "image/png", "buffer": PNG + bytes([n])} for n in (1, 2)]
    )
    await page.get_by_label("Simpan di perangkat ini").check()
    await page.get_by_role("button", name="Kirim laporan").click()
    await expect(page.get_by_text("Belum terkirim: tidak ada jaringan.")).to_be_visible()
    [draft] = await kept(page)
    assert draft["wanted"]
    filings: list[str] = []
    page.on("request", lambda request: filings.append(request.url) if request.method == "POST" else None)
    await context.set_offline(False)
    await expect(page.get_by_role("heading", name="Laporan Anda sudah diterima")).to_be_visible()
    story = await api(page, await page.locator("[data-code]").inner_text())
    assert story["text"] == WORDS
    assert (story["place"]["lat"], story["place"]["lon"]) == (-6.9147, 107.6098)
    assert len(story["attachments"]) == 2
    assert [url.rpartition("/")[2] for url in filings] == ["complaints", "attachments", "attachments"]
    assert await kept(page) == []
    await page.get_by_role("button", name="Buka laporan").click()
    await page.wait_for_url("**/lacak/SP-*")


async def test_an_answer_that_was_lost_files_nothing_twice(page: Page, context: BrowserContext) -> None:
    await work_offline(page, context)
    await page.goto("/lapor")
    await page.fill("#f-isi", WORDS)
    await page.get_by_label("Simpan di perangkat ini").check()
    await page.get_by_role("button", name="Kirim laporan").click()
    await expect(page.get_by_text("Belum terkirim")).to_be_visible()
    codes: list[str] = []
    lost = asyncio.Event()

    async def lose(route: Any) -> None:
        if codes:
            await route.continue_()
            return
        answer = await route.fetch()
        codes.append((await answer.json())["tracking_code"])
        await route.abort()
        lost.set()

    await context.route("**/api/v1/complaints", lose)
    await context.set_offline(False)
    await asyncio.wait_for(lost.wait(), 60)
    await expect(page.get_by_text("Belum terkirim")).to_be_visible()
    await page.goto("/draf")
    await expect(page.get_by_role("heading", name="Laporan Anda sudah diterima")).to_be_visible()
    assert [await page.locator("[data-code]").inner_text()] == codes


async def test_a_draft_opens_without_a_network(page: Page, context: BrowserContext) -> None:
    await write(page)
    await work_offline(page, context)
    await page.goto("/draf")
    await page.get_by_role("button", name="Lanjutkan").click()
    await expect(page.get_by_role("heading", name="Lapor tanpa jaringan")).to_be_visible()
    await expect(page.locator("#f-isi")).to_have_value(WORDS)
    await expect(page.get_by_label("Simpan di perangkat ini")).to_be_checked()
    await page.get_by_role("button", name="Kirim laporan").click()
    await expect(page.get_by_text("Belum terkirim: tidak ada jaringan.")).to_be_visible()
    await page.close()
    await context.set_offline(False)
    later = await context.new_page()
    await later.goto("/draf")
    await expect(later.get_by_role("heading", name="Laporan Anda sudah diterima")).to_be_visible()
    assert (await api(later, await later.locator("[data-code]").inner_text()))["text"] == WORDS


async def test_a_form_that_could_not_be_sent_stays_filled_in(page: Page, context: BrowserContext) -> None:
    await work_offline(page, context)
    await context.set_offline(False)
    await page.goto("/lapor")
    await page.fill("#f-isi", WORDS)
    await go_on(page)
    await page.fill("#f-alamat", 'Jl. "Merdeka" <12>')
    await go_on(page)
    await page.fill("#f-surel", "ani@contoh.id")
    await context.set_offline(True)
    await page.get_by_role("button", name="Tinjau laporan").click()
    await expect(page.get_by_role("heading", name="Lapor tanpa jaringan")).to_be_visible()
    await expect(page.locator("#f-isi")).to_have_value(WORDS)
    await expect(page.locator("#f-alamat")).to_have_value('Jl. "Merdeka" <12>')
    await expect(page.locator("#f-surel")).to_have_value("ani@contoh.id")
    assert await kept(page) == []


async def test_the_browsers_back_button_leads_to_the_step_before_with_its_answers(page: Page) -> None:
    await page.goto("/lapor")
    await page.wait_for_function(CONTROLLED)
    await page.fill("#f-isi", WORDS)
    await go_on(page)
    await page.fill("#f-alamat", "Jl. Merdeka 12")
    await go_on(page)
    await page.get_by_role("button", name="Tinjau laporan").click()
    await expect(page.get_by_role("heading", name="Apakah semuanya benar?")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="Bagaimana kami menghubungi Anda?")).to_be_visible()
    await page.go_forward()
    await page.get_by_role("button", name="Kirim laporan").click()
    await page.wait_for_url("**/lapor/terkirim/**")
    filed = page.url
    await page.go_back()
    await expect(page.get_by_role("heading", name="Apakah semuanya benar?")).to_be_visible()
    await page.get_by_role("button", name="Kirim laporan").click()
    await page.wait_for_url("**/lapor/terkirim/**")
    assert page.url == filed


async def test_what_the_api_refuses_is_told_and_kept(page: Page, context: BrowserContext) -> None:
    await page.goto("/lapor/luring")
    await page.fill("#f-isi", WORDS)
    await page.fill("#f-tanggal", "2150-01-01")
    await page.get_by_label("Simpan di perangkat ini").check()
    await page.get_by_role("button", name="Kirim laporan").click()
    await expect(page.locator("[data-says]")).to_contain_text("hari itu belum tiba")
    [draft] = await kept(page)
    assert not draft["wanted"]
    assert draft["fields"]["isi"] == WORDS


async def test_no_page_with_anybodys_data_is_kept_by_the_service_worker(
    page: Page, context: BrowserContext, site: Site
) -> None:
    await page.goto("/lapor")
    await page.wait_for_function(CONTROLLED)
    await page.goto(f"/lacak/{site.stage['answered'].code}")
    addresses = await page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async n => (await (await caches.open(n)).keys()).map(r => new URL(r.url).pathname)))).flat()"
    )
    assert {each for each in addresses if not each.startswith("/aset/")} == {"/lapor/luring", "/draf"}
    await context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        await page.goto(f"/lacak/{site.stage['answered'].number}")


async def test_what_was_kept_for_an_older_release_goes(page: Page) -> None:
    await page.goto("/lapor")
    await page.wait_for_function(CONTROLLED)
    await page.evaluate("() => caches.open('satupintu-former')")
    await page.goto("/lapor?lang=en")
    await page.wait_for_function("async () => !(await caches.keys()).includes('satupintu-former')")


@pytest.mark.parametrize("granted", [True, False])
async def test_the_browsers_position_marks_the_place_or_says_why_not(
    browser: Browser, site: Site, granted: bool
) -> None:
    context = await browser.new_context(
        base_url=site.address, locale="id-ID", geolocation={"latitude": -6.9147, "longitude": 107.6098},
        permissions=["geolocation"] if granted else [],
    )  # fmt: skip
    page = await context.new_page()
    await page.goto("/lapor")
    await page.fill("#f-isi", WORDS)
    await go_on(page)
    await page.get_by_role("button", name="Pakai lokasi saya").click()
    if granted:
        await expect(page.get_by_text("Titik ini ada di")).to_contain_text("Kota Bandung")
        await expect(page.locator("#f-pin")).to_have_value("-6.91470, 107.60980")
    else:
        await expect(page.get_by_text("izinnya ditolak")).to_be_visible()
    await context.close()


async def test_a_position_that_comes_too_late_is_told(page: Page) -> None:
    await page.add_init_script("Geolocation.prototype.getCurrentPosition = (_, no) => no({code: 3})")
    await page.goto("/lapor")
    await page.fill("#f-isi", WORDS)
    await go_on(page)
    await page.get_by_role("button", name="Pakai lokasi saya").click()
    await expect(page.get_by_text("tidak ditemukan dalam 15 detik")).to_be_visible()


async def test_a_click_on_the_map_marks_the_place_on_either_screen(browser: Browser, site: Site) -> None:
    for width in (360, 1280):
        context = await browser.new_context(
            base_url=site.address, locale="id-ID", viewport={"width": width, "height": 800}, java_script_enabled=False
        )
        page = await context.new_page()
        await page.goto("/lapor")
        await page.fill("#f-isi", WORDS)
        await go_on(page)
        picture = page.locator("#titik input[type=image]:visible")
        box = await picture.bounding_box()
        assert box is not None
        # Java's middle on the map of the country: 110.4 degrees east, 7.3 south.
        await picture.click(position={"x": box["width"] * (110.4 - 94) / 48, "y": box["height"] * (7.3 + 15.5) / 36})
        await expect(page.locator("#titik")).to_contain_text("Titik ini ada di")
        lat, lon = (await page.locator("#f-pin").input_value()).split(", ")
        assert (float(lat), float(lon)) == (pytest.approx(-7.3, abs=0.2), pytest.approx(110.4, abs=0.2))
        await context.close()


async def test_regions_appear_and_are_announced_while_somebody_types(page: Page) -> None:
    await page.goto("/lapor")
    await page.fill("#f-isi", WORDS)
    await go_on(page)
    await page.locator("#f-cari_wilayah").press_sequentially("coblong", delay=10)
    await expect(page.get_by_role("radio", name="Coblong")).to_be_visible()
    await expect(page.locator("#wilayah-kata")).to_have_text("1 wilayah ditemukan.")
    await page.locator("#f-cari_wilayah").fill("atlantis")
    await expect(page.get_by_text("Tidak ada wilayah dengan nama itu.")).to_be_visible()
    await page.locator("#f-cari_wilayah").fill("")
    await expect(page.locator("#wilayah-ditemukan")).to_have_text("")
    await page.locator("#f-cari_wilayah").fill("kota bandung")
    await page.get_by_role("radio", name="Kota Bandung Jawa Barat").check()
    await go_on(page)
    await expect(page.get_by_role("heading", name="Di mana?")).to_have_count(0)


async def test_like_reports_appear_and_are_announced_when_somebody_stops_typing(page: Page) -> None:
    async def answer(route: Any) -> None:
        part = '<h2>Mirip laporan lain</h2><p id="mirip-kata" hx-swap-oob="innerHTML">Ada 1 laporan yang mirip.</p>'
        await route.fulfill(status=200, content_type="text/html", body=part)

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or "") if "mirip" in request.url else None)
    await page.route("**/lapor/mirip", answer)
    await page.goto("/lapor")
    await page.locator("#f-isi").press_sequentially("Lampu padam di pasar", delay=10)
    await expect(page.get_by_role("heading", name="Mirip laporan lain")).to_be_visible()
    await expect(page.locator("#mirip-kata")).to_have_text("Ada 1 laporan yang mirip.")
    assert len(asked) == 1
    assert "kunci" not in asked[0]
