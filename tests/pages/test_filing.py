"""A report is filed in three steps without JavaScript; nothing typed is lost on the way."""

import re
from html.parser import HTMLParser

import httpx
import pytest

from support.front import Front

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS = 'Lampu padam sejak Senin.\n"Gelap" & <b>licin</b>; hubungi 0812-3456-7890.'


class Form(HTMLParser):
    """The fields of the page's form of filing, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._area: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "textarea":
            self._area = given["name"]
            self.fields[self._area] = ""
        if tag == "input" and given.get("type") not in ("radio", "checkbox"):
            self.fields[given["name"]] = given.get("value", "")
        if tag == "input" and "checked" in given:
            self.fields[given["name"]] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        self._area = None if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.fields[self._area] += data.removeprefix("\n") if not self.fields[self._area] else data


async def press(front: Front, page: httpx.Response, button: str = "", **typed: str) -> httpx.Response:
    """Fill in the page's form and send it by a button."""
    fields = {name: value for name, value in {**Form(page.text).fields, **typed}.items() if value}
    return await front.web.post("/lapor", data={**fields, "ke": button})


def heading(page: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)
    assert found is not None, page.text
    return found[1].strip()


async def to_review(front: Front, **contact: str) -> httpx.Response:
    page = await front.web.get("/lapor")
    page = await press(front, page, isi=WORDS, tanggal="2026-03-01")
    assert heading(page) == "Di mana?"
    page = await press(front, page, "cari", cari_wilayah="kota bandung", alamat="Jl. Merdeka 12")
    assert 'value="32.73|Kota Bandung, Jawa Barat"' in page.text
    page = await press(front, page, wilayah="32.73|Kota Bandung, Jawa Barat")
    assert heading(page) == "Bagaimana kami menghubungi Anda?"
    return await press(front, page, **contact)


async def test_a_report_is_filed_once_and_its_code_is_shown(front: Front) -> None:
    review = await to_review(front, nama="Ani", surel="ani@contoh.id", anonim="1")
    assert heading(review) == "Apakah semuanya benar?"
    sent = [await press(front, review, "kirim") for _ in range(2)]  # as by a double click
    assert [each.status_code for each in sent] == [303, 303], sent[0].text
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert "-" not in sent[0].headers["location"].removeprefix("/lapor/terkirim/SP-")[14:], "no code in the address"
    page = await front.web.get(sent[0].headers["location"])
    code = re.search(r'class="code">([0-9A-Z-]+)<', page.text)
    assert code is not None
    story = (await front.web.get(f"/api/v1/complaints/{code[1]}")).json()
    assert story["text"] == WORDS
    assert story["place"] == {"region": "32.73", "address": "Jl. Merdeka 12"}
    assert (story["anonymous"], story["secret"], story["occurred_on"]) == (True, False, "2026-03-01")
    assert (await front.web.get(f"/lacak/{story['public_number']}")).status_code == 200


async def test_the_review_shows_what_the_public_and_the_body_read(front: Front) -> None:
    review = (await to_review(front)).text
    public = review[review.index("Yang dibaca publik") : review.index("Yang dibaca instansi")]
    assert "0812-3456-7890" not in public
    assert "nomor telepon" in review
    assert "0812-3456-7890" in review[review.index("Yang dibaca instansi") :]
    secret = (await to_review(front, rahasia="1")).text
    assert "Tidak ada: laporan ini rahasia." in secret


async def test_going_back_keeps_every_answer(front: Front) -> None:
    page = await to_review(front, nama="Ani")
    page = await press(front, page, "kata")
    assert Form(page.text).fields["isi"].replace("\r", "") == WORDS
    for _ in range(3):
        page = await press(front, page)
    assert heading(page) == "Apakah semuanya benar?"
    assert "Ani" in page.text
    assert "Kota Bandung, Jawa Barat" in page.text


async def test_the_language_switch_keeps_the_answers(front: Front) -> None:
    page = await to_review(front, nama="Ani")
    fields = {**Form(page.text).fields, "lang": "en"}
    page = await front.web.post("/lapor?lang=en", data=fields)
    assert heading(page) == "Is everything right?"
    assert "Ani" in page.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"isi": "  "}, "isi"),
        ({"isi": "x" * 10_001}, "isi"),
        ({"isi": "Lampu", "tanggal": "2999-01-01"}, "tanggal"),
        ({"isi": "Lampu", "tanggal": "kemarin"}, "tanggal"),
    ],
)
async def test_a_wrong_answer_is_shown_again_with_its_fault(front: Front, typed: dict[str, str], field: str) -> None:
    page = await press(front, await front.web.get("/lapor"), **typed)
    assert page.status_code == 422
    assert heading(page) == "Apa yang terjadi?"
    assert f'href="#f-{field}"' in page.text
    assert f'id="f-{field}-error"' in page.text
    assert Form(page.text).fields["isi"] == typed["isi"]


async def test_an_empty_answer_is_said_to_be_needed(front: Front) -> None:
    page = await press(front, await front.web.get("/lapor"))
    assert "Wajib diisi." in page.text


async def test_a_region_that_was_typed_and_not_chosen_is_searched_once(front: Front) -> None:
    page = await press(front, await front.web.get("/lapor"), isi=WORDS)
    page = await press(front, page, cari_wilayah="coblong")
    assert heading(page) == "Di mana?"
    assert "Coblong" in page.text
    page = await press(front, page)
    assert heading(page) == "Bagaimana kami menghubungi Anda?"


async def test_an_unknown_region_says_what_to_do(front: Front) -> None:
    page = await press(front, await front.web.get("/lapor"), isi=WORDS)
    page = await press(front, page, "cari", cari_wilayah="atlantis")
    assert "Tidak ada wilayah dengan nama itu." in page.text


async def test_a_form_of_another_site_files_nothing(front: Front) -> None:
    review = await to_review(front)
    fields = {**Form(review.text).fields, "ke": "kirim"}
    before = (await front.web.get("/api/v1/books")).json()["filed"]
    sent = await front.web.post("/lapor", data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403
    assert (await front.web.get("/api/v1/books")).json()["filed"] == before


async def test_the_code_is_shown_only_in_the_browser_that_filed(front: Front) -> None:
    sent = await press(front, await to_review(front), "kirim")
    front.web.cookies.clear()
    answer = await front.web.get(sent.headers["location"])
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/lacak?nomor=")
