"""The escalation ladder over HTTP, and what the public list hides."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.base.clock import FixedClock
from chassis.service.platform import Platform
from escalation import views
from escalation.context import Escalation
from schemas.base.limits import PAGE
from schemas.events.intake import OmbudsmanRequested
from schemas.events.registry import AgencyRegistered
from schemas.events.router import ComplaintClassified, ComplaintReferred
from support.inbox import T0, keep_registry
from support.lives import BASIS, answered, filed, named, routed, write
from support.signed_in import role


async def listed(web: httpx.AsyncClient, rung: int, **asked: Any) -> list[dict[str, Any]]:
    answer = await web.get(f"/api/v1/ladder/{rung}", params=asked)
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def pass_days(escalation: Escalation, clock: FixedClock, days: float) -> None:
    await escalation.sweep.feed()
    clock.advance(timedelta(days=days))
    await escalation.sweep.once()
    await escalation.ladder.catch_up()


async def test_a_missed_acknowledgement_is_on_the_unit_heads_level(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    await write(escalation.repository, named("a"), filed(), routed())
    await pass_days(escalation, clock, 8)
    [item] = await listed(web, 1)
    assert (item["complaint"], item["agency"], item["clock"], item["rung"]) == (
        str(named("a")), "kota-bandung", "acknowledge", 1,
    )  # fmt: skip
    assert item["agency_name"] == "Kota Bandung"
    assert await listed(web, 2) == []


async def test_the_head_of_a_unit_sees_its_own_and_the_public_cannot_ask_by_unit(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    parks = routed().model_copy(update={"unit": "taman"})
    await write(escalation.repository, named("a"), filed(), routed())
    await write(escalation.repository, named("b"), filed(2), parks)
    await pass_days(escalation, clock, 60)
    assert [item["unit"] for item in await listed(web, 1, agency="kota-bandung", unit="taman")] == ["taman"]
    assert await listed(web, 1, unit="nobody's") == []
    assert len(await listed(web, 4, unit="taman")) == 2


async def test_a_higher_level_is_also_listed_below_and_no_row_holds_text(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    await write(escalation.repository, named("a"), filed(text="KENARI", title="KENARI"), routed())
    await pass_days(escalation, clock, 60)
    for rung in (1, 2, 3, 4):
        answer = await web.get(f"/api/v1/ladder/{rung}")
        assert answer.json()["total"] == 1
        assert "KENARI" not in answer.text


async def test_an_answer_takes_a_complaint_off_the_ladder(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    await write(escalation.repository, named("a"), filed(), routed())
    await pass_days(escalation, clock, 60)
    await write(escalation.repository, named("a"), answered(60 * 24))
    await escalation.ladder.catch_up()
    assert await listed(web, 1) == []


async def test_a_level_above_the_ombudsman_becomes_the_ombudsmans_once_the_reporter_asks(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    await write(escalation.repository, named("a"), filed(), ComplaintReferred(at=T0, reason="no_sector"))
    await pass_days(escalation, clock, 20)
    assert {item["rung"] for item in await listed(web, 1)} == {4}
    asked = OmbudsmanRequested(at=clock.now(), reason="tidak percaya")
    await write(escalation.repository, named("a"), routed(20 * 24), asked)
    await escalation.ladder.catch_up()
    assert {item["rung"] for item in await listed(web, 1)} == {3}


async def test_the_public_list_shows_only_agency_and_dates_of_secret_complaints_and_none_of_supervision_grade(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    graded = ComplaintClassified.model_validate(
        {"at": filed().at, "class": "complaint", "supervision": True, "basis": BASIS}
    )
    await write(escalation.repository, named("secret"), filed(1, secret=True), routed())
    await write(escalation.repository, named("plain"), filed(2), routed())
    await write(escalation.repository, named("graded"), filed(3), graded, routed())
    await pass_days(escalation, clock, 60)
    items = await listed(web, 4)
    guarded = [set(item) for item in items if "public_number" not in item]
    assert guarded == [{"agency", "agency_name", "received_at", "due_at", "climbed_at"}]
    assert (await web.get("/api/v1/ladder/4")).json()["total"] == 2
    [plain] = [set(item) for item in items if item.get("public_number") == filed(2).public_number]
    assert {"status", "class", "clock"} <= plain
    assert not {"complaint", "unit", "holder"} & plain


async def test_the_ladder_can_be_filtered_by_agency_and_an_unknown_level_is_refused(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    await write(escalation.repository, named("a"), filed(1), routed())
    await write(escalation.repository, named("b"), filed(2), routed(agency="pln"))
    await pass_days(escalation, clock, 8)
    assert [item["agency"] for item in await listed(web, 1, agency="pln")] == ["pln"]
    assert (await web.get("/api/v1/ladder/5")).status_code == 422


async def test_each_level_names_its_office_and_a_supervising_agency_can_filter(
    escalation: Escalation, platform: Platform, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    under = AgencyRegistered(at=T0, agency="kota-x", name="Kota X", kind="city", level="regency", parent="pln")
    await keep_registry(platform.store, escalation.repository, under)
    await write(escalation.repository, named("a"), filed(1), routed(agency="kota-x"))
    await write(escalation.repository, named("b"), filed(2), routed())
    await write(escalation.repository, named("c"), filed(3), ComplaintReferred(at=T0, reason="no_sector"))
    await pass_days(escalation, clock, 8)
    [first] = await listed(web, 1, agency="kota-x", lang="en")
    assert (first["looked_at_by"], first["looked_at_by_name"]) == ("kota-x", "the head of the unit: pu, Kota X")
    [desk] = [item for item in await listed(web, 2, lang="en") if item["agency"] is None]
    assert desk["looked_at_by_name"] == "the national operator"
    await pass_days(escalation, clock, 7)
    [second] = await listed(web, 2, supervisor="pln", lang="en")
    assert (second["agency"], second["looked_at_by"]) == ("kota-x", "pln")
    assert second["looked_at_by_name"] == "the supervising body: PLN"
    assert await listed(web, 2, supervisor="kota-x") == []


async def test_each_office_sees_what_it_must_look_at_and_counts_no_more(
    escalation: Escalation, platform: Platform, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    under = AgencyRegistered(at=T0, agency="kota-x", name="Kota X", kind="city", level="regency", parent="pln")
    await keep_registry(platform.store, escalation.repository, under)
    graded = ComplaintClassified.model_validate(
        {"at": filed().at, "class": "complaint", "supervision": True, "accused": ("pln",), "basis": BASIS}
    )
    await write(escalation.repository, named("a"), filed(1, secret=True), routed(agency="kota-x"))
    await write(escalation.repository, named("b"), filed(2, secret=True), routed())
    await write(escalation.repository, named("c"), filed(3), ComplaintReferred(at=T0, reason="no_sector"))
    await write(escalation.repository, named("d"), filed(4), graded, routed())
    await pass_days(escalation, clock, 90)
    every = {"a", "b", "c", "d"}
    for roles, seen in (
        (("operator",), every),
        (("analyst",), every),
        (("arbiter",), every),
        (("triage",), {"c"}),
        (("officer:kota-bandung",), {"b", "d"}),
        (("unit-head:kota-bandung/pu",), {"b", "d"}),
        (("unit-head:kota-bandung/taman",), set()),
        (("officer:kota-x",), {"a"}),
        (("officer:pln",), {"a"}),
        (("officer:pln/unit-satu",), set()),
        (("inspectorate",), {"d"}),
        (("inspectorate:kota-bandung",), {"d"}),
        (("operator", "officer:pln"), every - {"d"}),
        (("arbiter", "agency:kota-x"), every - {"d"}),
        (("inspectorate", "officer:pln/unit-satu"), set()),
    ):
        body = (await web.get("/api/v1/ladder/1", headers=role(*roles))).json()
        found = {item["complaint"] for item in body["items"]}
        assert (found, body["total"]) == ({str(named(one)) for one in seen}, len(seen)), roles
    public = [
        (await web.get("/api/v1/ladder/4", headers=one)).json() for one in ({}, role("operator"), role("agency:pln"))
    ]
    assert public[0] == public[1] == public[2], "a difference would tell the accused agency"
    assert public[0]["total"] == 3
    assert (await web.get("/api/v1/ladder/1", headers=role("gateway:sms"))).status_code == 403


async def test_the_public_list_is_paged_to_its_end_by_keys_that_name_no_complaint(
    escalation: Escalation, web: httpx.AsyncClient
) -> None:
    ids = sorted(str(named(str(number))) for number in range(PAGE + 7))
    await fill(escalation, ids)  # all of one moment: the keys must part them
    first = (await web.get("/api/v1/ladder/4")).json()
    assert not any(one in first["next"] for one in ids)
    second = (await web.get("/api/v1/ladder/4", params={"after": first["next"]})).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (PAGE, 7, None)
    assert len({item["public_number"] for item in [*first["items"], *second["items"]]}) == PAGE + 7


async def test_a_key_of_a_complaint_that_left_the_public_list_leaves_out_no_other(
    escalation: Escalation, web: httpx.AsyncClient
) -> None:
    ids = sorted(str(named(str(number))) for number in range(PAGE + 7))
    await fill(escalation, ids)
    after = (await web.get("/api/v1/ladder/4")).json()["next"]
    await escalation.database.run(lambda connection: views.put(connection, [views.LADDER], [(ids[PAGE - 1], None)]))
    seen = set[str]()
    while after:
        page = (await web.get("/api/v1/ladder/4", params={"after": after})).json()
        seen |= {item["public_number"] for item in page["items"]}
        after = page["next"]
    assert seen >= {f"SP-{one}" for one in ids[PAGE:]}


async def fill(escalation: Escalation, ids: list[str]) -> None:
    """Put complaints on the public list, all of one moment."""
    row = views.LadderRow(
        "", 4, "", part=False, guarded=False, status="routed", class_="complaint", holder="agency:pln", agency="pln",
        unit=None, sector=None, cause="deadline", clock=None, repetition=0, received_at=T0, due_at=T0, climbed_at=T0,
        supervision=False,
    )  # fmt: skip
    rows = [(one, row._replace(complaint=one, public_number=f"SP-{one}")) for one in ids]
    await escalation.database.run(lambda connection: views.put(connection, [views.LADDER], rows))


@pytest.mark.parametrize("at", ["yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_a_key_that_no_page_gave_is_refused(web: httpx.AsyncClient, at: str) -> None:
    for rung, row in ((4, "a" * 64), (1, str(named("a")))):
        wrong = await web.get(f"/api/v1/ladder/{rung}", params={"after": f"{at}~{row}"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "after")
    of_an_office = await web.get("/api/v1/ladder/4", params={"after": f"{T0.isoformat()}~{named('a')}"})
    assert (of_an_office.status_code, of_an_office.json()["field"]) == (422, "after")
