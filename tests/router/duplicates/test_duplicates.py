"""Reports of one matter are joined where that is sure and suggested where it is possible; others stay separate."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from chassis.base.clock import FixedClock
from chassis.project.rebuild import rebuild
from router.context import Router
from router.duplicates import index
from router.duplicates.compare import may_follow
from router.placement.views import METADATA
from schemas.base.values import Place
from schemas.complaint.lifecycle import Status
from schemas.events.agency_inbox import ComplaintAcknowledged, ResponseGiven
from schemas.events.intake import ComplaintWithdrawn, DetailAdded, JoinDeclined, PersonalDataErased
from schemas.events.router import ComplaintClassified, ComplaintJoined, ComplaintUnjoined
from support.placing import BASIS, CITY, HERE, T0, Country, filed, referred, routed

ONE, TWO, THREE = UUID(int=101), UUID(int=102), UUID(int=103)
POTHOLE = "Jalan berlubang besar di depan Pasar Cihapit"
AGAIN = "Ada lubang di jalan depan pasar Cihapit, mohon segera ditambal"
PERHAPS = "Jalan berlubang dan pohon miring di depan Pasar Cihapit"
OTHER = "Sampah menumpuk di depan Pasar Cihapit"


async def report(land: Country, complaint: UUID, text: str, minutes: float = 0, **more: Any) -> None:
    """File it and let router place it."""
    at = T0 + timedelta(minutes=minutes)
    await land.add(complaint, filed(text, at, **{**HERE, **more}))
    await land.react(complaint)


async def looked(land: Country) -> None:
    await land.router.duplicates.once()


async def joined(land: Country, complaint: UUID) -> UUID | None:
    state = await land.state(complaint)
    return state.lead if state.status is Status.JOINED else None


async def rows(router: Router, table: str) -> list[Any]:
    found = METADATA.tables[table]
    return list(await router.database.read(lambda connection: list(connection.execute(select(found)))))


async def test_a_paraphrase_follows_the_earlier_report_by_rule_and_looking_again_writes_nothing(land: Country):
    await report(land, ONE, POTHOLE)
    await report(land, TWO, AGAIN, 5)
    await looked(land)
    loaded = await land.router.repository.load(TWO)
    fact = loaded.facts()[-1].fact
    assert isinstance(fact, ComplaintJoined)
    assert (fact.lead, fact.by) == (ONE, "rule")
    assert fact.score is not None
    assert fact.score > 0.6
    before = (await land.router.repository.store.read_all(None)).position
    await rebuild(land.router.repository.store, land.router.database, METADATA, land.router.duplicates.view)
    await looked(land)
    assert (await land.router.repository.store.read_all(None)).position == before


async def test_the_later_one_follows_whichever_was_looked_at_first(land: Country):
    await report(land, TWO, AGAIN, 5)
    await looked(land)
    await report(land, ONE, POTHOLE)
    await looked(land)
    assert (await joined(land, TWO), await joined(land, ONE)) == (ONE, None)


async def test_all_reports_of_one_matter_follow_its_first(land: Country):
    for minutes, complaint in enumerate((ONE, TWO, THREE)):
        await report(land, complaint, AGAIN, minutes)
    await looked(land)
    assert [await joined(land, each) for each in (ONE, TWO, THREE)] == [None, ONE, ONE]


async def test_another_matter_at_the_same_spot_stays_apart_without_a_suggestion(land: Country):
    await report(land, ONE, POTHOLE)
    await report(land, TWO, OTHER, 5)
    await looked(land)
    assert await joined(land, TWO) is None
    assert await rows(land.router, "suggestion") == []


@pytest.mark.parametrize("protected", [ONE, TWO])
@pytest.mark.parametrize("how", [{"secret": True}, {"text": "Pungli perbaikan "}])
async def test_secret_and_supervision_grade_ones_neither_lead_nor_follow_nor_are_in_the_index(
    land: Country, web: httpx.AsyncClient, protected: UUID, how: dict[str, Any]
):
    for minutes, complaint in enumerate((ONE, TWO)):
        own = how if complaint == protected else {}
        await report(
            land, complaint, own.get("text", "") + AGAIN, minutes, **{k: v for k, v in own.items() if k == "secret"}
        )
    await looked(land)
    assert [await joined(land, each) for each in (ONE, TWO)] == [None, None]
    assert str(protected) not in {row.complaint for row in await rows(land.router, "likeness")}
    told = (await web.post("/api/v1/duplicates", json={"text": AGAIN, **HERE})).json()["duplicates"]
    assert len(told) == 1


async def test_what_was_not_read_yet_may_be_of_supervision_grade_and_waits(land: Country):
    await land.add(ONE, filed(POTHOLE, **HERE))
    await report(land, TWO, AGAIN, 5)
    await looked(land)
    assert await joined(land, TWO) is None
    await land.react(ONE)
    await looked(land)
    assert await joined(land, TWO) == ONE


async def test_nothing_follows_what_is_closed_or_answered(land: Country):
    await report(land, ONE, POTHOLE)
    await land.add(
        ONE, ComplaintAcknowledged(at=T0, agency=CITY), ResponseGiven(at=T0, agency=CITY, text="Sudah ditambal")
    )
    await report(land, TWO, AGAIN, 5)
    await land.add(TWO, ComplaintWithdrawn(at=T0))
    await report(land, THREE, AGAIN, 10)
    await looked(land)
    assert await joined(land, THREE) is None


async def test_work_that_has_begun_is_not_taken_away_by_rule_but_suggested(land: Country):
    await report(land, ONE, POTHOLE)
    await report(land, TWO, AGAIN, 5)
    await land.add(TWO, ComplaintAcknowledged(at=T0, agency=CITY))
    await looked(land)
    assert await joined(land, TWO) is None
    assert [(row.complaint, row.lead) for row in await rows(land.router, "suggestion")] == [(str(TWO), str(ONE))]


async def test_who_unjoined_it_knew_better_than_the_rule(land: Country):
    await report(land, ONE, POTHOLE)
    await report(land, TWO, AGAIN, 5)
    await looked(land)
    await land.add(TWO, ComplaintUnjoined(at=T0, reason="desk"))
    await land.react(TWO)
    await looked(land)
    assert (await land.state(TWO)).status is Status.ROUTED


async def test_who_says_that_it_is_not_the_same_is_neither_joined_nor_suggested_again(land: Country):
    await report(land, ONE, POTHOLE)
    await report(land, TWO, AGAIN, 5)
    await looked(land)
    assert await joined(land, TWO) == ONE
    await land.add(TWO, JoinDeclined(at=T0, leads=(ONE,)))
    await land.react(TWO)
    await looked(land)
    assert (await land.state(TWO)).status is Status.ROUTED
    assert await rows(land.router, "suggestion") == []


async def test_a_point_that_many_reports_have_joins_none_of_them(land: Country):
    form = {"place": Place(region="32.73", lat=-6.914712, lon=107.609843)}
    measured = {"place": Place(region="32.73", lat=-6.914912, lon=107.609943)}
    await report(land, THREE, "Sampah menumpuk, belum diangkut", **form)
    await report(land, ONE, "Jalan berlubang", 1, **form)
    await report(land, TWO, "Ada lubang di jalan", 2, **measured)
    await looked(land)
    assert await joined(land, TWO) is None


async def test_two_measured_points_at_one_spot_join_what_names_no_spot(land: Country):
    await report(land, ONE, "Jalan berlubang", place=Place(region="32.73", lat=-6.914712, lon=107.609843))
    await report(land, TWO, "Ada lubang di jalan", 2, place=Place(region="32.73", lat=-6.914912, lon=107.609943))
    await looked(land)
    assert await joined(land, TWO) == ONE


async def test_whom_others_follow_is_joined_to_none_by_rule(land: Country):
    await report(land, TWO, AGAIN, 5)
    await report(land, THREE, AGAIN, 6)
    await looked(land)
    assert await joined(land, THREE) == TWO
    await land.router.feed.catch_up()
    await report(land, ONE, POTHOLE)
    await looked(land)
    assert (await joined(land, TWO), await joined(land, THREE)) == (None, TWO)


async def test_what_one_body_holds_follows_nothing_that_another_holds_or_that_waits_for_its_reporter(land: Country):
    await report(land, ONE, POTHOLE)
    await land.add(ONE, routed("pln", cause="desk"))
    await report(land, TWO, AGAIN, 5)
    await looked(land)
    assert await joined(land, TWO) is None
    lead, mine = await land.state(ONE), await land.state(TWO)
    assert not may_follow(mine, lead)
    asking = lead._replace(holder=mine.holder, status=Status.AWAITING_REPORTER)
    assert not may_follow(mine, asking)
    assert may_follow(mine, asking._replace(status=Status.ROUTED))


async def test_what_is_perhaps_the_same_is_shown_to_the_desk_and_to_the_holder(land: Country, web: httpx.AsyncClient):
    await report(land, ONE, POTHOLE)
    await report(land, TWO, PERHAPS, 5)
    await land.add(TWO, referred())
    await looked(land)
    assert await joined(land, TWO) is None
    desk = (await web.get(f"/api/v1/triage/{TWO}")).json()["suggestions"]
    # Two matters in one: the desk gives it to the city.
    await land.add(TWO, routed(cause="desk"))
    holder = (await web.get(f"/api/v1/agencies/{CITY}/inbox/{TWO}/suggestions")).json()["suggestions"]
    assert desk == holder
    [one] = desk
    assert (one["complaint"], one["holder"], one["status"]) == (str(ONE), f"agency:{CITY}", "routed")
    assert 0 < one["likeness"] < 1
    other = await web.get(f"/api/v1/agencies/pln/inbox/{TWO}/suggestions")
    assert other.status_code == 404


async def test_whoever_holds_a_report_reads_what_follows_it_and_what_is_added_to_that_and_nobody_else_does(
    land: Country, web: httpx.AsyncClient
):
    await land.add(ONE, filed(**HERE), routed(CITY))
    for follower, lead in ((TWO, ONE), (THREE, TWO)):
        await land.add(follower, filed("Lubang yang sama", **HERE), referred(), ComplaintJoined(at=T0, lead=lead))
    await land.add(TWO, DetailAdded(at=T0, text="Sudah ada korban"))
    told = (await web.get(f"/api/v1/agencies/{CITY}/inbox/{ONE}/followers")).json()["followers"]
    assert [(each["id"], each["text"]) for each in told] == [
        (str(TWO), "Lubang yang sama"), (str(THREE), "Lubang yang sama"),
    ]  # fmt: skip
    assert [detail["text"] for detail in told[0]["details"]] == ["Sudah ada korban"]
    assert (await web.get(f"/api/v1/agencies/pln/inbox/{ONE}/followers")).status_code == 404
    await land.add(TWO, ComplaintUnjoined(at=T0, reason="desk"))
    left = (await web.get(f"/api/v1/agencies/{CITY}/inbox/{ONE}/followers")).json()["followers"]
    assert left == []


async def test_a_suggestion_whose_lead_ended_is_shown_no_more(land: Country, web: httpx.AsyncClient):
    await report(land, ONE, POTHOLE)
    await report(land, TWO, PERHAPS, 5)
    await looked(land)
    await land.add(ONE, ComplaintWithdrawn(at=T0))
    assert (await web.get(f"/api/v1/triage/{TWO}")).json()["suggestions"] == []


async def test_before_filing_others_reports_are_offered_by_number_and_links_alone(
    land: Country, web: httpx.AsyncClient
):
    await report(land, ONE, POTHOLE, title="Lubang besar", public_number="SP-2026-000001-8")
    answer = await web.post("/api/v1/duplicates", json={"text": AGAIN, "place": {"region": "32.73"}})
    [one] = answer.json()["duplicates"]
    assert (one["public_number"], one["sure"], one["status"]) == ("SP-2026-000001-8", True, "routed")
    assert one["links"] == {
        "report": "/api/v1/reports/SP-2026-000001-8",
        "support": "/api/v1/reports/SP-2026-000001-8/support",
    }
    assert "lubang" not in answer.text.lower()
    assert str(ONE) not in answer.text
    elsewhere = await web.post("/api/v1/duplicates", json={"text": AGAIN, "place": {"region": "35.78"}})
    assert elsewhere.json() == {"duplicates": [], "class": "complaint"}


async def test_the_region_may_stand_in_the_words(land: Country, web: httpx.AsyncClient):
    await report(land, ONE, POTHOLE)
    [one] = (await web.post("/api/v1/duplicates", json={"text": f"{AGAIN}, Kota Bandung"})).json()["duplicates"]
    assert one["sure"]


@pytest.mark.parametrize(
    ("body", "field"), [({}, "text"), ({"text": ""}, "text"), ({"text": "x", "place": {"lat": 99}}, "place.lat")]
)
async def test_a_bad_question_gets_an_answer_that_names_the_field(web: httpx.AsyncClient, body: Any, field: str):
    answer = await web.post("/api/v1/duplicates", json=body)
    assert answer.status_code == 422
    assert field in answer.text


async def test_erased_complaints_leave_the_index_and_every_suggestion(land: Country):
    await report(land, ONE, POTHOLE)
    await report(land, TWO, PERHAPS, 5)
    await looked(land)
    assert len(await rows(land.router, "suggestion")) == 1
    await land.add(ONE, PersonalDataErased(at=T0))
    await looked(land)
    tables = [await rows(land.router, name) for name in ("likeness", "likeness_key", "suggestion")]
    assert all(str(ONE) not in map(str, row) for table in tables for row in table)
    assert {row.complaint for row in tables[0]} == {str(TWO)}


async def test_no_word_of_a_text_lies_in_the_index_and_without_the_secret_none_can_be_guessed(land: Country):
    await report(land, ONE, POTHOLE)
    await looked(land)
    kept = repr([await rows(land.router, name) for name in ("likeness", "likeness_key")]).lower()
    assert not any(word in kept for word in POTHOLE.lower().split())
    each = land.router.duplicates.comparable(await land.state(ONE))
    stored = {row.key for row in await rows(land.router, "likeness_key")}
    assert set(index.keys(each, b"secret of tests")) == stored
    assert not stored & set(index.keys(each, b"another secret"))


async def test_the_index_keeps_what_is_young_enough_to_matter_and_can_be_made_again(land: Country):
    await report(land, ONE, POTHOLE)
    await report(land, TWO, OTHER)
    await looked(land)
    before = sorted(map(tuple, await rows(land.router, "likeness_key")))
    await rebuild(land.router.repository.store, land.router.database, METADATA, land.router.duplicates.view)
    assert sorted(map(tuple, await rows(land.router, "likeness_key"))) == before != []
    assert isinstance(land.router.clock, FixedClock)
    land.router.clock.advance(timedelta(days=61))
    await looked(land)
    assert await rows(land.router, "likeness_key") == []


async def test_one_that_cannot_be_read_does_not_keep_the_others(land: Country, monkeypatch: pytest.MonkeyPatch):
    await report(land, ONE, POTHOLE)
    await report(land, TWO, AGAIN, 5)
    await report(land, THREE, "Lampu PJU padam di Jalan Melati", 6)
    watch = land.router.duplicates
    real = watch.comparable

    def case(state: Any, region: str | None = None) -> Any:
        if state.id == THREE:
            raise RuntimeError("unreadable")
        return real(state, region)

    monkeypatch.setattr(watch, "comparable", case)
    assert await watch.once() == 3
    assert await joined(land, TWO) == ONE
    assert await watch.once() <= 1


async def test_a_reading_that_changes_the_place_is_compared_again(land: Country):
    await report(land, ONE, POTHOLE)
    await land.add(TWO, filed(AGAIN, T0 + timedelta(minutes=5)))
    await land.add(TWO, ComplaintClassified(at=T0, **{"class": "complaint"}, basis=BASIS))
    await looked(land)
    assert await joined(land, TWO) is None
    basis = BASIS.model_copy(update={"region": "32.73"})
    await land.add(TWO, ComplaintClassified(at=T0, **{"class": "complaint"}, basis=basis))
    await looked(land)
    assert await joined(land, TWO) == ONE
