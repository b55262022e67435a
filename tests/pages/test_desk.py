"""The desk places one report after another by forms; who was slower loses nothing of what they wrote."""

import re
from html import unescape
from uuid import UUID, uuid4  # noqa: TID251 - a client makes its own keys

import httpx
import pytest

from schemas.base.values import Candidate
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events.escalation import ReminderSent
from schemas.events.intake import DetailAdded
from schemas.events.router import ComplaintReferred
from support.front import Front
from support.inbox import CITY, PLN, keep
from support.signed_in import sign_in
from support.stage import Staged

pytestmark = pytest.mark.asyncio(loop_scope="module")


def text_of(answer: httpx.Response) -> str:
    """The words of a page."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def at_desk(front: Front, text: str = "Lampu padam di muka pasar.", **more: object) -> Staged:
    """File a report that waits at the desk, with two candidates."""
    filed = await front.web.post(
        "/api/v1/complaints", json={"text": text, **more}, headers={"Idempotency-Key": str(uuid4())}
    )
    assert filed.status_code == 201, filed.text
    one = Staged(UUID(filed.json()["id"]), filed.json()["tracking_code"], filed.json()["public_number"])
    at = front.app.state.intake.clock.now()
    likely = (Candidate(agency=CITY, unit="jalan", score=0.6, reason="region"),
              Candidate(agency=PLN, score=0.3, reason="region"))  # fmt: skip
    await keep(front.repository.store, front.repository, one.id, [
        ComplaintReferred(at=at, reason="ambiguous", candidates=likely)
    ])  # fmt: skip
    return one


async def state(front: Front, one: Staged) -> Complaint:
    return (await front.repository.load(one.id)).state


async def send(front: Front, one: Staged, move: str, hidden: dict[str, str], **fields: str) -> httpx.Response:
    """Send a form of the report's page as it is now."""
    seen = str((await state(front, one)).version)
    form = {"versi": seen, "kunci": str(uuid4()), **hidden, "tindakan": move, **fields}
    return await front.web.post(f"/meja/{one.id}", data=form)


async def test_the_page_shows_the_likeliest_bodies_with_reasons_and_keys(front: Front) -> None:
    one = await at_desk(front)
    sign_in(front.app, front.web, "triage")
    page = await front.web.get(f"/meja/{one.id}")
    assert page.status_code == 200, page.text
    words = text_of(page)
    assert "lebih dari satu instansi mungkin berwenang" in words
    assert "Bidang Jalan, Kota Bandung" in words
    assert "Kecocokan 60%" in words
    assert "tidak dapat ditarik kembali" in words
    assert re.findall(r'data-key="(\d)"', page.text) == ["1", "2"]


async def test_a_placement_is_delivered_once_and_leads_to_the_next_report(front: Front) -> None:
    one, two = await at_desk(front), await at_desk(front)
    hidden = sign_in(front.app, front.web, "triage")
    await front.app.state.router.feed.catch_up()
    fields = re.findall(r'name="(versi|urutan|kunci)" value="([^"]+)"', (await front.web.get(f"/meja/{one.id}")).text)
    form = {**dict(fields), "tindakan": "tempatkan", "instansi": f"{CITY}/jalan", "catatan": "Tiang 17", **hidden}
    sent = [await front.web.post(f"/meja/{one.id}", data=form) for _ in range(2)]  # as by a double click
    assert [each.status_code for each in sent] == [303, 303], sent[1].text
    placed = await state(front, one)
    assert (placed.status, placed.holder.unit) == (Status.ROUTED, "jalan")
    after = await front.web.get(sent[0].headers["location"])
    assert f"Laporan {one.number} sudah dikirim" in text_of(after)
    assert two.number in text_of(after)


@pytest.mark.parametrize(
    ("move", "fields", "status"),
    [
        ("tanya", {"pertanyaan": "Di jalan apa?"}, Status.AWAITING_REPORTER),
        ("kata", {"kata": "Lampu jalan padam"}, Status.TRIAGE),
        ("bagi", {"pimpinan": "Kota Bandung", "bagian_1": "PLN", "tugas_1": "Gardu"}, Status.SPLIT),
        ("arbitrase", {}, Status.ARBITRATION),
        ("arsip", {"alasan": "unintelligible", "catatan_arsip": "Tidak jelas"}, Status.CLOSED),
    ],
)
async def test_every_move_is_a_form(front: Front, move: str, fields: dict[str, str], status: Status) -> None:
    one = await at_desk(front)
    answer = await send(front, one, move, sign_in(front.app, front.web, "triage"), **fields)
    assert answer.status_code == 303, text_of(answer)
    assert (await state(front, one)).status is status
    assert (await front.web.get(answer.headers["location"])).status_code == 200


