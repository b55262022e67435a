"""What the reporter takes from and chooses on the tracking page: files, print, copy of data, notices, a lost code."""

import re
from collections.abc import AsyncIterator
from html import unescape
from uuid import UUID, uuid5

import httpx
import pytest

from chassis.attachments.store import Copy, FileId
from schemas.base.limits import REQUEST_BYTES
from schemas.events.intake import AttachmentAdded, AttachmentChecked
from support.files import jpeg
from support.front import Front
from support.inbox import keep
from support.stage import Staged
from support.stage_citizen import FIXED, PERSON, TREE

pytestmark = pytest.mark.asyncio(loop_scope="module")
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
KEY = "00000000-0000-4000-9000-00000000000a"
ORIGINAL, CLEANED = jpeg() + b"taken at home", jpeg()


async def open_(front: Front, one: Staged) -> httpx.Response:
    await front.web.post("/lacak", data={"kode": one.code})
    return await front.web.get(f"/lacak/{one.number}")


async def attachments(front: Front, one: Staged) -> list[dict[str, str]]:
    return list((await front.web.get(f"/api/v1/complaints/{one.code}")).json()["attachments"])


async def test_photos_come_with_a_detail_alone_or_not_at_all(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["in_progress"]
    await open_(front, one)
    path, form = f"/lacak/{one.number}/lampiran", {"tindakan": "keterangan", "kunci": KEY}
    both = [("berkas", ("a.png", PNG)), ("berkas", ("b.png", PNG + b"2"))]
    for _ in range(2):  # as by a double click
        sent = await front.web.post(path, data={**form, "keterangan": "Fotonya."}, files=both)
        assert (sent.status_code, sent.headers["location"]) == (303, f"/lacak/{one.number}?berhasil=keterangan")
    assert [each["name"] for each in await attachments(front, one)] == ["a.png", "b.png"]
    alone = await front.web.post(path, data={"tindakan": "keterangan"}, files=[("berkas", ("c.png", PNG + b"3"))])
    assert alone.headers["location"].endswith("?berhasil=berkas")
    story = (await front.web.get(f"/api/v1/complaints/{one.code}")).json()
    assert sum("Fotonya." in each["sentence"] for each in story["timeline"]) == 1
    assert len(story["attachments"]) == 3
    empty = await front.web.post(path, data={"tindakan": "keterangan"}, files=[("berkas", ("", b""))])
    assert empty.status_code == 422
    assert 'href="#f-keterangan"' in empty.text


async def test_a_refused_photo_is_told_and_costs_no_words(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["routed"]
    await open_(front, one)
    form = {"tindakan": "keterangan", "keterangan": "Kata-kata tetap.", "kunci": KEY}
    sent = await front.web.post(f"/lacak/{one.number}/lampiran", data=form, files=[("berkas", ("x.exe", b"MZ"))])
    assert sent.status_code == 303
    page = await front.web.get(sent.headers["location"])
    assert "“berkas ke-1” tidak disimpan: bukan foto" in unescape(page.text)
    assert "Kata-kata tetap." in page.text


async def test_the_reporter_gets_the_own_file_back_and_nobody_else(front: Front, stage: dict[str, Staged]) -> None:
    one, other = stage["contact"], stage["like"]
    page = await open_(front, one)
    found = re.search(rf'href="(/lacak/{one.number}/lampiran/[0-9a-f-]+)"', page.text)
    assert found is not None
    file = await front.web.get(found[1])
    assert (file.status_code, file.headers["content-type"]) == (200, "image/png")
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["x-content-type-options"] == "nosniff"
    await open_(front, other)
    assert (await front.web.get(found[1].replace(one.number, other.number))).status_code == 404
    front.web.cookies.clear()
    assert (await front.web.get(found[1])).status_code == 303


async def test_own_photos_are_shown_without_hidden_data_once_they_are_checked(
    front: Front, stage: dict[str, Staged]
) -> None:
    one = stage["routed"]
    await open_(front, one)
    address = await photo(front, one, size=len(CLEANED))
    page = (await front.web.get(f"/lacak/{one.number}")).text
    [(source, alt)] = re.findall(r'<img src="([^"]*lampiran[^"]*)" alt="([^"]*)"', page)
    assert (source, alt) == (f"{address}?salinan=bersih", "Foto Anda: Lampu.jpg")
    assert (await front.web.get(source)).content == CLEANED
    assert (await front.web.get(address)).content == ORIGINAL, "the download is what was sent"
    front.web.cookies.clear()
    assert (await front.web.get(source)).status_code == 303


async def test_a_large_photo_is_loaded_only_when_it_is_asked_for(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["routed"]
    await photo(front, one, size=3 * 1024 * 1024)
    page = (await open_(front, one)).text
    folded = re.search(r"<details><summary>([^<]*)</summary><div><img ", page)
    assert folded is not None
    assert folded[1] == "Lihat fotonya (3 MB)"


async def photo(front: Front, one: Staged, size: int) -> str:
    """Attach a picture that was checked. `size`: what the check says of the copy. Returns the file's address."""
    intake, id_ = front.app.state.intake, uuid5(one.id, f"photo{size}")
    keys = (await front.repository.keyring.ensure([one.id]))[one.id]
    for copy, content in ((Copy.ORIGINAL, ORIGINAL), (Copy.CLEANED, CLEANED)):
        await intake.attachments.keep(FileId(one.id, id_, copy, len(content)), pieces(content), keys)
    at = intake.clock.now()
    added = {"at": at, "attachment": id_, "media_type": "image/jpeg"}
    facts = [
        AttachmentAdded.model_validate(added | {"size_bytes": len(ORIGINAL), "name": "Lampu.jpg"}),
        AttachmentChecked.model_validate(added | {"outcome": "cleaned", "size_bytes": size}),
    ]
    await keep(front.repository.store, front.repository, one.id, facts)
    return f"/lacak/{one.number}/lampiran/{id_}"


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.mark.parametrize(
    ("region", "zone", "other"), [("91.71", "WIT", "WIB"), ("51.71", "WITA", "WIB"), (None, "WIB", "WIT")]
)
async def test_times_are_those_of_the_place_and_the_page_says_so(
    front: Front, region: str | None, zone: str, other: str
) -> None:
    body = {"text": "Jalan di depan pasar rusak.", "place": {"region": region} if region else None}
    key = {"Idempotency-Key": str(uuid5(UUID(int=3), str(region)))}
    one = (await front.web.post("/api/v1/complaints", json=body, headers=key)).json()
    await front.web.post("/lacak", data={"kode": one["tracking_code"]})
    page = unescape((await front.web.get(f"/lacak/{one['public_number']}")).text)
    page = re.sub(r'<span class="nobreak">(.*?)</span>', r"\1", page)
    assert re.search(rf"Waktu di halaman ini ditulis dalam {zone} \(Waktu Indonesia \w+\)\.", page)
    assert re.search(rf"diterima \w{{3}}, \d+ \w{{3}} \d{{4}} \d\d\.\d\d {zone}\b", page)
    history = page[page.index("Riwayat") : page.index("Laporan Anda</h2>")]
    assert not re.search(rf"\d\d\.\d\d {other}\b", re.sub(r"<div><p>.*?</p></div>", "", history, flags=re.DOTALL))


async def test_the_printed_page_tells_everything_but_the_code(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["solved"]
    await open_(front, one)
    page = await front.web.get(f"/lacak/{one.number}/cetak")
    assert page.status_code == 200
    assert one.code not in page.text
    assert all(words in unescape(page.text) for words in (one.number, TREE, FIXED, "4 dari 5", "Riwayat"))
    assert "<form" not in page.text


async def test_a_copy_of_the_data_is_asked_for_by_a_form_and_recorded(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["contact"]
    await open_(front, one)
    path = f"/lacak/{one.number}/data"
    assert (await front.web.get(path)).headers["location"] == f"/lacak/{one.number}", "not before it was asked for"
    sent = await front.web.post(f"/lacak/{one.number}", data={"tindakan": "data", "kunci": KEY})
    assert sent.headers["location"].startswith(path)
    page = await front.web.get(path)
    assert all(words in page.text for words in (PERSON["name"], PERSON["email"], "Kota Bandung", "pohon.png"))
    copy = await front.web.get(f"{path}.json")
    assert copy.json()["contact"] == PERSON
    assert copy.headers["content-disposition"].startswith("attachment")
    assert copy.headers["cache-control"] == "no-store"
    story = (await front.web.get(f"/api/v1/complaints/{one.code}")).json()
    assert [each["type"] for each in story["timeline"]].count("DataAccessRequested") == 1


async def test_notices_are_chosen_by_contact_and_language(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["contact"]
    assert "Lewat surel" in (await open_(front, one)).text
    form = {"tindakan": "pemberitahuan", "bahasa": "en", "surel_answers": "1", "kunci": KEY}
    assert (await front.web.post(f"/lacak/{one.number}", data=form)).status_code == 303
    chosen = (await front.web.get(f"/api/v1/complaints/{one.code}")).json()["notices"]
    assert (chosen["language"], chosen["email"]) == ("en", ["answers"])
    page = (await front.web.get(f"/lacak/{one.number}")).text
    assert re.search(r'name="surel_answers" value="1" checked', page)
    assert not re.search(r'name="surel_questions" value="1" checked', page)
    wrong = await front.web.post(f"/lacak/{one.number}", data={**form, "bahasa": "xx"})
    assert wrong.status_code == 422


async def test_a_lost_code_is_never_on_screen_and_the_page_is_always_the_same(
    front: Front, stage: dict[str, Staged]
) -> None:
    one, pages = stage["contact"], []
    for contact in (PERSON["email"], "lain@contoh.id"):
        sent = await front.web.post("/lacak/kode-hilang", data={"nomor": one.number, "kontak": contact})
        assert (sent.status_code, sent.headers["location"]) == (303, "/lacak/kode-hilang?terkirim=true")
        pages.append((await front.web.get(sent.headers["location"])).text)
    assert pages[0] == pages[1]
    assert one.code not in pages[0]


@pytest.mark.parametrize(
    ("form", "field"),
    [({"kontak": "a@b.id"}, "nomor"), ({"nomor": "SP-2026-000001-1", "kontak": ""}, "kontak"),
     ({"nomor": "SP-2026-000001-1", "kontak": "0"}, "kontak"), ({"nomor": "x<b>", "kontak": "a@b.id"}, "nomor")],
)  # fmt: skip
async def test_a_wrong_field_of_the_lost_code_is_named_and_kept(front: Front, form: dict[str, str], field: str) -> None:
    page = await front.web.post("/lacak/kode-hilang", data=form)
    assert page.status_code == 422
    assert f'id="f-{field}-error"' in page.text
    assert "<b>" not in page.text
    assert all(f'value="{value}"' in page.text for value in form.values() if value and "<" not in value)


@pytest.mark.parametrize("path", ["/lapor/lampiran", "/lacak/kode-hilang", "/lacak/SP-2026-000001-8/lampiran"])
async def test_forms_of_other_sites_are_refused(front: Front, path: str) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        sent = await front.web.post(path, data={"tindakan": "pencabutan"}, headers=headers)
        assert sent.status_code == 403
    del front.web.headers["Sec-Fetch-Site"]
    sent = await front.web.post(path, data={}, headers={"Origin": "https://jahat.example"})
    assert sent.status_code == 403


async def test_home_shows_what_was_solved_lately(front: Front, stage: dict[str, Staged]) -> None:
    page = (await front.web.get("/")).text
    solved = page[page.index('id="selesai"') : page.index('id="buku"')]
    assert TREE in unescape(solved)
    assert f"/laporan/{stage['solved'].number}" in solved
    assert 'href="/tentang#hitungan"' in page


@pytest.mark.parametrize("state", ["like", "joined", "split", "solved", "silence", "withdrawal", "erasure", "contact"])
async def test_every_other_state_has_a_page(front: Front, stage: dict[str, Staged], state: str) -> None:
    page = await open_(front, stage[state])
    assert page.status_code == 200
    assert (await front.web.get(f"/lacak/{stage[state].number}/cetak")).status_code == 200


@pytest.mark.parametrize("place", [None, {"region": "32.73"}, {"lat": -6.9, "lon": 107.6}, {"address": "Jl. Braga"}])
async def test_a_report_with_any_part_of_a_place_has_its_pages(front: Front, place: dict[str, str] | None) -> None:
    key = {"Idempotency-Key": str(uuid5(UUID(int=5), str(place)))}
    filed = await front.web.post("/api/v1/complaints", json={"text": "Lampu padam", "place": place}, headers=key)
    one = Staged(UUID(filed.json()["id"]), filed.json()["tracking_code"], filed.json()["public_number"])
    assert (await open_(front, one)).status_code == 200
    assert (await front.web.get(f"/lacak/{one.number}/cetak")).status_code == 200


@pytest.mark.parametrize("path", ["/lapor/lampiran", "/lacak/SP-2026-000001-8/lampiran"])
async def test_a_form_that_may_hold_files_holds_no_more_text_than_others(front: Front, path: str) -> None:
    text = "x" * (REQUEST_BYTES + 1)

    async def unsaid() -> AsyncIterator[bytes]:
        yield b"isi=" + text.encode()

    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}
    for sent in (
        await front.web.post(path, data={"isi": text}),
        await front.web.post(path, content=unsaid(), headers=urlencoded),
        await front.web.post(
            path, data={f"f{n}": text[: len(text) // 4] for n in range(5)}, files={"berkas": ("a", b"a")}
        ),
    ):
        assert sent.status_code == 413
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await front.web.post(path, content=b"--y nothing", headers=broken)).status_code in (200, 303, 400, 422)
