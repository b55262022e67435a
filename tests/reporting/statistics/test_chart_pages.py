"""The pages of figures say what the API says, in words that can be checked."""

import re
from html import unescape
from random import Random

import httpx
import pytest

from reporting.charts.formulas import CHARTS
from reporting.context import Reporting
from support.figures import fill
from support.inbox import keep_registry
from support.lives import answered, confirmed, filed, lapsed, named, routed, write


def text_of(page: httpx.Response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


async def closed_reports(reporting: Reporting, agreed: int, silent: int) -> None:
    await keep_registry(reporting.repository.store, reporting.repository)
    for index in range(agreed + silent):
        last = confirmed() if index < agreed else lapsed()
        await write(reporting.repository, named(f"r{index}"), filed(index), routed(), answered(), last)
    await reporting.figures.catch_up()  # a page waits for a moment only


@pytest.mark.parametrize("name", list(CHARTS))
@pytest.mark.parametrize("lang", ["id", "en"])
async def test_every_question_has_a_page_with_formula_position_and_csv(
    reporting: Reporting, web: httpx.AsyncClient, name: str, lang: str
) -> None:
    await fill(reporting, Random(3), 60)
    page = await web.get(f"/statistik/{CHARTS[name].path}?lang={lang}&dari=2026-03-01&sampai=2026-08-31")
    told = (await web.get(f"/api/v1/statistics/{name}?lang={lang}&from=2026-03-01&to=2026-08-31")).json()
    said = text_of(page)
    assert page.status_code == 200
    assert told["question"] in said
    assert told["formula"].split(". ")[0] in said
    assert f"{int(told['position']):,}".replace(",", "." if lang == "id" else ",") in said
    [link] = re.findall(r'href="([^"]*/csv[^"]*)"', page.text)
    rows = (await web.get(unescape(link))).text.splitlines()
    assert len(rows) == 1 + len(told["rows"]), "the CSV is that of the page's filters"


async def test_silence_is_told_apart_from_consent(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await closed_reports(reporting, agreed=8, silent=4)
    said = text_of(await web.get("/statistik/penutupan?dari=2026-03-01&sampai=2026-06-30"))
    assert "Disetujui pelapor: 8. Ditutup karena pelapor tidak menanggapi: 4. Diam bukan persetujuan." in said
    assert "66,7 persen disetujui" in said


async def test_a_rate_over_nine_reports_is_not_shown_and_the_page_says_so(
    reporting: Reporting, web: httpx.AsyncClient
) -> None:
    await closed_reports(reporting, agreed=9, silent=0)
    said = text_of(await web.get("/statistik/tepat-waktu?dari=2026-03-01&sampai=2026-03-31"))
    assert "Baru ada 9 laporan" in said
    assert "persen tepat waktu:" not in said
    assert "Tepat waktu 9" in said, "the number is not hidden"
    await write(reporting.repository, named("tenth"), filed(10), routed(), answered(), confirmed())
    await reporting.figures.catch_up()
    said = text_of(await web.get("/statistik/tepat-waktu?dari=2026-03-01&sampai=2026-03-31"))
    assert "100,0 persen tepat waktu: 10 tepat waktu, 0 terlambat." in said


async def test_a_wrong_filter_comes_back_filled_in_with_a_sentence(web: httpx.AsyncClient) -> None:
    page = await web.get("/statistik?dari=kemarin&instansi=Entah&wilayah=99")
    assert page.status_code == 422
    assert 'value="kemarin"' in page.text
    assert 'value="Entah"' in page.text
    for field in ("dari", "instansi", "wilayah"):
        assert f'id="f-{field}-error"' in page.text
    assert (await web.get("/statistik/umur?dari=2026-03-02&sampai=2026-03-01")).status_code == 422
    assert (await web.get("/statistik/entah")).status_code == 404


async def test_an_agency_is_found_by_its_name(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await closed_reports(reporting, agreed=2, silent=1)
    for asked in ("Kota Bandung", "kota bandung", "bandung", "kota-bandung"):
        page = await web.get(
            "/statistik/penutupan", params={"instansi": asked, "dari": "2026-03-01", "sampai": "2026-06-30"}
        )
        assert "Disetujui pelapor: 2." in text_of(page), asked


async def test_what_people_write_into_a_filter_is_text(web: httpx.AsyncClient) -> None:
    page = await web.get("/statistik", params={"instansi": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text
