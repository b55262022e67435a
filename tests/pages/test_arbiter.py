"""The arbiter reads both sides, decides whose a report is, and for which later ones that holds."""

import re
from uuid import uuid4  # noqa: TID251 - a client makes its own keys

import httpx
import pytest

from pages.test_desk import at_desk, state, text_of
from schemas.complaint.lifecycle import Status
from schemas.events.agency_inbox import ComplaintReturned, OfficerNoteAdded
from schemas.events.router import ArbitrationOpened, ComplaintReferred
from support.front import Front
from support.inbox import CITY, PLN, keep, keep_registry, routed
from support.placing import mandate
from support.signed_in import sign_in
from support.stage import Staged

pytestmark = pytest.mark.asyncio(loop_scope="module")
BACK = "Lampu itu milik PLN."


async def contested(front: Front) -> Staged:
    """A report that the city returned, and that waits for a decision."""
    one, at = await at_desk(front), front.app.state.intake.clock.now()
    back = ComplaintReturned(at=at, agency=CITY, reason=BACK, suggested=PLN)
    later = [routed(CITY, at), back, ComplaintReferred(at=at, reason="all_returned")]
    await keep(front.repository.store, front.repository, one.id, [*later, ArbitrationOpened(at=at, reason="desk")])
    return one


async def send(front: Front, one: Staged, **fields: str) -> httpx.Response:
    hidden = sign_in(front.app, front.web, "arbiter")
    form = {"versi": str((await state(front, one)).version), "kunci": str(uuid4()), **hidden, **fields}
    return await front.web.post(f"/arbiter/{one.id}", data=form)


async def test_the_list_leads_to_both_sides(front: Front) -> None:
    one = await contested(front)
    sign_in(front.app, front.web, "arbiter")
    listed = await front.web.get("/arbiter")
    assert f'href="/arbiter/{one.id}"' in listed.text
    assert "Dikembalikan oleh Kota Bandung" in text_of(listed)
    words = text_of(await front.web.get(f"/arbiter/{one.id}"))
    assert "Kota Bandung mengembalikan laporan" in words
    assert "Disarankan oleh Kota Bandung." in words
    assert words.count(BACK) >= 2


async def test_the_arbiter_reads_what_officers_noted_and_the_desk_does_not(front: Front) -> None:
    one, at = await contested(front), front.app.state.intake.clock.now()
    note = OfficerNoteAdded(at=at, agency=CITY, text="Warga ini sudah kami temui.")
    await keep(front.repository.store, front.repository, one.id, [note])
    sign_in(front.app, front.web, "arbiter")
    words = text_of(await front.web.get(f"/arbiter/{one.id}"))
    assert "Catatan petugas instansi" in words
    assert "Warga ini sudah kami temui." in words
    sign_in(front.app, front.web, "triage")
    assert "Warga ini" not in (await front.web.get(f"/meja/{one.id}")).text


async def test_a_decision_binds_and_becomes_a_precedent_that_is_found(front: Front) -> None:
    authority = mandate(CITY, "street-lighting", "regency", "32.73")
    await keep_registry(front.repository.store, front.repository, authority)
    await front.app.state.router.registry.now()
    one = await contested(front)
    fields = {"instansi": f"{CITY}/jalan", "alasan": "Tiang milik kota", "jangkauan": "lain",
              "bidang": "street-lighting", "tingkat": "regency", "wilayah": "Kota Bandung"}  # fmt: skip
    sent = await send(front, one, **fields)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/arbiter?berhasil=putusan&nomor={one.number}"), (
        text_of(sent)
    )
    decided = await state(front, one)
    assert (decided.status, decided.binding, decided.holder.unit) == (Status.ROUTED, True, "jalan")
    assert "sudah berlaku" in text_of(await front.web.get(sent.headers["location"]))
    found = text_of(await front.web.get("/preseden?bidang=street-lighting&kata=TIANG"))
    assert "penerangan jalan (urusan pemerintah kabupaten/kota di Kota Bandung)" in found
    assert "Tidak ada putusan yang cocok" in text_of(await front.web.get("/preseden?kata=atlantis"))
    other = await contested(front)
    page = await front.web.get(f"/arbiter/{other.id}")
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"alasan": "Tulisan saya", "jangkauan": "sendiri"}, "instansi"),
        ({"instansi": CITY, "jangkauan": "sendiri"}, "alasan"),
        ({"instansi": CITY, "alasan": "Tulisan saya"}, "jangkauan"),
        ({"instansi": CITY, "alasan": "Tulisan saya", "jangkauan": "lain"}, "bidang"),
        ({"instansi": CITY, "alasan": "Tulisan saya", "jangkauan": "lain", "bidang": "roads", "tingkat": "regency",
          "wilayah": "Atlantis"}, "wilayah"),
        ({"instansi": CITY, "alasan": "Tulisan saya", "jangkauan": "lain", "bidang": "roads", "tingkat": "regency",
          "wilayah": "Bandung"}, "wilayah"),
    ],
)  # fmt: skip
async def test_a_wrong_decision_comes_back_filled_in(front: Front, fields: dict[str, str], field: str) -> None:
    one = await contested(front)
    answer = await send(front, one, **fields)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert "alasan" not in fields or "Tulisan saya" in answer.text
    assert (await state(front, one)).status is Status.ARBITRATION


async def test_a_decision_that_somebody_else_took_says_so_and_keeps_the_reason(front: Front) -> None:
    one = await contested(front)
    seen = str((await state(front, one)).version)
    assert (await send(front, one, instansi=PLN, alasan="Milik PLN", jangkauan="sendiri")).status_code == 303
    page = await send(front, one, versi=seen, instansi=CITY, alasan="Tulisan saya", jangkauan="sendiri")
    assert page.status_code == 409
    assert "Laporan ini berubah sementara Anda menulis" in text_of(page)
    assert "Tulisan saya" in page.text
    assert not re.search(r"<button[^>]*><span>Putuskan", page.text), "there is nothing left to decide"
    assert (await state(front, one)).holder.agency == PLN


@pytest.mark.parametrize("role", ["triage", "operator", "officer:kota-bandung"])
async def test_nobody_else_sees_what_is_contested(front: Front, role: str) -> None:
    one = await contested(front)
    sign_in(front.app, front.web, role)
    for path in ("/arbiter", f"/arbiter/{one.id}"):
        assert (await front.web.get(path)).status_code == 403
    assert (await front.web.get("/preseden")).status_code == (200 if role == "triage" else 403)


async def test_a_report_that_is_not_contested_is_as_unknown(front: Front) -> None:
    one = await at_desk(front, secret=True)
    sign_in(front.app, front.web, "arbiter")
    unknown = await front.web.get(f"/arbiter/{uuid4()}")
    known = await front.web.get(f"/arbiter/{one.id}")
    assert (known.status_code, text_of(known)) == (404, text_of(unknown))