async def test_a_join_and_its_undoing_are_forms(front: Front) -> None:
    lead, one = await at_desk(front), await at_desk(front)
    hidden = sign_in(front.app, front.web, "triage")
    assert (await send(front, one, "gabung", hidden, utama=str(lead.id))).status_code == 303
    assert (await state(front, one)).lead == lead.id
    await front.app.state.router.feed.catch_up()
    assert f"Pisahkan {one.number}" in text_of(await front.web.get(f"/meja/{lead.id}"))
    undone = await send(front, one, "pisah", hidden, dari=str(lead.id))
    assert undone.headers["location"].startswith(f"/meja/{lead.id}?")
    assert (await state(front, one)).status is Status.UNPLACED


async def test_an_undoing_leads_on_although_the_form_names_no_report_to_go_back_to(front: Front) -> None:
    lead, one = await at_desk(front), await at_desk(front)
    hidden = sign_in(front.app, front.web, "triage")
    assert (await send(front, one, "gabung", hidden, utama=str(lead.id))).status_code == 303
    undone = await send(front, one, "pisah", hidden, dari="//evil.test")
    assert (undone.status_code, undone.headers["location"].partition("?")[0]) == (303, "/meja")


@pytest.mark.parametrize(
    ("move", "fields", "field"),
    [
        ("tempatkan", {"catatan": "Tulisan saya"}, "instansi"),
        ("tanya", {"pertanyaan": " ", "catatan": "Tulisan saya"}, "pertanyaan"),
        ("arsip", {"catatan_arsip": "Tulisan saya"}, "alasan"),
        ("gabung", {}, "utama"),
        ("bagi", {"pimpinan": "Kota Bandung", "bagian_1": "Atlantis", "tugas_1": "Tulisan saya"}, "bagian_1"),
        ("bagi", {"pimpinan": "Kota Bandung"}, ""),
    ],
)
async def test_a_wrong_form_comes_back_filled_in(front: Front, move: str, fields: dict[str, str], field: str) -> None:
    one = await at_desk(front)
    answer = await send(front, one, move, sign_in(front.app, front.web, "triage"), **fields)
    assert answer.status_code == 422, text_of(answer)
    assert not field or f'href="#f-{field}"' in answer.text or field == "utama"
    assert "Tulisan saya" not in fields.values() or "Tulisan saya" in answer.text
    assert (await state(front, one)).status is Status.TRIAGE


async def test_a_body_is_searched_without_losing_the_note(front: Front) -> None:
    one = await at_desk(front)
    hidden = sign_in(front.app, front.web, "triage")
    page = await send(front, one, "tempatkan", hidden, cari="pertamanan bandung", catatan="Pohon tumbang")
    assert page.status_code == 200
    assert "Bidang Pertamanan, Kota Bandung" in text_of(page)
    assert "Pohon tumbang" in page.text
    nothing = await send(front, one, "tempatkan", hidden, cari="atlantis")
    assert "Tidak ada instansi lain dengan nama" in text_of(nothing)


async def test_several_bodies_of_a_name_are_offered(front: Front) -> None:
    one = await at_desk(front)
    hidden = sign_in(front.app, front.web, "triage")
    fields = {"pimpinan": "PLN", "bagian_1": "bidang bandung"}
    page = await send(front, one, "bagi", hidden, **fields)
    assert page.status_code == 422
    assert 'name="bagian_1_pilih" value="kota-bandung/taman"' in page.text
    sent = await send(front, one, "bagi", hidden, **fields, bagian_1_pilih="kota-bandung/taman")
    assert sent.status_code == 303, text_of(sent)


async def test_what_the_reporter_adds_meanwhile_is_read_first(front: Front) -> None:
    one = await at_desk(front)
    seen = str((await state(front, one)).version)
    at = front.app.state.intake.clock.now()
    await keep(front.repository.store, front.repository, one.id, [DetailAdded(at=at, text="Ini di Kota Cimahi.")])
    hidden = sign_in(front.app, front.web, "triage")
    page = await send(front, one, "tempatkan", hidden, versi=seen, instansi=PLN, catatan="Tulisan saya")
    assert page.status_code == 409
    assert "Laporan ini berubah sementara Anda menulis" in text_of(page)
    assert "Ini di Kota Cimahi." in text_of(page)
    assert "Tulisan saya" in page.text
    assert re.search(rf'value="{PLN}"[^>]* checked', page.text)
    again = await send(front, one, "tempatkan", hidden, instansi=PLN)
    assert again.status_code == 303


async def test_a_reminder_meanwhile_stops_nobody(front: Front) -> None:
    one = await at_desk(front)
    seen = str((await state(front, one)).version)
    at = front.app.state.intake.clock.now()
    reminder = ReminderSent.model_validate({"at": at, "clock": "triage", "due_at": at, "started_version": 1})
    await keep(front.repository.store, front.repository, one.id, [reminder])
    hidden = sign_in(front.app, front.web, "triage")
    assert (await send(front, one, "tempatkan", hidden, versi=seen, instansi=PLN)).status_code == 303


