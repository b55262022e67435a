"""The reporter opens a report with its code, reads whose turn it is and by when, and acts by forms."""

import re
from html import unescape

import httpx
import pytest

from support.front import Front
from support.stage import ANSWER, Staged

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEY = "00000000-0000-4000-9000-000000000001"


def text_of(answer: httpx.Response) -> str:
    """The words of a page."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def open_(front: Front, one: Staged) -> httpx.Response:
    """Open it by the form, and read its page."""
    opened = await front.web.post("/lacak", data={"kode": one.code})
    assert (opened.status_code, opened.headers["location"]) == (303, f"/lacak/{one.number}")
    return await front.web.get(opened.headers["location"])


async def test_a_code_opens_the_report_and_stays_out_of_the_address(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["routed"]
    assert (await front.web.get(f"/lacak/{one.number}")).headers["location"] == f"/lacak?nomor={one.number}"
    by_link = await front.web.get(f"/lacak/{one.code.lower().replace('-', '')}")
    assert (by_link.status_code, by_link.headers["location"]) == (303, f"/lacak/{one.number}")
    cookie = by_link.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age" not in cookie, "it ends with the browser"
    page = await front.web.get(f"/lacak/{one.number}")
    assert page.status_code == 200
    assert one.code not in page.text


async def test_only_an_open_report_says_that_forwarding_is_delayed(
    front: Front, stage: dict[str, Staged], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front.app.state.intake.probe, "reachable", False)
    assert "Penerusan ke instansi saat ini tertunda" in text_of(await open_(front, stage["routed"]))
    assert "tertunda" not in text_of(await open_(front, stage["solved"]))


async def test_a_mistyped_code_is_shown_again_with_its_fault(front: Front) -> None:
    answer = await front.web.post("/lacak", data={"kode": "7K3M-9QX2A-TB4C9<b>"})
    assert answer.status_code == 422
    assert 'value="7K3M-9QX2A-TB4C9&lt;b&gt;"' in answer.text
    assert 'href="#f-kode"' in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_a_link_with_a_mistyped_code_leads_to_the_form_that_holds_it(front: Front) -> None:
    answer = await front.web.get("/lacak/7K3M-9QX2A-TB4C9")
    assert answer.status_code == 422
    assert 'value="7K3M-9QX2A-TB4C9"' in answer.text
    assert "tracking_code" not in answer.text


async def test_a_code_of_another_report_opens_nothing(front: Front, stage: dict[str, Staged]) -> None:
    mine, other = stage["routed"], stage["secret"]
    forged = {"Cookie": f"lacak={other.number}:{mine.code}"}
    assert (await front.web.get(f"/lacak/{other.number}", headers=forged)).status_code == 404


@pytest.mark.parametrize(
    ("state", "sentence", "turn"),
    [
        ("unplaced", "Laporan Anda sudah diterima dan sedang dicarikan instansi yang berwenang.", "Giliran penempatan"),
        ("triage", "Laporan Anda sedang dibaca petugas pemilah", "Giliran petugas pemilah nasional"),
        ("routed", "Laporan Anda sudah diteruskan kepada Kota Bandung", "Giliran Kota Bandung"),
        ("in_progress", "Laporan Anda sedang ditangani Kota Bandung.", "Giliran Kota Bandung"),
        ("awaiting_reporter", "Ada pertanyaan untuk Anda dari Kota Bandung.", "Giliran Anda"),
        ("answered", "Laporan Anda sudah dijawab Kota Bandung.", "Giliran Anda"),
        ("arbitration", "Ombudsman sedang memutuskan", "Giliran Ombudsman"),
    ],
)
async def test_the_page_says_status_turn_and_date(
    front: Front, stage: dict[str, Staged], state: str, sentence: str, turn: str
) -> None:
    words = text_of(await open_(front, stage[state]))
    assert sentence in words
    assert turn in words
    assert re.search(r"Tenggat [^:]+: .{0,40}(hari ini|besok|hari lagi)", words), words


async def test_the_newest_moment_stands_first(front: Front, stage: dict[str, Staged]) -> None:
    words = text_of(await open_(front, stage["answered"]))
    history = words[words.index("Riwayat") :]
    assert history.index(ANSWER) < history.index("Regu berangkat") < history.index("Laporan diterima")


async def test_an_answer_to_a_question_is_sent_once_and_the_page_says_so(
    front: Front, stage: dict[str, Staged]
) -> None:
    one = stage["awaiting_reporter"]
    await open_(front, one)
    form = {"tindakan": "keterangan", "keterangan": "Tiang 17.", "kunci": KEY}
    for _ in range(2):  # as by a double click
        sent = await front.web.post(f"/lacak/{one.number}", data=form)
        assert sent.status_code == 303, sent.text
    words = text_of(await front.web.get(sent.headers["location"]))
    assert "Keterangan Anda sudah ditambahkan" in words
    story = (await front.web.get(f"/api/v1/complaints/{one.code}")).json()
    assert [each["type"] for each in story["timeline"]].count("DetailAdded") == 1
    assert story["status"] == "in_progress"


async def test_a_refused_form_comes_back_filled_in(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["answered"]
    await open_(front, one)
    empty = await front.web.post(f"/lacak/{one.number}", data={"tindakan": "sanggahan", "alasan_sanggahan": " "})
    assert empty.status_code == 422
    assert 'href="#f-alasan_sanggahan"' in empty.text
    form = {"tindakan": "konfirmasi", "bintang": "9", "kata": "Terima <b>kasih"}
    wrong = await front.web.post(f"/lacak/{one.number}", data=form)
    assert wrong.status_code == 422
    assert "Terima &lt;b&gt;kasih" in wrong.text
    late = await front.web.post(f"/lacak/{one.number}", data={"tindakan": "pencabutan", "alasan_pencabutan": "Batal"})
    assert late.status_code == 409
    assert "Saat ini tidak dapat" in text_of(late)


@pytest.mark.parametrize(
    ("state", "form", "status"),
    [
        ("answered", {"tindakan": "konfirmasi", "bintang": "4", "kata": "Baik."}, "closed"),
        ("answered", {"tindakan": "sanggahan", "alasan_sanggahan": "Masih padam."}, "in_progress"),
        ("routed", {"tindakan": "pencabutan"}, "closed"),
        ("routed", {"tindakan": "ombudsman", "alasan_ombudsman": "Tolong."}, "routed"),
        ("routed", {"tindakan": "penghapusan"}, "closed"),
    ],
)
async def test_every_move_does_what_the_api_does(
    front: Front, stage: dict[str, Staged], state: str, form: dict[str, str], status: str
) -> None:
    one = stage[state]
    assert f'value="{form["tindakan"]}"' in (await open_(front, one)).text, "the form is offered"
    sent = await front.web.post(f"/lacak/{one.number}", data={**form, "kunci": KEY})
    assert sent.status_code == 303, sent.text
    after = await front.web.get(sent.headers["location"])
    assert after.status_code == 200
    assert (await front.web.get(f"/api/v1/complaints/{one.code}")).json()["status"] == status


async def test_only_possible_moves_are_offered(front: Front, stage: dict[str, Staged]) -> None:
    page = await open_(front, stage["routed"])
    assert 'value="konfirmasi"' not in page.text
    assert 'value="sanggahan"' not in page.text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
async def test_a_form_of_another_site_moves_nothing(
    front: Front, stage: dict[str, Staged], headers: dict[str, str]
) -> None:
    one = stage["routed"]
    await open_(front, one)
    sent = await front.web.post(f"/lacak/{one.number}", data={"tindakan": "pencabutan"}, headers=headers)
    assert sent.status_code == 403
    assert (await front.web.get(f"/api/v1/complaints/{one.code}")).json()["status"] == "routed"


async def test_a_shared_computer_forgets_the_report(front: Front, stage: dict[str, Staged]) -> None:
    one, other = stage["routed"], stage["secret"]
    for each in (one, other):
        await open_(front, each)
    await front.web.post(f"/lacak/{one.number}", data={"tindakan": "tutup"})
    assert (await front.web.get(f"/lacak/{one.number}")).status_code == 303
    assert (await front.web.get(f"/lacak/{other.number}")).status_code == 200


async def test_what_people_wrote_is_text_never_markup(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["routed"]
    await open_(front, one)
    hostile = "<script>alert(1)</script>\u202e<img src=x onerror=alert(1)>"
    await front.web.post(f"/lacak/{one.number}", data={"tindakan": "keterangan", "keterangan": hostile, "kunci": KEY})
    page = (await front.web.get(f"/lacak/{one.number}")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
