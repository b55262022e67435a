"""A place is marked on a picture without scripts, and the page says which region it lies in."""

import re

import httpx
import pytest

from pages.test_filing import Form, heading, press
from support.front import Front

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def place_step(front: Front) -> httpx.Response:
    return await press(front, await front.web.get("/lapor"), isi="Lampu padam di depan pasar.")


async def click(front: Front, page: httpx.Response, x: int, y: int) -> httpx.Response:
    """Click the narrow picture, as a browser sends it: without the name of any button."""
    fields = {name: value for name, value in Form(page.text).fields.items() if value and not name.startswith("titik")}
    return await front.web.post("/lapor", data={**fields, "titik_320.x": str(x), "titik_320.y": str(y)})


async def test_a_place_that_was_clicked_is_filed_with_the_report(front: Front) -> None:
    page = await place_step(front)
    page = await press(front, page, "cari", cari_wilayah="kota bandung")
    page = await press(front, page, "kata", wilayah="32.73|Kota Bandung, Jawa Barat")
    page = await press(front, page)
    page = await click(front, page, 160, 120)
    assert heading(page) == "Di mana?"
    assert re.search(r"Titik ini ada di [^.]*Kota Bandung", page.text)
    pin = Form(page.text).fields["pin"]
    assert 'value="32.73"' in page.text, "the region that was chosen stays"
    review = await press(front, await press(front, page))
    assert pin in review.text
    sent = await press(front, review, "kirim")
    code = re.search(r'class="code">([0-9A-Z-]+)<', (await front.web.get(sent.headers["location"])).text)
    assert code is not None
    place = (await front.web.get(f"/api/v1/complaints/{code[1]}")).json()["place"]
    assert f"{place['lat']:.5f}, {place['lon']:.5f}" == pin
    assert place["region"] == "32.73"


async def test_each_click_comes_nearer_and_shows_the_picture_there(front: Front) -> None:
    page = await place_step(front)
    shown = [re.search(r'src="(/peta\.svg[^"]*size=320[^"]*)"', page.text)]
    for _ in range(3):
        page = await click(front, page, 150, 150)
        shown.append(re.search(r'src="(/peta\.svg[^"]*size=320[^"]*)"', page.text))
    widths = []
    for found in shown:
        assert found is not None
        address = found[1].replace("&amp;", "&")
        picture = await front.web.get(address)
        assert picture.headers["content-type"] == "image/svg+xml"
        widths.append(float(httpx.URL(address).params["width"]))
    assert widths == sorted(set(widths), reverse=True)


async def test_coordinates_can_be_typed_instead(front: Front) -> None:
    page = await press(front, await place_step(front), "peta-tunjuk", pin="6,9147 LS, 107,6098 BT")
    assert re.search(r"Titik ini ada di [^.]*Kota Bandung", page.text)
    page = await press(front, page, "peta-hapus")
    assert "Titik ini" not in page.text
    assert Form(page.text).fields.get("pin", "") == ""


async def test_coordinates_that_cannot_be_read_are_shown_again(front: Front) -> None:
    page = await press(front, await place_step(front), pin="dekat pasar")
    assert page.status_code == 422
    assert heading(page) == "Di mana?"
    assert Form(page.text).fields["pin"] == "dekat pasar"
    assert 'id="f-pin-error"' in page.text


async def test_a_point_at_sea_is_told(front: Front) -> None:
    page = await press(front, await place_step(front), "peta-tunjuk", pin="-20, 100")
    assert "di laut atau di luar Indonesia" in page.text


async def test_a_point_outside_the_chosen_region_is_told(front: Front) -> None:
    page = await press(front, await place_step(front), "cari", cari_wilayah="kota bandung")
    page = await press(front, page, "peta-tunjuk", wilayah="32.73|Kota Bandung, Jawa Barat", pin="-7.25, 112.75")
    assert "Wilayah yang dipilih di atas lain: Kota Bandung, Jawa Barat." in page.text


async def test_only_the_form_may_ask_the_browser_for_its_position(front: Front) -> None:
    assert "geolocation=(self)" in (await front.web.get("/lapor")).headers["permissions-policy"]
    assert "geolocation=()" in (await front.web.get("/")).headers["permissions-policy"]
