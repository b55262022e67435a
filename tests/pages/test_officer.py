"""Officers work in the inbox and on a case by forms: filters, several at once, notes, answers, and what changed meanwhile."""

import re
from base64 import b64encode
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4  # noqa: TID251 - a client makes its own keys

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from agency_inbox.views import METADATA, inbox_view
from chassis.project.from_store import StoreProjection
from escalation.views import LADDER, LadderRow, put
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import CaseAssigned, OfficerNoteAdded
from schemas.events.intake import DetailAdded
from schemas.events.router import ComplaintRouted
from support.front import Front
from support.inbox import BASIS, CITY, PLN, ROADS, T0, keep
from support.signed_in import sign_in
from support.stage import ANSWER, NOTE, Staged
from support.stage_photo import add_photo

pytestmark = pytest.mark.asyncio(loop_scope="module")
OFFICER = f"officer:{CITY}"


@pytest.fixture
def csrf(front: Front) -> dict[str, str]:
    """An officer of the whole city is signed in."""
    return sign_in(front.app, front.web, OFFICER)


def text_of(answer: httpx.Response) -> str:
    """The words of a page."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def refresh(front: Front) -> None:
    """Bring the read model up to date, as the worker does."""
    inbox = front.app.state.agency_inbox
    view = inbox_view(inbox.repository, inbox.registry, inbox.policies)
    await StoreProjection(front.repository.store, inbox.database, METADATA, view).catch_up()


async def state(front: Front, one: Staged) -> Complaint:
    return (await front.repository.load(one.id)).state


async def send(front: Front, one: Staged, csrf: dict[str, str], move: str, **fields: str) -> httpx.Response:
    """Send a form of the case page as it is now."""
    seen = str((await state(front, one)).version)
    form = {"dilihat": seen, "kunci": str(uuid4()), **csrf, "tindakan": move, **fields}
    return await front.web.post(f"/petugas/{one.id}", data=form)


async def filed(front: Front, text: str = "Lampu padam") -> Staged:
    """Somebody files."""
    answer = await front.web.post(
        "/api/v1/complaints", json={"text": text}, headers={"Idempotency-Key": str(uuid4())}
    )  # fmt: skip
    sent = answer.json()
    return Staged(UUID(sent["id"]), sent["tracking_code"], sent["public_number"])


async def route(front: Front, one: Staged) -> None:
    """The report goes to the city."""
    at = front.app.state.intake.clock.now()
    routed = ComplaintRouted(at=at, agency=CITY, cause="desk", basis=BASIS)
    await keep(front.repository.store, front.repository, one.id, [routed])


async def test_the_inbox_shows_open_cases_with_signs_and_counts(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    await refresh(front)
    page = await front.web.get("/petugas")
    assert page.status_code == 200, page.text
    words = text_of(page)
    for name in ("routed", "late", "awaiting_reporter", "secret"):
        assert stage[name].number in words
    for name in ("triage", "arbitration"):
        assert stage[name].number not in words
    assert re.search(r"baru.*terlambat", words)
    assert "ditanya" in words
    late = await front.web.get("/petugas?tenggat=terlambat")
    assert stage["late"].number in late.text
    assert stage["routed"].number not in late.text
    assert len(page.content) < 100_000


async def test_the_filters_say_as_many_as_they_show(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    await refresh(front)
    page = (await front.web.get("/petugas")).text
    found = re.findall(
        r'<li><a href="(/petugas[^"]*)"[^>]*><span>[^<]*</span><span class="facet-count">(\d+)</span>', page
    )
    assert len(found) > 8
    for href, count in found:
        shown = (await front.web.get(unescape(href))).text
        assert len(re.findall(r"data-row>", shown)) == int(count), href


async def test_the_own_page_names_body_and_unit(front: Front) -> None:
    sign_in(front.app, front.web, f"officer:{CITY}/jalan")
    assert "petugas (Kota Bandung, Bidang Jalan)" in text_of(await front.web.get("/saya"))


async def test_an_officer_of_another_unit_and_other_agencies_see_nothing_of_it(
    front: Front, stage: dict[str, Staged]
) -> None:
    await refresh(front)
    one = stage["noted"]
    for role in (f"officer:{CITY}/jalan", f"unit-head:{CITY}/taman", f"officer:{PLN}", f"officer:{ROADS}"):
        sign_in(front.app, front.web, role)
        for path in ("/petugas", "/petugas/tenggat", "/petugas/unit", "/petugas?status=closed"):
            page = await front.web.get(path)
            assert page.status_code == 200, page.text
            assert one.number not in page.text, (role, path)
        refused = await front.web.get(f"/petugas/{one.id}")
        assert refused.status_code == 404, role
        assert NOTE not in refused.text
    sign_in(front.app, front.web, OFFICER)
    assert NOTE in (await front.web.get(f"/petugas/{one.id}")).text


async def test_a_head_reads_of_each_report_that_climbed_its_unit_its_due_date_and_who_looks_at_it(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    escalation, late, dateless = front.app.state.escalation, stage["late"], stage["in_progress"]
    row = LadderRow(
        str(late.id), 3, late.number, part=False, guarded=False, status="routed", class_="complaint",
        holder=f"agency:{CITY}/jalan", agency=CITY, unit="jalan", sector=None, cause="deadline", clock="acknowledge",
        repetition=0, received_at=T0, due_at=T0, climbed_at=T0, supervision=False,
    )  # fmt: skip
    other = row._replace(
        complaint=str(dateless.id), public_number=dateless.number, unit=None, rung=1, due_at=None,
        climbed_at=T0 + timedelta(hours=1),
    )  # fmt: skip
    rows: list[tuple[str, LadderRow | None]] = [(each.complaint, each) for each in (row, other)]
    await escalation.database.run(lambda connection: put(connection, [LADDER], rows))
    try:
        page = LexborHTMLParser((await front.web.get("/petugas/unit")).text)
        said = [" ".join(each.text(separator=" ").split()) for each in page.css("#naik ~ .table-frame tbody tr")]
        assert re.fullmatch(rf"{late.number} Bidang Jalan terlambat \d+ hari .* WIB Ombudsman.*", said[0]), said
        assert re.fullmatch(rf"{dateless.number} belum di unit kepala unit.*", said[1]), said
        assert "Sampai kepala unit: 2. Sampai atasan instansi: 1. Sampai Ombudsman: 1." in page.css_first("main").text()
    finally:
        gone: list[tuple[str, LadderRow | None]] = [(each, None) for each, _ in rows]
        await escalation.database.run(lambda connection: put(connection, [LADDER], gone))


@pytest.mark.parametrize("role", ["triage", "analyst", "operator", "inspectorate", "arbiter"])
async def test_the_pages_are_for_officers(front: Front, role: str) -> None:
    sign_in(front.app, front.web, role)
    for path in ("/petugas", "/petugas/tenggat", "/petugas/unit", "/petugas/templat", "/petugas/lapor"):
        assert (await front.web.get(path)).status_code == 403, path


async def test_a_note_stays_with_the_agency_when_the_case_goes_to_another(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    one = stage["in_progress"]
    noted = await send(front, one, csrf, "catatan", catatan="Hubungi Pak Lurah dahulu")
    assert noted.status_code == 303, noted.text
    at = front.app.state.intake.clock.now()
    routed = ComplaintRouted(at=at, agency=PLN, cause="desk", basis=BASIS)
    await keep(front.repository.store, front.repository, one.id, [routed])
    assert "Pak Lurah" in (await front.web.get(f"/petugas/{one.id}")).text, "the agency that wrote it"
    sign_in(front.app, front.web, f"officer:{PLN}")
    page = await front.web.get(f"/petugas/{one.id}")
    assert page.status_code == 200
    assert "Pak Lurah" not in page.text
    for path in (f"/lacak/{one.code}", f"/api/v1/complaints/{one.code}", f"/api/v1/reports/{one.number}"):
        assert "Pak Lurah" not in (await front.web.get(path, follow_redirects=True)).text


async def test_the_arbiter_reads_the_notes_of_a_contested_case_and_the_desk_none(
    front: Front, stage: dict[str, Staged]
) -> None:
    one = stage["arbitration"]
    at = front.app.state.intake.clock.now()
    note = OfficerNoteAdded(at=at, agency=CITY, text="Sudah dua kali kami jelaskan")
    await keep(front.repository.store, front.repository, one.id, [note])
    arbiter = await front.web.get(f"/api/v1/arbitration/{one.id}", headers={"Authorization": "Bearer arbiter"})
    assert [each["text"] for each in arbiter.json()["notes"]] == ["Sudah dua kali kami jelaskan", NOTE]


async def test_several_are_acknowledged_at_once_with_a_result_for_each(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    new, done, foreign = stage["routed"], stage["answered"], uuid4()
    form = {
        **csrf,
        "kunci": str(uuid4()),
        "tindakan": "terima",
        "laporan": [str(new.id), str(done.id), str(foreign), "x"],
    }
    page = await front.web.post("/petugas/pilihan", data=form)
    assert page.status_code == 200, page.text
    words = text_of(page)
    assert "1 laporan diterima. 2 tidak berubah" in words
    assert done.number in words
    assert "sudah dijawab" in words
    assert (await state(front, new)).status is Status.IN_PROGRESS
    before = (await state(front, new)).version
    again = await front.web.post("/petugas/pilihan", data=form)
    assert "1 laporan diterima." in text_of(again), "the same form sent again says the same"
    assert (await state(front, new)).version == before


async def test_several_are_assigned_and_exported(front: Front, stage: dict[str, Staged], csrf: dict[str, str]) -> None:
    await refresh(front)
    # Whoever has opened the inbox can be given cases, first of all oneself.
    mine = re.search(r'<option value="([^"]+)" selected>kepada saya', (await front.web.get("/petugas")).text)
    assert mine is not None
    officer = mine[1]
    one, wide = stage["noted"], stage["wide"]
    form = {**csrf, "kunci": str(uuid4()), "tindakan": "tugaskan", "petugas": officer, "laporan": [str(one.id)]}
    assert "1 laporan ditugaskan." in text_of(await front.web.post("/petugas/pilihan", data=form))
    assert str((await state(front, one)).officer) == officer
    await refresh(front)
    assert one.number in (await front.web.get("/petugas?petugas=saya")).text
    form = {**csrf, "tindakan": "unduh", "laporan": [str(one.id), str(wide.id), str(stage["triage"].id)]}
    sheet = await front.web.post("/petugas/pilihan", data=form)
    assert sheet.headers["content-type"].startswith("text/csv")
    assert one.number in sheet.text
    assert stage["triage"].number not in sheet.text


async def test_a_cell_that_a_spreadsheet_would_run_is_quoted(front: Front, csrf: dict[str, str]) -> None:
    filed = await front.web.post(
        "/api/v1/complaints", json={"text": "x", "title": '=HYPERLINK("http://x")'},
        headers={"Idempotency-Key": str(uuid4())},
    )  # fmt: skip
    at = front.app.state.intake.clock.now()
    routed = ComplaintRouted(at=at, agency=CITY, cause="desk", basis=BASIS)
    await keep(front.repository.store, front.repository, UUID(filed.json()["id"]), [routed])
    await refresh(front)
    form = {**csrf, "tindakan": "unduh", "laporan": [filed.json()["id"]]}
    assert "'=HYPERLINK" in (await front.web.post("/petugas/pilihan", data=form)).text


async def test_each_move_is_a_form_that_leads_back_to_the_case(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    one = stage["routed"]
    for move, fields, after in (
        ("terima", {"unit": "jalan"}, Status.IN_PROGRESS),
        ("kemajuan", {"kata_kemajuan": "Regu berangkat."}, Status.IN_PROGRESS),
        ("catatan", {"catatan": "Kunci pos ada di Pak RT."}, Status.IN_PROGRESS),
        ("tanya", {"pertanyaan": "Tiang nomor berapa?"}, Status.AWAITING_REPORTER),
        ("jawab", {"jawaban": ANSWER}, Status.ANSWERED),
    ):
        done = await send(front, one, csrf, move, **fields)
        assert done.status_code == 303, done.text
        assert (await state(front, one)).status is after
        page = await front.web.get(done.headers["location"])
        assert "Tersimpan" in page.text
    assert "Jawab</summary>" not in page.text, "an answered case is not answered again"


async def test_a_return_says_its_consequence_before_and_names_a_body_by_its_name(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    one = stage["secret"]
    page = await front.web.get(f"/petugas/{one.id}")
    assert "dikembalikan untuk ke-1 kali. Setelah pengembalian ke-3 Ombudsman" in text_of(page)
    wrong = await send(front, one, csrf, "kembalikan", alasan="", saran="Atlantis")
    assert wrong.status_code == 422
    assert "Tidak ada instansi dengan nama itu" in wrong.text
    several = await send(front, one, csrf, "kembalikan", alasan="Tiang milik PLN", saran="k")
    assert several.status_code == 422
    assert "Tiang milik PLN" in several.text, "what was written stays"
    assert 'name="saran_pilih"' in several.text
    done = await send(front, one, csrf, "kembalikan", alasan="Tiang milik PLN", saran="pln")
    assert done.status_code == 303, done.text
    assert (await state(front, one)).last_return.suggested == PLN  # type: ignore[union-attr]


async def test_a_case_that_has_left_says_so_and_offers_nothing(front: Front, csrf: dict[str, str]) -> None:
    one = await filed(front)
    await route(front, one)
    sent = await send(front, one, csrf, "kembalikan", alasan="Tiang milik PLN", saran="pln")
    page = await front.web.get(sent.headers["location"])
    words = text_of(page)
    assert "Laporan ini tidak lagi pada Anda" in words
    assert "Ketika itu laporan" in words
    assert "Tenggat" not in words.partition("Ketika itu laporan")[2].partition("Riwayat")[0]
    moves = LexborHTMLParser(page.text).css("main [name=tindakan]")
    assert [move.attributes["value"] for move in moves] == []
    await route(front, one)
    again = text_of(await front.web.get(f"/petugas/{one.id}"))
    assert "tidak lagi pada Anda" not in again
    assert "Tenggat tindak lanjut pertama instansi" in again


async def test_an_answer_written_while_the_reporter_added_something_is_kept_and_sent_on_the_new_version(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    one = stage["in_progress"]
    seen = (await state(front, one)).version
    at = front.app.state.intake.clock.now()
    await keep(front.repository.store, front.repository, one.id, [DetailAdded(at=at, text="Tiang nomor 17 juga")])
    form = {**csrf, "kunci": str(uuid4()), "tindakan": "jawab", "jawaban": ANSWER, "dilihat": str(seen)}
    page = await front.web.post(f"/petugas/{one.id}", data=form)
    assert page.status_code == 409
    words = text_of(page)
    assert "Laporan ini berubah sewaktu Anda menulis" in words
    assert "Tiang nomor 17 juga" in words, "what is new"
    assert ANSWER.split(".")[0] in page.text, "what was written"
    assert "Kirim lagi pada keadaan terbaru" in words
    version = re.search(r'name="dilihat" value="(\d+)"', page.text)
    assert version is not None
    done = await front.web.post(f"/petugas/{one.id}", data={**form, "dilihat": version[1], "kunci": str(uuid4())})
    assert done.status_code == 303
    assert (await state(front, one)).status is Status.ANSWERED


async def test_a_colleagues_note_or_assignment_is_no_change_that_stops_an_answer(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    one = stage["in_progress"]
    seen = (await state(front, one)).version
    at = front.app.state.intake.clock.now()
    facts = [OfficerNoteAdded(at=at, agency=CITY, text="x"), CaseAssigned(at=at, agency=CITY, officer=UUID(int=4))]
    await keep(front.repository.store, front.repository, one.id, facts)
    form = {**csrf, "kunci": str(uuid4()), "tindakan": "jawab", "jawaban": ANSWER, "dilihat": str(seen)}
    first = await front.web.post(f"/petugas/{one.id}", data=form)
    again = await front.web.post(f"/petugas/{one.id}", data=form)  # as by a double click
    assert (first.status_code, again.status_code) == (303, 303), again.text


async def test_a_template_is_inserted_with_its_fields_behind_what_was_written(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    one = stage["noted"]
    name = f"Lampu {uuid4()}"
    made = await front.web.post(
        "/petugas/templat", data={**csrf, "nama": name, "kata": "Laporan {nomor} kepada {instansi} selesai. {unit}"}
    )
    assert made.status_code == 303, made.text
    [kept] = [each for each in await front.app.state.agency_inbox.offices.templates(CITY) if each.name == name]
    form = {"pakai": "1", "templat": kept.id, "jawaban": "Terima kasih."}
    page = await send(front, one, csrf, "jawab", **form)
    assert page.status_code == 200
    written = re.search(r'<textarea[^>]*name="jawaban"[^>]*>\n?(.*?)</textarea>', page.text, re.DOTALL)
    assert written is not None
    assert unescape(written[1]) == (f"Terima kasih.\n\nLaporan {one.number} kepada Kota Bandung selesai. {{unit}}"), (
        "a field without a value stays to be seen"
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"nama": "", "kata": "x"}, "Harus 1 sampai 100 karakter"),
        ({"nama": "A", "kata": ""}, "Harus 1 sampai 5000 karakter"),
        ({"nama": "A", "kata": "Yth. {pelapor}"}, "Isian {pelapor} tidak dikenal"),
        ({"nama": "A", "kata": "Yth. {nomor"}, "kurung kurawal tanpa pasangan"),
    ],
)
async def test_a_wrong_template_names_what_is_wrong_and_keeps_what_was_written(
    front: Front, csrf: dict[str, str], typed: dict[str, str], said: str
) -> None:
    page = await front.web.post("/petugas/templat", data={**csrf, **typed})
    assert page.status_code == 422
    assert said.lower() in text_of(page).lower()
    assert unescape(page.text).count(typed["kata"] or typed["nama"])


async def test_a_template_that_was_deleted_meanwhile_leads_to_those_that_there_are(
    front: Front, csrf: dict[str, str]
) -> None:
    gone = "00000000-0000-4000-9000-000000000001"
    for page in (
        await front.web.get(f"/petugas/templat?hapus={gone}"),
        await front.web.get("/petugas/templat?ubah=satu"),
        await front.web.post("/petugas/templat", data={**csrf, "templat": "satu", "tindakan": "hapus"}),
    ):
        assert page.status_code == 404, page.text
        assert "Templat itu tidak ada lagi" in text_of(page)
        assert "Templat baru" in text_of(page)


async def test_a_template_that_somebody_changed_meanwhile_shows_both_texts(front: Front, csrf: dict[str, str]) -> None:
    name = f"Jalan {uuid4()}"
    await front.web.post("/petugas/templat", data={**csrf, "nama": name, "kata": "Satu"})
    offices = front.app.state.agency_inbox.offices
    [kept] = [each for each in await offices.templates(CITY) if each.name == name]
    change = {**csrf, "templat": kept.id, "versi": str(kept.version), "nama": name}
    assert (await front.web.post("/petugas/templat", data={**change, "kata": "Dua"})).status_code == 303
    page = await front.web.post("/petugas/templat", data={**change, "kata": "Tiga"})
    assert page.status_code == 409
    assert "Dua" in page.text
    assert "Tiga" in page.text
    version = re.search(r'name="versi" value="(\d+)"', page.text)
    assert version is not None
    done = await front.web.post("/petugas/templat", data={**change, "versi": version[1], "kata": "Tiga"})
    assert done.status_code == 303
    asked = await front.web.get(f"/petugas/templat?hapus={kept.id}")
    assert "Hapus templat ini?" in text_of(asked)
    assert name in [each.name for each in await offices.templates(CITY)], "asking deletes nothing"
    delete = {**csrf, "templat": kept.id, "tindakan": "hapus"}
    stale = await front.web.post("/petugas/templat", data={**delete, "versi": version[1]})
    assert (stale.status_code, "Belum dihapus" in text_of(stale)) == (409, True)
    newest = re.search(r'name="versi" value="(\d+)"', stale.text)
    assert newest is not None
    deleted = await front.web.post("/petugas/templat", data={**delete, "versi": newest[1]})
    assert deleted.status_code == 303
    assert name not in [each.name for each in await offices.templates(CITY)]


async def test_views_and_settings_are_kept_for_the_person(front: Front, csrf: dict[str, str]) -> None:
    await front.web.post("/petugas/tampilan", data={**csrf, "nama": "Mendesak", "saringan": "tenggat=terlambat"})
    assert "Mendesak" in (await front.web.get("/petugas")).text
    assert (
        "petugas.js" in (await front.web.get("/petugas")).text or "petugas." in (await front.web.get("/petugas")).text
    )
    off = await front.web.post("/petugas/pengaturan", data={**csrf, "pintasan": "0"})
    assert off.status_code == 303
    assert "/aset/petugas." not in (await front.web.get("/petugas")).text, "no script listens any more"
    other = sign_in(front.app, front.web, OFFICER, f"officer:{PLN}")
    assert "Mendesak" not in (await front.web.get(f"/petugas?instansi={CITY}")).text
    assert other
    sign_in(front.app, front.web, OFFICER)
    await front.web.post("/petugas/pengaturan", data={**csrf, "pintasan": "1"})
    await front.web.post("/petugas/tampilan", data={**csrf, "nama": "Mendesak", "tindakan": "hapus"})
    assert "Mendesak" not in (await front.web.get("/petugas")).text


async def test_a_search_finds_words_and_keeps_none_in_an_address(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    await refresh(front)
    page = await front.web.post("/petugas/cari", data={**csrf, "cari": "LUBANGLUBANG"})
    assert page.status_code == 200
    assert stage["wide"].number in page.text
    assert stage["routed"].number not in page.text
    assert "Semua laporan terbuka sudah dilihat" in text_of(page)
    assert (await front.web.get("/petugas/cari")).status_code in (404, 405)


async def test_who_complained_is_shown_for_a_reason_that_the_reporter_reads(front: Front, csrf: dict[str, str]) -> None:
    filed = (
        await front.web.post(
            "/api/v1/complaints", json={"text": "Lampu", "reporter": {"name": "Ibu Kenari", "phone": "0812 0000 0000"}},
            headers={"Idempotency-Key": str(uuid4())},
        )
    ).json()  # fmt: skip
    one = Staged(UUID(filed["id"]), filed["tracking_code"], filed["public_number"])
    at = front.app.state.intake.clock.now()
    routed = ComplaintRouted(at=at, agency=CITY, cause="desk", basis=BASIS)
    await keep(front.repository.store, front.repository, one.id, [routed])
    assert "Kenari" not in (await front.web.get(f"/petugas/{one.id}")).text
    assert (await send(front, one, csrf, "pelapor", alasan_pelapor="")).status_code == 422
    shown = await send(front, one, csrf, "pelapor", alasan_pelapor="Perlu ditelepon")
    assert shown.status_code == 200
    assert "Ibu Kenari" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "Perlu ditelepon" in (await front.web.get(f"/api/v1/complaints/{one.code}")).text


async def test_the_holder_lets_the_public_see_a_photo_and_takes_it_back(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    one = stage["photo"]
    [photo] = re.findall(
        rf'<img src="/petugas/{one.id}/lampiran/([^"]+)"', (await front.web.get(f"/petugas/{one.id}")).text
    )
    public = f"/api/v1/reports/{one.number}/photos/{photo}"
    assert (await front.web.get(f"/petugas/{one.id}/lampiran/{photo}")).headers["content-type"] == "image/jpeg"
    shown = await send(front, one, csrf, "perlihatkan", foto=photo)
    assert shown.status_code == 303, shown.text
    assert "dilihat publik" in text_of(await front.web.get(shown.headers["location"]))
    assert (await front.web.get(public)).status_code == 200
    back = await send(front, one, csrf, "tarik", foto=photo)
    assert back.status_code == 303, back.text
    assert (await front.web.get(public)).status_code == 404


@pytest.mark.parametrize("photo", ["", "satu", "00000000-0000-4000-9000-000000000001"])
async def test_a_photo_that_there_is_not_is_refused_in_words(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str], photo: str
) -> None:
    page = await send(front, stage["photo"], csrf, "perlihatkan", foto=photo)
    assert page.status_code == 422, page.text
    assert "error-summary" in page.text


async def test_the_photo_of_a_secret_report_is_not_offered_to_the_public(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    one = stage["secret"]
    intake = front.app.state.intake
    photo = await add_photo(intake.repository, intake.attachments, one.id, intake.clock.now())
    page = await front.web.get(f"/petugas/{one.id}")
    assert f"/lampiran/{photo}" in page.text
    assert 'value="perlihatkan"' not in page.text
    assert "Publik tidak melihat laporan ini" in text_of(page)


async def test_the_case_shows_a_map_of_its_place(front: Front, stage: dict[str, Staged], csrf: dict[str, str]) -> None:
    for name, pinned in (("located", True), ("noted", False)):
        page = await front.web.get(f"/petugas/{stage[name].id}")
        [address] = re.findall(r'src="(/peta\.svg[^"]+)"', page.text)
        assert ("pin=" in address) is pinned, name
        assert (await front.web.get(unescape(address))).status_code == 200


async def test_a_case_is_split_with_bodies_by_name(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    one = stage["in_progress"]
    wrong = await send(front, one, csrf, "bagi", bagian_1="Atlantis", tugas_1="Periksa")
    assert wrong.status_code == 422
    assert "Periksa" in wrong.text
    done = await send(front, one, csrf, "bagi", bagian_1="PLN", tugas_1="Periksa tiangnya")
    assert done.status_code == 303, done.text
    assert (await state(front, one)).status is Status.SPLIT


async def test_an_officer_files_for_somebody_and_hands_over_the_code(front: Front, csrf: dict[str, str]) -> None:
    empty = await front.web.post("/petugas/lapor", data={**csrf, "isi": "", "nama": "Pak Elang"})
    assert empty.status_code == 422
    assert "Pak Elang" in empty.text
    form = {**csrf, "kunci": str(uuid4()), "isi": "Jalan rusak", "wilayah": "32.73|Kota Bandung", "nama": "Pak Elang"}
    sent = await front.web.post("/petugas/lapor", data=form)
    assert sent.status_code == 303, sent.text
    receipt = await front.web.get(sent.headers["location"])
    code = re.search(r'class="code">([^<]+)<', receipt.text)
    assert code is not None
    tracked = (await front.web.get(f"/api/v1/complaints/{code[1]}")).json()
    assert "loket" in tracked["timeline"][0]["sentence"]
    over = await front.web.post(sent.headers["location"], data=csrf)
    assert over.status_code == 303
    assert (await front.web.get(sent.headers["location"])).status_code == 303, "the code left this browser"


@pytest.mark.parametrize(
    "path", ["/petugas/pilihan", "/petugas/tampilan", "/petugas/templat", "/petugas/lapor", "/petugas/cari"]
)
async def test_a_form_without_the_sessions_token_is_refused(front: Front, csrf: dict[str, str], path: str) -> None:
    assert (await front.web.post(path, data={"nama": "x"})).status_code == 403


async def test_an_officer_lands_in_the_inbox(front: Front, csrf: dict[str, str]) -> None:
    assert (await front.web.get("/masuk")).headers["location"] == "/petugas"
    assert (await front.web.get("/masuk?lanjut=/saya")).headers["location"] == "/saya"
    assert 'href="/petugas"' in (await front.web.get("/saya")).text
    sign_in(front.app, front.web, "analyst")
    assert 'href="/petugas"' not in (await front.web.get("/")).text


async def test_the_page_after_the_last_one_does_not_say_that_there_is_none(
    front: Front, stage: dict[str, Staged], csrf: dict[str, str]
) -> None:
    await refresh(front)
    beyond = b64encode(b'[253402214400000000, "00000000-0000-4000-9000-000000000001"]').decode()
    words = text_of(await front.web.get("/petugas", params={"sesudah": beyond}))
    assert "Tidak ada laporan lagi sesudah yang terakhir Anda lihat." in words
    assert words.count("Kembali ke halaman pertama") == 1
    assert "Tidak ada laporan terbuka." not in words
