"""The desk, the arbiter and the registry over HTTP."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from schemas.base.ids import derived_id
from schemas.complaint.lifecycle import Status
from schemas.events.agency_inbox import ResponseGiven
from support.placing import CITY, HERE, PROVINCE, REGENCY, T0, Country, filed, referred, returned, routed

ONE, TWO = UUID(int=101), UUID(int=102)


def key(name: str = "k") -> dict[str, str]:
    return {"Idempotency-Key": str(derived_id("key", name))}


async def post(web: httpx.AsyncClient, path: str, key_: str = "k", **body: Any) -> httpx.Response:
    return await web.post(f"/api/v1{path}", json=body, headers=key(key_))


async def at_desk(land: Country, complaint: UUID = ONE, *more: Any) -> None:
    await land.add(complaint, filed("Mohon bantuannya", **HERE), *(more or (referred(),)))


async def test_the_list_shows_what_waits_with_its_words_date_and_candidates(web: httpx.AsyncClient, land: Country):
    await land.add(ONE, filed("Jalan berlubang di Bandung"))
    await land.add(TWO, filed(**HERE))
    await land.react(ONE, TWO)
    answer = (await web.get("/api/v1/triage")).json()
    assert answer["total"] == 1
    [item] = answer["complaints"]
    assert (item["id"], item["text"], item["reason"]) == (str(ONE), "Jalan berlubang di Bandung", "ambiguous")
    assert {candidate["agency"] for candidate in item["candidates"]} == {CITY, "kabupaten-bandung"}
    assert item["due_at"] > T0.isoformat()
    assert (await web.get("/api/v1/triage", params={"page": 1})).json()["complaints"] == []


async def test_a_placement_takes_it_off_the_desk_and_the_same_key_gives_the_same_answer(
    web: httpx.AsyncClient, land: Country
):
    await at_desk(land)
    first = await post(web, f"/triage/{ONE}/placement", agency=CITY, unit="pu", note="Sudah dicek")
    again = await post(web, f"/triage/{ONE}/placement", agency=CITY, unit="pu", note="Sudah dicek")
    assert (first.status_code, first.json()["holder"]) == (200, f"agency:{CITY}")
    assert first.json() == again.json()
    assert (await web.get("/api/v1/triage")).json()["complaints"] == []


async def test_the_same_key_with_another_request_is_refused(web: httpx.AsyncClient, land: Country):
    await at_desk(land)
    await post(web, f"/triage/{ONE}/placement", agency=CITY)
    other = await post(web, f"/triage/{ONE}/placement", agency=PROVINCE)
    assert (other.status_code, other.json()["code"]) == (422, "request-differs")


@pytest.mark.parametrize(
    ("move", "body", "status"),
    [
        ("question", {"question": "Di jalan apa?"}, Status.AWAITING_REPORTER),
        ("restatement", {"text": "Jalan berlubang"}, Status.TRIAGE),
        ("split", {"lead": {"agency": CITY}, "parts": [{"agency": "pln", "task": "Tiang"}]}, Status.SPLIT),
        ("arbitration", {}, Status.ARBITRATION),
        ("archive", {"reason": "unintelligible", "note": "Tidak jelas"}, Status.CLOSED),
    ],
)
async def test_every_move_of_the_desk(
    web: httpx.AsyncClient, land: Country, move: str, body: dict[str, Any], status: Status
):
    await at_desk(land)
    answer = await post(web, f"/triage/{ONE}/{move}", **body)
    assert (answer.status_code, answer.json()["status"]) == (200, status.value), answer.text
    assert (await land.state(ONE)).status is status


async def test_a_join_follows_the_chain_to_its_root_and_can_be_undone(web: httpx.AsyncClient, land: Country):
    three = UUID(int=103)
    for complaint in (ONE, TWO, three):
        await at_desk(land, complaint)
    await post(web, f"/triage/{TWO}/join", lead=str(ONE))
    answer = await post(web, f"/triage/{three}/join", lead=str(TWO))
    assert answer.json()["status"] == "joined"
    assert (await land.state(three)).lead == ONE
    undone = await post(web, f"/triage/{three}/unjoin")
    assert undone.json()["status"] == "unplaced"


async def test_a_refused_join_says_why_in_the_readers_language(web: httpx.AsyncClient, land: Country):
    await at_desk(land)
    await at_desk(land, TWO)
    refused = await web.post(
        f"/api/v1/triage/{ONE}/join", json={"lead": str(TWO)}, headers=key(), params={"lang": "en"}
    )
    assert (refused.status_code, refused.json()["code"], refused.json()["why"]) == (409, "cannot-join", "lead_later")
    assert "later" in refused.json()["detail"]


async def test_the_arbiter_sees_contested_cases_and_binds(web: httpx.AsyncClient, land: Country):
    await at_desk(land, ONE, routed(CITY), returned(CITY), referred())
    await post(web, f"/triage/{ONE}/arbitration")
    [item] = (await web.get("/api/v1/arbitration")).json()["complaints"]
    assert [body["agency"] for body in item["returned_by"]] == [CITY]
    answer = await post(web, f"/arbitration/{ONE}/decision", agency=CITY, reason="Jalan kota")
    assert answer.json()["holder"] == f"agency:{CITY}"
    assert (await land.state(ONE)).binding
    assert (await web.get("/api/v1/arbitration")).json()["total"] == 0


async def test_the_arbiter_sees_beforehand_and_in_the_answer_for_what_later_reports_a_decision_holds(
    web: httpx.AsyncClient, land: Country
):
    await land.add(ONE, filed("Mohon bantuannya segera", **HERE))
    await land.react(ONE)
    await post(web, f"/triage/{ONE}/arbitration")
    assert (await web.get(f"/api/v1/arbitration/{ONE}")).json()["matter"] is None
    wrong = await post(web, f"/arbitration/{ONE}/decision", agency=REGENCY, reason="Jalan kota", sector="astrology")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "sector")
    answer = await post(web, f"/arbitration/{ONE}/decision", agency=REGENCY, reason="Jalan kota", sector="roads")
    assert answer.json()["matter"] == {
        "sector": "roads", "level": "regency", "region": "32.73", "region_name": "Kota Bandung"
    }  # fmt: skip
    assert "juga berlaku untuk laporan berikutnya tentang jalan dan jembatan" in answer.json()["decision"]
    [listed] = (await web.get("/api/v1/precedents")).json()["precedents"]
    assert (listed["sector"], listed["complaint"]) == ("roads", str(ONE))
    await land.add(TWO, filed(**HERE))
    await land.react(TWO)
    assert (await land.state(TWO)).agency == REGENCY


async def test_a_decision_that_names_no_field_where_none_is_clear_is_listed_as_no_precedent(
    web: httpx.AsyncClient, land: Country
):
    await land.add(ONE, filed("Mohon bantuannya segera", **HERE))
    await land.react(ONE)
    await post(web, f"/triage/{ONE}/arbitration")
    answer = await post(web, f"/arbitration/{ONE}/decision", agency=CITY, reason="Jalan kota")
    assert (answer.status_code, answer.json()["matter"]) == (200, None)
    assert "hanya mengikat laporan ini" in answer.json()["decision"]
    assert (await web.get("/api/v1/precedents")).json()["precedents"] == []


async def test_an_agency_splits_what_it_holds_and_nothing_else(web: httpx.AsyncClient, land: Country):
    await at_desk(land, ONE, routed(CITY))
    parts = [{"agency": "pln", "task": "Pindahkan tiang"}]
    assert (await post(web, f"/agencies/pln/inbox/{ONE}/split", parts=parts)).status_code == 404
    answer = await post(web, f"/agencies/{CITY}/inbox/{ONE}/split", parts=parts)
    assert (answer.status_code, answer.json()["status"]) == (200, "split")


async def test_a_body_whose_part_is_closed_can_be_called_in_again(web: httpx.AsyncClient, land: Country):
    await at_desk(land, ONE, routed(CITY))
    parts, path = [{"agency": "pln", "task": "Pindahkan tiang"}], f"/agencies/{CITY}/inbox/{ONE}/split"
    await post(web, path, "first", parts=parts)
    await land.react(ONE)
    early = await post(web, path, "early", parts=parts)
    assert (early.status_code, early.json()["code"]) == (409, "cannot-split")
    [named] = (await land.state(ONE)).parts
    await land.add(named.id, ResponseGiven(at=T0, agency="pln", text="Tiang sudah dipindahkan."))
    assert (await post(web, path, "again", parts=parts)).status_code == 200
    assert len((await land.state(ONE)).parts) == 2


async def test_if_match_refuses_a_move_made_on_an_old_version(web: httpx.AsyncClient, land: Country):
    await at_desk(land)
    old = await web.post(f"/api/v1/triage/{ONE}/question", json={"question": "?"}, headers={**key(), "If-Match": '"0"'})
    assert old.status_code == 412
    shown = await web.get(f"/api/v1/triage/{ONE}")
    assert shown.headers["ETag"] == '"1"'


@pytest.mark.parametrize("path", [f"/triage/{TWO}", f"/arbitration/{TWO}", "/agencies/nobody"])
async def test_what_is_not_there_is_not_found(web: httpx.AsyncClient, land: Country, path: str):
    assert (await web.get(f"/api/v1{path}")).status_code == 404


async def test_unknown_fields_and_missing_keys_are_refused_by_name(web: httpx.AsyncClient, land: Country):
    await at_desk(land)
    wrong = await post(web, f"/triage/{ONE}/placement", agency=CITY, unitt="pu")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "unitt")
    keyless = await web.post(f"/api/v1/triage/{ONE}/question", json={"question": "?"})
    assert keyless.json()["field"] == "Idempotency-Key"


NEW = {"id": "kota-cimahi", "name": "Kota Cimahi", "kind": "city", "level": "regency", "region": "32.77"}


async def test_a_body_added_over_http_gets_complaints_without_a_restart(web: httpx.AsyncClient, land: Country):
    added = await post(web, "/agencies", "a", **NEW, parent=PROVINCE, units=[{"id": "pu", "name": "Dinas PU"}])
    assert (added.status_code, added.headers["Location"]) == (201, "/api/v1/agencies/kota-cimahi")
    mandate = {"sector": "roads", "level": "regency", "region": "32.77", "unit": "pu", "valid_from": "2026-01-01"}
    given = await post(web, "/agencies/kota-cimahi/mandates", "b", **mandate, source="UU 23/2014")
    assert [m["sector"] for m in given.json()["mandates"]] == ["roads"]
    await land.add(ONE, filed("Jalan berlubang di Kota Cimahi"))
    await land.react(ONE)
    assert (await land.state(ONE)).agency == "kota-cimahi"


async def test_the_same_body_again_changes_nothing_and_other_data_is_refused(web: httpx.AsyncClient, land: Country):
    first = await post(web, "/agencies", "a", **NEW)
    assert (await post(web, "/agencies", "a", **NEW)).json() == first.json()
    assert (await post(web, "/agencies", "b", **NEW)).json() == first.json()
    other = await post(web, "/agencies", "c", **{**NEW, "name": "Cimahi"})
    assert (other.status_code, other.json()["code"]) == (409, "agency-exists")


async def test_a_change_of_the_registry_under_the_same_key_with_another_body_is_refused(
    web: httpx.AsyncClient, land: Country
):
    await post(web, "/agencies", "a", **NEW)
    await post(web, "/agencies/kota-cimahi/name", "b", name="Kota Cimahi Baru")
    other = await post(web, "/agencies/kota-cimahi/name", "b", name="Cimahi")
    assert (other.status_code, other.json()["code"]) == (422, "request-differs")
    await post(web, "/agencies/kota-cimahi/name", "c", name="Cimahi")
    again = await post(web, "/agencies/kota-cimahi/name", "b", name="Kota Cimahi Baru")
    assert (again.status_code, again.json()["name"]) == (200, "Cimahi"), "what was asked before is not done again"


async def test_bodies_are_renamed_merged_dissolved_and_lose_authority(web: httpx.AsyncClient, land: Country):
    await post(web, "/agencies", "a", **NEW)
    renamed = await post(web, "/agencies/kota-cimahi/name", "b", name="Kota Cimahi Raya")
    assert renamed.json()["name"] == "Kota Cimahi Raya"
    merged = await post(web, f"/agencies/{CITY}/merger", "c", agencies=["kota-cimahi"], reason="digabung")
    assert merged.json()["alive"]
    gone = (await web.get("/api/v1/agencies/kota-cimahi")).json()
    assert (gone["alive"], gone["successor"]) == (False, CITY)
    dissolved = await post(web, "/agencies/kpk/dissolution", "d", reason="dibubarkan")
    assert not dissolved.json()["alive"]
    ended = {"sector": "electricity", "level": "national", "valid_until": "2026-05-01"}
    withdrawn = await post(web, "/agencies/pln/mandates/withdrawal", "e", **ended)
    assert withdrawn.json()["mandates"][0]["valid_until"] == "2026-05-01"


async def test_the_list_of_bodies_is_paged_and_filtered(web: httpx.AsyncClient, land: Country):
    everything = (await web.get("/api/v1/agencies")).json()
    assert (everything["total"], everything["page_size"]) == (8, 100)
    here = (await web.get("/api/v1/agencies", params={"region": "32.73", "living": True})).json()
    assert [body["id"] for body in here["agencies"]] == [CITY]


@pytest.mark.parametrize(
    ("region", "more", "zone"),
    [
        ("91.71", {}, "Asia/Jayapura"),
        ("73.71", {}, "Asia/Makassar"),
        ("32.73", {}, "Asia/Jakarta"),
        ("91.71", {"zone": "Asia/Makassar"}, "Asia/Makassar"),
        (None, {"level": "national", "kind": "agency"}, "Asia/Jakarta"),
    ],
)
async def test_a_body_that_names_no_zone_has_its_regions(
    web: httpx.AsyncClient, land: Country, region: str | None, more: dict[str, Any], zone: str
):
    said = {"id": "badan-baru", "name": "Badan Baru", "kind": "regional-enterprise", "level": "regency"} | more
    answer = await post(web, "/agencies", **said, region=region)
    assert (answer.status_code, answer.json()["zone"]) == (201, zone), answer.text


@pytest.mark.parametrize("name", ["Dinas\0Jalan", "Dinas\nJalan", " \u200b ", "x" * 201])
async def test_a_name_that_no_line_can_show_is_refused(web: httpx.AsyncClient, name: str) -> None:
    body = {"id": "dinas-jalan", "name": name, "kind": "city", "level": "regency", "region": "32.04"}
    for given in (body, {**body, "name": "Dinas", "units": [{"id": "pu", "name": name}]}):
        answer = await web.post(
            "/api/v1/agencies", json=given, headers={"Idempotency-Key": str(derived_id("test", repr(given)))}
        )
        assert (answer.status_code, answer.json()["field"].split(".")[-1]) == (422, "name")


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
async def test_a_day_outside_of_the_known_years_is_refused(web: httpx.AsyncClient, day: str) -> None:
    body = {"sector": "roads", "level": "regency", "region": "32.73", "valid_from": day, "source": "test"}
    path = f"/api/v1/agencies/{CITY}/mandates"
    answer = await web.post(path, json=body, headers={"Idempotency-Key": str(derived_id("test", day))})
    assert (answer.status_code, answer.json()["field"]) == (422, "valid_from")


async def test_a_nul_character_in_a_path_or_a_query_is_refused_by_name(web: httpx.AsyncClient) -> None:
    asked = await web.get("/api/v1/agencies?region=32%00")
    assert (asked.status_code, asked.json()["field"]) == (422, "region")
    assert (await web.get("/api/v1/agencies/kota%00")).status_code == 422