@pytest.mark.parametrize("secret", [False, True])
async def test_a_report_that_somebody_else_decided_says_so_and_keeps_what_was_written(
    front: Front, secret: bool
) -> None:
    one = await at_desk(front, secret=secret)
    hidden, seen = sign_in(front.app, front.web, "triage"), str((await state(front, one)).version)
    await send(front, one, "tempatkan", hidden, instansi=PLN)
    page = await send(front, one, "tanya", hidden, versi=seen, pertanyaan="Tiang nomor berapa?")
    assert page.status_code == (404 if secret else 409)
    assert "Laporan ini tidak lagi di meja" in text_of(page)
    assert "Tiang nomor berapa?" in text_of(page)
    unknown = await front.web.post(f"/meja/{uuid4()}", data={**hidden, "tindakan": "tanya", "pertanyaan": "Apa?"})
    assert unknown.status_code == 404
    assert "Laporan ini tidak lagi di meja" in text_of(unknown), "no other words than for a hidden one"


async def test_skipping_goes_on_to_the_next_report(front: Front) -> None:
    sign_in(front.app, front.web, "triage")
    one = await at_desk(front)
    await front.app.state.router.feed.catch_up()
    page = await front.web.get(f"/meja/{one.id}")
    found = re.search(r'href="(/meja\?sesudah=[^"]+)"', page.text)
    assert found is not None
    assert one.number not in text_of(await front.web.get(found[1]))
    assert (await front.web.get("/meja?sesudah=x")).status_code == 422


@pytest.mark.parametrize(("roles", "status"), [((), 303), (("arbiter",), 403), (("operator",), 403)])
async def test_nobody_else_sees_the_desk(front: Front, roles: tuple[str, ...], status: int) -> None:
    one = await at_desk(front)
    if roles:
        sign_in(front.app, front.web, *roles)
    for path in ("/meja", f"/meja/{one.id}"):
        assert (await front.web.get(path)).status_code == status


async def test_a_form_without_the_sessions_token_moves_nothing(front: Front) -> None:
    one = await at_desk(front)
    sign_in(front.app, front.web, "triage")
    assert (await send(front, one, "arbitrase", {})).status_code == 403
    assert (await state(front, one)).status is Status.TRIAGE


async def test_a_report_is_joined_by_its_number_after_both_were_shown(front: Front) -> None:
    hidden = sign_in(front.app, front.web, "triage")
    lead, one = (
        await at_desk(front, "Lampu jalan di gang mawar mati."),
        await at_desk(front, "Gang mawar gelap gulita."),
    )
    asked = await send(front, one, "gabung", hidden, ke="banding", nomor_utama=lead.number.lower())
    assert asked.status_code == 200, asked.text
    words = text_of(asked)
    assert all(each in words for each in ("Lampu jalan di gang mawar mati.", "Gang mawar gelap gulita.", lead.number))
    assert (await state(front, one)).status is Status.TRIAGE, "comparing joins nothing"
    main = re.search(r'name="utama" value="([^"]+)"', asked.text)
    assert main is not None
    joined = await send(front, one, "gabung", hidden, utama=main[1])
    assert joined.status_code == 303, joined.text
    assert (await state(front, one)).lead == lead.id


async def test_a_later_or_the_same_report_is_shown_with_why_it_cannot_lead(front: Front) -> None:
    hidden = sign_in(front.app, front.web, "triage")
    one, later = await at_desk(front), await at_desk(front)
    for number, why in ((later.number, "masuk belakangan"), (one.number, "tidak ada")):
        page = await send(front, one, "gabung", hidden, ke="banding", nomor_utama=number)
        assert (page.status_code, why in text_of(page)) == (200, True), text_of(page)
        assert 'name="utama"' not in page.text


@pytest.mark.parametrize("number", ["", "SP-2026-000001-0", "lampu"])
async def test_a_number_that_names_no_report_comes_back_with_what_is_wrong(front: Front, number: str) -> None:
    hidden = sign_in(front.app, front.web, "triage")
    page = await send(front, await at_desk(front), "gabung", hidden, ke="banding", nomor_utama=number)
    assert page.status_code == 422
    assert 'id="f-nomor_utama-error"' in page.text


async def test_the_number_of_a_secret_report_is_as_unknown(front: Front) -> None:
    hidden = sign_in(front.app, front.web, "triage")
    secret, one = await at_desk(front, "Pungutan liar di loket.", secret=True), await at_desk(front)
    page = await send(front, one, "gabung", hidden, ke="banding", nomor_utama=secret.number)
    assert (page.status_code, "Pungutan liar" in page.text) == (422, False)


async def test_unchanged_words_are_not_said_to_be_saved(front: Front) -> None:
    hidden = sign_in(front.app, front.web, "triage")
    one = await at_desk(front)
    before = await state(front, one)
    shown = {"kata": before.text.replace("\n", "\r\n"), "judul": before.title or ""}
    page = await send(front, one, "kata", hidden, **shown)
    assert (page.status_code, "Belum berubah" in text_of(page)) == (422, True)
    assert (await state(front, one)).version == before.version
    assert (await send(front, one, "kata", hidden, kata="Lampu di pasar padam.")).status_code == 303
