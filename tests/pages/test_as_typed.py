"""What htmx asks for while somebody types: parts of a page, without a layout, and nothing for too little."""

import pytest

from support.front import Front

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_regions_are_found_as_they_are_typed_and_their_number_is_announced(front: Front) -> None:
    part = await front.web.get("/lapor/wilayah", params={"cari_wilayah": "kota band"})
    assert part.status_code == 200
    assert 'value="32.73|Kota Bandung, Jawa Barat"' in part.text
    assert "wilayah ditemukan." in part.text
    assert "<html" not in part.text
    assert "found." in (await front.web.get("/lapor/wilayah?cari_wilayah=kota+band&lang=en")).text


async def test_a_name_that_no_region_has_says_what_to_do(front: Front) -> None:
    part = await front.web.get("/lapor/wilayah", params={"cari_wilayah": '"><script>alert(1)</script>'})
    assert "Tidak ada wilayah dengan nama itu." in part.text
    assert "<script>" not in part.text


async def test_too_little_finds_nothing(front: Front) -> None:
    assert "radio" not in (await front.web.get("/lapor/wilayah", params={"cari_wilayah": "k"})).text
    assert "Mirip" not in (await front.web.post("/lapor/mirip", data={"isi": "Lampu padam"})).text


async def test_like_reports_are_asked_for_by_our_own_page_only(front: Front) -> None:
    form = {"isi": "Lampu padam di depan pasar sejak Senin"}
    assert (await front.web.post("/lapor/mirip", data=form)).status_code == 200
    foreign = await front.web.post("/lapor/mirip", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


async def test_the_service_worker_keeps_two_pages_and_their_files(front: Front) -> None:
    for lang in ("id", "en"):
        script = await front.web.get("/luring.js", params={"bahasa": lang})
        assert script.headers["content-type"].startswith("text/javascript")
        assert script.headers["cache-control"] == "no-cache"
        assert "set-cookie" not in script.headers, "no language is chosen by this"
        assert f"/lapor/luring?lang={lang}" in script.text
        assert f"/draf?lang={lang}" in script.text
    assert (await front.web.get("/luring.js?bahasa=xx")).status_code == 400
