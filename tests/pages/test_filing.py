"""A report is filed in three steps without JavaScript; nothing typed is lost on the way."""

import re
from collections.abc import Sequence
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from chassis.http.rate_limit import RateLimiter
from support.front import Front
from support.stage import Staged
from support.stage_citizen import TREE

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
        if tag == "input" and given.get("type") not in ("radio", "checkbox", "file", "image"):
            self.fields[given["name"]] = given.get("value", "")
        if tag == "input" and "checked" in given:
            self.fields[given["name"]] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        self._area = None if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.fields[self._area] += data.removeprefix("\n") if not self.fields[self._area] else data


async def press(
    front: Front, page: httpx.Response, button: str = "", files: Sequence[tuple[str, bytes]] = (), **typed: str
) -> httpx.Response:
    """Fill in the page's form and send it by a button, where the form says."""
    fields = {name: value for name, value in {**Form(page.text).fields, **typed}.items() if value}
    action = re.search(r'<form method="post" action="([^"]+)" id="laporan"', page.text)
    assert action is not None
    sent = [("berkas", (name, content)) for name, content in files]
    return await front.web.post(action[1], data={**fields, "ke": button}, files=sent or None)


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


PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


async def filed(front: Front, sent: httpx.Response) -> dict[str, Any]:
    """The report that was sent, as its reporter reads it."""
    assert sent.status_code == 303, sent.text
    page = await front.web.get(sent.headers["location"])
    code = re.search(r'class="code">([0-9A-Z-]+)<', page.text)
    assert code is not None
    return dict((await front.web.get(f"/api/v1/complaints/{code[1]}")).json())


async def test_photos_are_listed_removed_and_attached_once(front: Front) -> None:
    review = await to_review(front)
    review = await press(front, review, "berkas", [("a.png", PNG), ("b.png", PNG + b"2")])
    assert review.status_code == 200
    assert [name in review.text for name in ("a.png", "b.png")] == [True, True]
    [first, _] = re.findall(r'value="(hapus:[0-9a-f-]+)"', review.text)
    review = await press(front, review, first)
    assert len(re.findall(r'value="hapus:', review.text)) == 1
    sent = [await press(front, review, "kirim", [("c.png", PNG + b"3")]) for _ in range(2)]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    story = await filed(front, sent[0])
    assert len(story["attachments"]) == 2
    assert story["text"] == WORDS


async def test_files_stay_while_answers_are_changed(front: Front) -> None:
    page = await press(front, await to_review(front), "berkas", [("a.png", PNG)])
    page = await press(front, page, "kontak")
    page = await press(front, page)
    assert "a.png" in page.text


async def test_a_refused_file_says_why_and_keeps_the_others(front: Front) -> None:
    review = await press(
        front, await to_review(front), "berkas", [("a.png", PNG), ("x.exe", b"MZ"), ("kosong.jpg", b"")]
    )
    assert review.status_code == 422
    text = unescape(review.text)
    assert "“x.exe” tidak disimpan: bukan foto" in text
    assert "“kosong.jpg” tidak disimpan: kosong." in text
    assert 'href="#f-berkas"' in review.text
    assert "a.png" in review.text[review.text.index('class="files"') :]


async def test_a_refused_file_never_costs_the_complaint(front: Front) -> None:
    most = max(front.app.state.intake.attachment_bytes.values())
    many = [(f"{n}.png", PNG + bytes([n])) for n in range(6)]
    for files, told in (
        ([("x.exe", b"MZ")], "“berkas ke-1” tidak disimpan: bukan foto"),
        ([("a.png", PNG), ("besar.png", PNG + bytes(most))], "“berkas ke-2” tidak disimpan: lebih besar dari"),
        (many, "“berkas ke-6” tidak disimpan: melebihi 5 berkas"),
    ):
        sent = await press(front, await to_review(front), "kirim", files)
        story = await filed(front, sent)
        assert len(story["attachments"]) == min(5, len(files) - 1)
        page = await front.web.get(sent.headers["location"])
        assert told in unescape(page.text)
        assert 'type="file"' in page.text or len(story["attachments"]) == 5, "it can be sent again there"


async def test_sending_files_is_limited_and_loses_nothing_but_the_moment(front: Front) -> None:
    review, before = await to_review(front), front.app.state.intake.filings
    object.__setattr__(front.app.state.intake, "filings", RateLimiter(1))
    try:
        answers = [await press(front, review, "berkas", [("a.png", PNG + bytes([n]))]) for n in range(3)]
    finally:
        object.__setattr__(front.app.state.intake, "filings", before)
    assert [each.status_code for each in answers] == [200, 429, 429]


