"""The public pages: the list, one report, agencies, what is ignored, support and reports of content."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid5

import pytest
from selectolax.lexbor import LexborHTMLParser

from chassis.attachments.store import Copy, FileId
from escalation.views import LADDER, LadderRow, put
from reporting.listing import OPEN
from reporting.pages.bodies import NEWEST
from schemas.base.ids import public_number
from schemas.base.limits import PAGE
from schemas.base.streams import support_stream
from schemas.events.codec import decode
from schemas.events.intake import AttachmentAdded, AttachmentChecked, PersonalDataErased
from schemas.events.reporting import ContentReported
from schemas.events.router import ComplaintJoined, ReportHidden
from support.files import jpeg
from support.front import Front
from support.inbox import CITY, T0, keep
from support.public_views import fill_public
from support.signed_in import role
from support.stage import TEXT, Staged

pytestmark = pytest.mark.asyncio(loop_scope="module")
NUMBER = re.compile(r'href="/laporan/(SP-[0-9-]+)"')


async def shown(front: Front, path: str, status: int = 200) -> str:
    answer = await front.web.get(path, auth=None)
    assert answer.status_code == status, answer.text
    return answer.text


async def filled(front: Front) -> Front:
    await fill_public(front.app.state.reporting)
    return front


@pytest.mark.parametrize("path", ["/laporan", "/instansi", "/terabaikan"])
async def test_an_address_that_is_too_long_is_answered_with_the_name_of_what_is_wrong(front: Front, path: str) -> None:
    name = {"/laporan": "kata", "/instansi": "nama", "/terabaikan": "sesudah"}[path]
    said = await shown(front, f"{path}?{name}={'a' * 1_000}", 400)
    assert f"{name.capitalize()}: " in said
    assert "200" in said


async def test_the_list_shows_public_reports_and_finds_their_words(front: Front, stage: dict[str, Staged]) -> None:
    await filled(front)
    everything = await shown(front, "/laporan")
    assert stage["routed"].number in everything
    assert stage["secret"].number not in everything
    assert stage["unplaced"].number not in everything  # nobody has read it yet
    for item in LexborHTMLParser(everything).css(".report-item"):
        words = " ".join(item.text().split())
        if stage["answered"].number in words:
            assert re.search(r"Giliran pelapor, langkah berikutnya paling lambat: .* hari lagi .* WIB", words), words
        if stage["routed"].number in words:
            assert re.search(r"Giliran Kota Bandung, langkah berikutnya paling lambat:", words), words
        if stage["closed"].number in words or stage["joined"].number in words:
            assert "Giliran" not in words
        if stage["joined"].number in words:
            assert "Ditangani bersama laporan yang diikutinya" in words
    assert stage["routed"].number in await shown(front, "/laporan?kata=lampu+pasar&provinsi=32&wilayah=32.73")
    nothing = await shown(front, "/laporan?kata=gajah")
    assert "Tidak ada laporan yang cocok" in nothing
    assert NUMBER.search(nothing) is None


async def test_the_list_leads_from_page_to_page_without_showing_one_report_twice(
    front: Front, stage: dict[str, Staged]
) -> None:
    await filled(front)
    path, seen = "/laporan?provinsi=32", list[str]()
    while path:
        page = await shown(front, path)
        seen += NUMBER.findall(page)
        older = LexborHTMLParser(page).css_first("a[rel=next]")
        path = str(older.attributes["href"]) if older is not None else ""
    assert len(seen) == len(set(seen)) > 0


async def test_a_number_in_the_search_field_opens_its_report(front: Front, stage: dict[str, Staged]) -> None:
    answer = await front.web.get("/laporan", params={"kata": stage["routed"].number.lower()}, auth=None)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/laporan/{stage['routed'].number}")


@pytest.mark.parametrize(
    "query", ["sejak=kemarin", "sejak=0001-01-01", "bidang=gajah", "provinsi=Jawa", "status=hilang", "kursor=x"]
)
async def test_a_wrong_filter_is_said_and_what_was_written_stays(front: Front, query: str) -> None:
    page = await shown(front, f"/laporan?kata=lampu&{query}", 422)
    assert "Periksa isian berikut" in page
    assert 'value="lampu"' in page


@pytest.mark.parametrize("region", ["", "&provinsi=32", "&provinsi=32&wilayah=32.73"])
async def test_the_map_counts_what_the_list_lists(front: Front, stage: dict[str, Staged], region: str) -> None:
    await filled(front)
    page = await shown(front, f"/laporan?kata=lampu&tampil=peta{region}")
    assert ("laporan dengan letak di" if "wilayah" in region else "laporan menurut wilayah") in page


async def test_a_report_says_where_it_is_and_whose_turn_it_is(front: Front, stage: dict[str, Staged]) -> None:
    await filled(front)
    page = await shown(front, f"/laporan/{stage['answered'].number}")
    assert "sudah dijawab" in page
    assert "Giliran pelapor" in page
    assert TEXT.splitlines()[0] in page


@pytest.mark.parametrize("state", ["secret", "unplaced"])
async def test_what_is_not_public_looks_like_what_is_not_there(
    front: Front, stage: dict[str, Staged], state: str
) -> None:
    await filled(front)
    missing = public_number(T0.date(), 999_999)
    page = await shown(front, f"/laporan/{stage[state].number}", 404)
    assert page.replace(stage[state].number, missing) == await shown(front, f"/laporan/{missing}", 404)
    assert await shown(front, "/laporan/bukan-nomor", 422)


async def test_a_hidden_report_says_that_and_why_without_its_words(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["routed"]
    at = front.app.state.reporting.clock.now() + timedelta(minutes=1)
    hidden = ReportHidden(at=at, reason="insult", note="Menyebut nama orang.")
    await keep(front.repository.store, front.repository, one.id, [hidden])
    await filled(front)

    page = await shown(front, f"/laporan/{one.number}", 410)
    assert "disembunyikan" in page
    assert "penghinaan" in page
    assert "Lampu" not in page
    assert "Menyebut nama orang" not in page
    assert one.number not in await shown(front, "/laporan?kata=lampu")
    api = await front.web.get(f"/api/v1/reports/{one.number}", auth=None)
    assert (api.status_code, api.json()["code"]) == (410, "hidden-by-desk")
    assert one.number not in (await front.web.get("/open311/v2/requests.json", auth=None)).text
    await front.web.get(f"/lacak/{one.code}")
    tracked = await shown(front, f"/lacak/{one.number}")
    assert "Menyebut nama orang" in tracked  # the reporter is told why


async def test_a_joined_report_leads_to_the_one_that_it_follows(front: Front, stage: dict[str, Staged]) -> None:
    at = front.app.state.reporting.clock.now() + timedelta(minutes=1)
    lead, follower = stage["in_progress"], stage["routed"]
    await keep(front.repository.store, front.repository, follower.id, [ComplaintJoined(at=at, lead=lead.id)])
    await filled(front)
    answer = await front.web.get(f"/laporan/{follower.number}", auth=None)
    assert answer.headers["location"] == f"/laporan/{lead.number}?dari={follower.number}"


async def test_an_erased_report_shows_no_words_and_is_not_listed(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["in_progress"]
    at = front.app.state.reporting.clock.now() + timedelta(minutes=1)
    await keep(front.repository.store, front.repository, one.id, [PersonalDataErased(at=at)])
    await front.repository.keyring.destroy(one.id)
    await filled(front)
    page = await shown(front, f"/laporan/{one.number}")
    assert "sudah dihapus" in page
    assert "Lampu" not in page
    assert one.number not in await shown(front, "/laporan?kata=lampu")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sampai=0001-01-02", False),
        ("sejak=9999-12-30", False),
        ("sejak=0001-01-02", True),
        ("sampai=9999-12-30", True),
        ("sejak=1969-12-31&sampai=9999-12-30", True),
    ],
)
async def test_days_before_and_after_all_reports_are_days(
    front: Front, stage: dict[str, Staged], query: str, found: bool
) -> None:
    await filled(front)
    assert (NUMBER.search(await shown(front, f"/laporan?{query}")) is not None) is found
    assert NUMBER.search(await shown(front, f"/laporan?tampil=peta&{query}")) is None


async def test_a_browser_supports_a_report_once(front: Front, stage: dict[str, Staged]) -> None:
    await filled(front)
    path = f"/laporan/{stage['routed'].number}"
    for _ in range(2):
        answer = await front.web.post(f"{path}/dukung", data={"kunci": ""}, auth=None)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?berhasil=dukung")
    page = await shown(front, path)
    assert "1 orang" in page
    assert "Anda sudah mendukung" in page


@pytest.mark.parametrize("path", ["dukung", "adukan"])
async def test_a_form_of_another_site_is_refused(front: Front, stage: dict[str, Staged], path: str) -> None:
    await filled(front)
    front.web.headers["Sec-Fetch-Site"] = "cross-site"
    answer = await front.web.post(f"/laporan/{stage['routed'].number}/{path}", data={"sebab": "other"}, auth=None)
    assert answer.status_code == 403


async def test_anybody_reports_content_once_for_each_form(front: Front, stage: dict[str, Staged]) -> None:
    await filled(front)
    one = stage["routed"]
    path = f"/laporan/{one.number}/adukan"
    refused = await front.web.post(path, data={"penjelasan": "Nama saya"}, auth=None)
    assert refused.status_code == 422
    assert "Nama saya" in refused.text

    form = {
        "sebab": "personal_data",
        "penjelasan": "Nama saya disebut",
        "kunci": "00000000-0000-4000-8000-000000000001",
    }
    for _ in range(2):
        sent = await front.web.post(path, data=form, auth=None)
        assert sent.headers["location"] == f"/laporan/{one.number}?berhasil=adukan"

    [event] = await front.repository.store.read(support_stream(one.id))
    loaded = await front.repository.load(one.id)
    fact = decode(event, loaded.keys)
    assert isinstance(fact, ContentReported)
    assert (fact.reason, fact.words) == ("personal_data", "Nama saya disebut")
    assert b"Nama saya" not in event.data


async def test_agencies_are_found_by_name_and_say_what_they_do(front: Front, stage: dict[str, Staged]) -> None:
    await filled(front)
    found = await shown(front, "/instansi?nama=bandung")
    assert f'href="/instansi/{CITY}"' in found
    assert "Tidak ada instansi yang cocok" in await shown(front, "/instansi?nama=gajah")
    page = await shown(front, f"/instansi/{CITY}")
    newest = NUMBER.findall(await shown(front, f"/laporan?instansi={CITY}&status={OPEN}"))[:NEWEST]
    assert NUMBER.findall(page) == newest
    assert len(newest) == NEWEST
    figures = (await front.web.get(f"/api/v1/statistics/ages?agency={CITY}")).json()["totals"]
    assert figures["open"] > 0
    assert re.search(rf"<dt>Laporan terbuka</dt><dd>{figures['open']}</dd>", page)
    assert f'href="/statistik?instansi={CITY}"' in page
    assert "Belum ada laporan publik yang dipegang instansi ini" in await shown(front, "/instansi/pln")
    await shown(front, "/instansi/tidak-ada", 404)


async def test_the_ignored_are_listed_or_it_is_said_that_there_are_none(front: Front) -> None:
    assert "Tidak ada laporan yang diabaikan" in await shown(front, "/terabaikan")


async def test_the_ignored_are_paged_by_the_last_one_shown(front: Front) -> None:
    escalation = front.app.state.escalation
    row = LadderRow(
        "", 4, "", part=False, guarded=False, status="routed", class_="complaint", holder="agency:pln", agency="pln",
        unit=None, sector=None, cause="deadline", clock=None, repetition=0, received_at=T0, due_at=T0, climbed_at=T0,
        supervision=False,
    )  # fmt: skip
    numbers = [public_number(T0, 500_000 + each) for each in range(PAGE + 3)]
    rows = [(str(uuid5(UUID(int=9), each)), row._replace(public_number=each)) for each in numbers]
    rows = [(complaint, one._replace(complaint=complaint)) for complaint, one in rows]
    await escalation.database.run(lambda connection: put(connection, [LADDER], rows))
    try:
        first = await shown(front, "/terabaikan?instansi=pln")
        [link] = re.findall(r'href="(/terabaikan\?[^"]*sesudah[^"]*)" rel="next"', first)
        second = await shown(front, unescape(link))
        assert len(NUMBER.findall(first)) == PAGE
        assert {*NUMBER.findall(first), *NUMBER.findall(second)} == set(numbers)
        assert 'rel="next"' not in second
        assert 'href="/terabaikan?instansi=pln" rel="prev"' in second
        assert "Muat ulang" not in await shown(front, "/terabaikan?sesudah=bukan-kunci")
    finally:
        gone = [(complaint, None) for complaint, _ in rows]
        await escalation.database.run(lambda connection: put(connection, [LADDER], gone))


async def test_the_desk_reads_what_people_report_and_hides_rewords_or_keeps_the_report(
    front: Front, stage: dict[str, Staged]
) -> None:
    await filled(front)
    held, other = stage["in_progress"], stage["closed"]
    for one, number in ((held, 1), (held, 2), (other, 3)):
        key = {"Idempotency-Key": f"00000000-0000-4000-8000-{number:012}"}
        body = {"reason": "insult", "words": f"Kata ke-{number} kasar."}
        sent = await front.web.post(f"/api/v1/reports/{one.number}/content-reports", json=body, headers=key)
        assert sent.status_code == 202

    first, second = [each for each in await waiting(front) if each["public_number"] in (held.number, other.number)]
    assert (first["count"], first["reasons"][0]["reason"], first["text"]) == (2, "insult", TEXT)
    assert [said["words"] for said in first["said"]] == ["Kata ke-2 kasar.", "Kata ke-1 kasar."]
    assert second["public_number"] == other.number
    for number, words in ((4, "Kasar."), (5, "Kasar, dan menyebut nama.")):
        key = {"Idempotency-Key": f"00000000-0000-4000-8000-{number:012}", "Satupintu-Client": str(UUID(int=7))}
        body = {"reason": "insult" if number == 4 else "personal_data", "words": words}
        await front.web.post(f"/api/v1/reports/{other.number}/content-reports", json=body, headers=key)
    [again] = [each for each in await waiting(front) if each["public_number"] == other.number]
    assert (again["count"], {each["reason"]: each["count"] for each in again["reasons"]}) == (
        2,
        {"personal_data": 1, "insult": 1},
    )
    assert [said["words"] for said in again["said"]] == ["Kasar, dan menyebut nama.", "Kata ke-3 kasar."]

    await decide(front, held, "public-wording", text="Lampu di pasar padam.", reason="Ada kata kasar.")
    await decide(front, other, "hiding", reason="insult", note="Menghina petugas.")
    assert not {held.number, other.number} & {each["public_number"] for each in await waiting(front)}
    await filled(front)
    assert "Lampu di pasar padam." in await shown(front, f"/laporan/{held.number}")
    await shown(front, f"/laporan/{other.number}", 410)

    await decide(front, other, "showing", note="Sudah dirumuskan ulang.")
    await filled(front)
    await shown(front, f"/laporan/{other.number}")
    again = await front.web.post(
        f"/api/v1/reports/{other.number}/content-reports", json={"reason": "other"},
        headers={"Idempotency-Key": "00000000-0000-4000-8000-000000000009"},
    )  # fmt: skip
    assert again.status_code == 202
    assert other.number in {each["public_number"] for each in await waiting(front)}
    await decide(front, other, "content-kept")
    assert other.number not in {each["public_number"] for each in await waiting(front)}


async def test_the_desk_can_not_hide_what_the_public_never_saw(front: Front, stage: dict[str, Staged]) -> None:
    path = f"/api/v1/triage/{stage['secret'].id}/hiding"
    refused = await front.web.post(path, json={"reason": "other", "note": "x"}, headers=key_of("hide"))
    assert refused.status_code == 404


async def waiting(front: Front) -> list[dict[str, Any]]:
    answer = await front.web.get("/api/v1/triage/content-reports")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["reports"]
    return found


async def decide(front: Front, one: Staged, move: str, **body: str) -> None:
    answer = await front.web.post(f"/api/v1/triage/{one.id}/{move}", json=body, headers=key_of(f"{move}{one.id}"))
    assert answer.status_code == 200, answer.text


def key_of(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(UUID(int=0), name))}


async def test_the_public_sees_a_photo_only_after_the_holder_or_the_desk_released_it(
    front: Front, stage: dict[str, Staged]
) -> None:
    one, state = stage["in_progress"], front.app.state.intake
    photo, content = uuid5(UUID(int=0), f"photo{one.id}"), jpeg()
    at = state.clock.now() + timedelta(minutes=1)
    keys = (await front.repository.keyring.ensure([one.id]))[one.id]
    for copy in Copy:
        await state.attachments.keep(FileId(one.id, photo, copy, len(content)), pieces(content), keys)
    added = AttachmentAdded(at=at, attachment=photo, media_type="image/jpeg", size_bytes=len(content), name="Budi.jpg")
    checked = AttachmentChecked(
        at=at, attachment=photo, outcome="cleaned", media_type="image/jpeg", size_bytes=len(content)
    )
    await keep(front.repository.store, front.repository, one.id, [added])
    await filled(front)
    path, picture = f"/api/v1/photos/{one.id}/{photo}", f"/api/v1/reports/{one.number}/photos/{photo}"
    holder, other, desk = role(f"officer:{CITY}"), role("officer:pln"), role("triage")

    waiting = await front.web.post(f"{path}/release", headers=key_of("a") | holder, auth=None)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "photo-not-public")
    await keep(front.repository.store, front.repository, one.id, [checked])
    assert (await front.web.get(picture, auth=None)).status_code == 404
    for stranger in (other, desk, {}):  # the desk does not hold it
        refused = await front.web.post(f"{path}/release", headers=key_of("b") | stranger, auth=None)
        assert refused.status_code == (404 if stranger else 401)

    released = await front.web.post(f"{path}/release", headers=key_of("c") | holder, auth=None)
    assert released.json()["public"] is True
    assert picture in await shown(front, f"/laporan/{one.number}")
    seen = await front.web.get(picture, auth=None)
    assert (seen.status_code, seen.content, seen.headers["content-type"]) == (200, content, "image/jpeg")
    assert "Budi" not in str(seen.headers)
    assert (await front.web.get(f"/api/v1/reports/{one.number}", auth=None)).json()["photos"][0]["link"] == picture

    revoked = await front.web.post(f"{path}/revocation", headers=key_of("d") | desk, auth=None)
    assert revoked.json()["public"] is False
    assert (await front.web.get(picture, auth=None)).status_code == 404
    assert picture not in await shown(front, f"/laporan/{one.number}")


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_an_address_follows_only_after_the_code_came_back_and_the_code_ends_it(
    front: Front, stage: dict[str, Staged]
) -> None:
    await filled(front)
    one, intake = stage["routed"], front.app.state.intake
    path = f"/laporan/{one.number}/ikuti"
    wrong = await front.web.post(path, data={"surel": "bukan surel"}, auth=None)
    assert (wrong.status_code, "bukan surel" in wrong.text) == (422, True)
    asked = await front.web.post(path, data={"surel": "tetangga@contoh.id"}, auth=None)
    assert asked.headers["location"] == f"{path}/kode?berhasil=terkirim"
    assert await intake.audience.subscribers.of({one.id}) == []
    [(subscriber, version)] = await intake.audience.subscribers.asked(one.id)
    code = {"kode": intake.codes.of(subscriber, version)}
    assert (await front.web.post(f"{path}/kode", data={"kode": one.code}, auth=None)).status_code == 422

    by_link = await front.web.get(f"{path}/kode?kode={code['kode']}", auth=None)
    assert (by_link.status_code, by_link.headers["location"]) == (303, f"{path}/kode"), "no address keeps the code"
    assert "HttpOnly" in by_link.headers["set-cookie"]
    assert f'value="{code["kode"]}"' in await shown(front, f"{path}/kode")
    assert code["kode"] not in await shown(front, f"/laporan/{stage['in_progress'].number}/ikuti/kode")
    assert await intake.audience.subscribers.of({one.id}) == []  # opening the page confirms nothing
    await front.web.post(f"{path}/kode", data=code | {"tindakan": "ikut"}, auth=None)
    assert [each.id for each in await intake.audience.subscribers.of({one.id})] == [subscriber]
    assert code["kode"] not in await shown(front, f"{path}/kode"), "it is used"
    await front.web.post(f"{path}/kode", data=code | {"tindakan": "berhenti"}, auth=None)
    assert await intake.audience.subscribers.asked(one.id) == []
