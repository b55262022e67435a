"""The operator changes the registry by forms; each change is shown beforehand with what it would move."""

import re
from uuid import uuid4  # noqa: TID251 - a client makes its own keys

import httpx
import pytest

from pages.test_desk import at_desk, text_of
from schemas.registry.fold import Registry
from support.front import Front
from support.inbox import keep, routed
from support.signed_in import sign_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def registry(front: Front) -> Registry:
    return await front.repository.registry()


async def send(front: Front, path: str, **fields: str) -> httpx.Response:
    hidden = sign_in(front.app, front.web, "operator")
    answer = await front.web.post(path, data={"kunci": str(uuid4()), **hidden, **fields})
    await front.app.state.router.registry.now()
    return answer


async def confirm(front: Front, path: str, preview: httpx.Response) -> httpx.Response:
    """Press the button of a preview."""
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', preview.text))
    fields.pop("csrf")
    return await send(front, path, **fields)


async def new(front: Front, id_: str, **more: str) -> None:
    fields = {"kode": id_, "nama": f"Dinas {id_}", "bentuk": "agency", "tingkat": "national", **more}
    sent = await send(front, "/operator/instansi-baru", **fields)
    assert (sent.status_code, sent.headers.get("location")) == (303, f"/operator/instansi/{id_}?berhasil=baru"), (
        text_of(sent)
    )


async def test_a_body_with_units_is_registered_and_found(front: Front) -> None:
    await new(front, "badan-air", unit_baru="hulu: Bidang Hulu\nhilir: Bidang Hilir", induk="Kementerian PU")
    body = (await registry(front)).agencies["badan-air"]
    assert (body.units, body.parent) == ({"hulu": "Bidang Hulu", "hilir": "Bidang Hilir"}, "pu")
    assert 'href="/operator/instansi/badan-air"' in (await front.web.get("/operator/instansi?kata=badan-air")).text
    page = text_of(await front.web.get("/operator/instansi/badan-air?berhasil=baru"))
    assert "Instansi sudah terdaftar" in page
    assert "Bidang Hulu" in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kode": "Kota Bandung"}, "kode"),
        ({"nama": ""}, "nama"),
        ({"tingkat": ""}, "tingkat"),
        ({"tingkat": "regency"}, "wilayah"),
        ({"induk": "Atlantis"}, "induk"),
        ({"unit_baru": "tanpa nama"}, "unit_baru"),
    ],
)
async def test_a_wrong_body_comes_back_filled_in(front: Front, wrong: dict[str, str], field: str) -> None:
    fields = {"kode": "badan-uji", "nama": "Badan Uji", "bentuk": "agency", "tingkat": "national", **wrong}
    answer = await send(front, "/operator/instansi-baru", **fields)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert "badan-uji" not in (await registry(front)).agencies


async def test_a_mandate_is_previewed_with_what_it_mends_and_then_given(front: Front) -> None:
    await new(front, "badan-haji")
    path = "/operator/instansi/badan-haji"
    fields = {"tindakan": "beri", "bidang": "hajj", "tingkat": "national", "mulai": "2026-01-01", "dasar": "UU 1/2026"}
    preview = await send(front, path, **fields)
    assert preview.status_code == 200, text_of(preview)
    words = text_of(preview)
    assert "Beri kewenangan kepada Dinas badan-haji?" in words
    assert "haji dan umrah, pemerintah pusat, seluruh Indonesia: tidak ada yang berwenang" in words
    assert "1 kekosongan atau tumpang tindih selesai" in words
    assert not [m for m in (await registry(front)).mandates if m.agency == "badan-haji"], "nothing is saved yet"
    assert (await confirm(front, path, preview)).status_code == 303
    [mandate] = [m for m in (await registry(front)).mandates if m.agency == "badan-haji"]
    assert (mandate.sector, mandate.source) == ("hajj", "UU 1/2026")
    end = {"tindakan": "cabut", "bidang": "hajj", "tingkat": "national", "sampai": "2026-02-01"}
    preview = await send(front, path, **end)
    assert "1 kekosongan atau tumpang tindih baru" in text_of(preview)
    assert (await confirm(front, path, preview)).status_code == 303
    assert "Minggu" not in text_of(await front.web.get(path))
    assert "Min, 1 Feb 2026" in text_of(await front.web.get(path))


async def test_a_merger_says_how_many_reports_move(front: Front) -> None:
    await new(front, "badan-lama")
    await new(front, "badan-baru")
    one = await at_desk(front)
    at = front.app.state.intake.clock.now()
    await keep(front.repository.store, front.repository, one.id, [routed("badan-lama", at)])
    await front.app.state.router.feed.catch_up()
    path = "/operator/instansi/badan-baru"
    fields = {"tindakan": "gabung", "digabung": "badan-lama", "alasan_gabung": "Perpres 1/2026"}
    preview = await send(front, path, **fields)
    assert "1 laporan terbuka pindah dari Dinas badan-lama ke Dinas badan-baru." in text_of(preview)
    assert (await confirm(front, path, preview)).status_code == 303
    assert (await registry(front)).agencies["badan-lama"].successor == "badan-baru"
    ended = text_of(await front.web.get("/operator/instansi/badan-lama"))
    assert "Penerusnya Dinas badan-baru." in ended


async def test_a_dissolution_without_a_successor_and_a_new_name(front: Front) -> None:
    await new(front, "badan-habis")
    path = "/operator/instansi/badan-habis"
    preview = await send(front, path, tindakan="nama", nama="Badan Usai")
    assert (await confirm(front, path, preview)).status_code == 303
    preview = await send(front, path, tindakan="bubar", alasan_bubar="Perpres 2/2026")
    assert "0 laporan terbuka dari Badan Usai ditempatkan kembali." in text_of(preview)
    assert (await confirm(front, path, preview)).status_code == 303
    body = (await registry(front)).agencies["badan-habis"]
    assert (body.name, body.alive, body.successor) == ("Badan Usai", False, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"tindakan": "beri", "bidang": "hajj", "tingkat": "national", "mulai": "besok", "dasar": "UU"}, "mulai"),
        ({"tindakan": "beri", "tingkat": "national", "mulai": "2026-01-01", "dasar": "UU"}, "bidang"),
        ({"tindakan": "nama", "nama": " "}, "nama"),
        ({"tindakan": "gabung", "digabung": "Atlantis", "alasan_gabung": "x"}, "digabung"),
        ({"tindakan": "bubar"}, "alasan_bubar"),
    ],
)
async def test_a_wrong_change_comes_back_with_its_fault(front: Front, fields: dict[str, str], field: str) -> None:
    answer = await send(front, "/operator/instansi/pln", **fields)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text


@pytest.mark.parametrize("role", ["triage", "arbiter", "officer:pln", "analyst"])
async def test_nobody_else_keeps_the_registry(front: Front, role: str) -> None:
    sign_in(front.app, front.web, role)
    for path in ("/operator/instansi", "/operator/instansi/pln", "/operator/instansi-baru"):
        assert (await front.web.get(path)).status_code == 403