async def test_numbers_of_persons_are_shown_and_can_be_removed(front: Front) -> None:
    review = await to_review(front)
    assert "0812-3456-7890 <span" in review.text
    review = await press(front, review, "sembunyikan")
    assert "Nomor pribadi sudah dihapus dari laporan" in review.text
    story = await filed(front, await press(front, review, "kirim"))
    assert "0812" not in story["text"]
    assert "[nomor telepon]" in story["text"]


async def test_a_like_report_can_be_supported_instead(front: Front, stage: dict[str, Staged]) -> None:
    assert stage
    page = await to_like(front)
    assert heading(page) == "Apakah hal ini sudah dilaporkan?"
    found = re.search(r'value="dukung:([^"]+)"', page.text)
    assert found is not None
    number = found[1]
    before = (await front.web.get("/api/v1/books")).json()["filed"]
    sent = [await press(front, page, f"dukung:{number}") for _ in range(2)]  # as by a double click
    assert [each.headers.get("location") for each in sent] == [f"/lapor/didukung/{number}"] * 2
    thanks = await front.web.get(sent[0].headers["location"])
    assert "didukung 1 orang" in thanks.text
    assert (await front.web.get("/api/v1/books")).json()["filed"] == before, "nothing is filed"


async def test_mine_is_another_matter_goes_on_and_is_not_asked_again(front: Front, stage: dict[str, Staged]) -> None:
    assert stage
    page = await to_like(front)
    page = await press(front, page)
    assert heading(page) == "Bagaimana kami menghubungi Anda?"
    page = await press(front, await press(front, page, "tempat"))
    assert heading(page) == "Bagaimana kami menghubungi Anda?", "answered for these words"
    page = await press(front, await press(front, page, "kata"), isi=TREE + " Kabelnya putus.")
    assert heading(await press(front, page)) == "Apakah hal ini sudah dilaporkan?", "asked anew for other words"


async def test_a_forged_support_changes_nothing(front: Front, stage: dict[str, Staged]) -> None:
    assert stage
    for number in (stage["secret"].number, "SP-2026-999999-6", "../../x"):
        page = await press(front, await to_like(front), f"dukung:{number}")
        assert page.status_code == 200
        assert heading(page) in ("Apakah hal ini sudah dilaporkan?", "Bagaimana kami menghubungi Anda?")


async def to_like(front: Front) -> httpx.Response:
    page = await press(front, await front.web.get("/lapor"), isi=TREE)
    page = await press(front, page, "cari", cari_wilayah="kota bandung", alamat="Jl. Cihampelas")
    return await press(front, page, wilayah="32.73|Kota Bandung, Jawa Barat")


async def test_the_class_is_proposed_by_the_words_and_can_be_changed(front: Front) -> None:
    page = await press(front, await front.web.get("/lapor"), isi="Bagaimana cara mengurus KTP yang hilang?")
    page = await press(front, await press(front, page, "tidak_tahu"))
    assert re.search(r'value="information"[^>]* checked', page.text)
    assert (await filed(front, await press(front, page, "kirim")))["class"] == "information"
    page = await press(front, page, "kontak")  # another report: the key of the form is filed
    page = await press(front, page, kunci="")
    assert (await filed(front, await press(front, page, "kirim", jenis="aspiration")))["class"] == "aspiration"


async def test_who_does_not_know_the_place_goes_on(front: Front) -> None:
    page = await press(front, await front.web.get("/lapor"), isi="Bau sampah menyengat.")
    page = await press(front, page, "tidak_tahu", alamat="entah", cari_wilayah="ban")
    assert heading(page) == "Bagaimana kami menghubungi Anda?"
    story = await filed(front, await press(front, await press(front, page), "kirim"))
    assert story["place"] is None


async def test_ten_thousand_letters_are_filed_whole(front: Front) -> None:
    words = ("Jalan rusak. " * 800)[:9_990].strip()
    page = await press(front, await front.web.get("/lapor"), isi=words)
    page = await press(front, await press(front, page, "tidak_tahu"))
    assert (await filed(front, await press(front, page, "kirim")))["text"] == words


async def test_the_language_switch_stays_on_the_step(front: Front) -> None:
    page = await press(front, await front.web.get("/lapor"), isi=WORDS)
    page = await front.web.post("/lapor?lang=en", data={**Form(page.text).fields, "alamat": "x", "lang": "en"})
    assert heading(page) == "Where?"
    assert Form(page.text).fields["alamat"] == "x"


async def test_the_english_error_beside_a_question_is_a_sentence(front: Front) -> None:
    page = await front.web.get("/lapor?lang=en")
    page = await press(front, page)
    assert "What happened? This is required." in " ".join(page.text.split())
