"""Calendars and policies over HTTP: published, read back, and refused with the name of the wrong field."""

from datetime import date
from typing import Any

import httpx
import pytest

from router.context import Router
from schemas.base.ids import derived_id
from schemas.reference.load import policies
from support.placing import Country, body

EID = {"on": "2026-03-20", "name": "Cuti Bersama Idul Fitri", "kind": "joint_leave"}
GALUNGAN = {"on": "2026-06-17", "name": "Hari Raya Galungan", "kind": "regional"}
NATION = {"calendar": "national", "year": 2026, "source": "SKB", "days": [EID]}
BALI = {"calendar": "51", "year": 2026, "source": "SE Gubernur", "days": [GALUNGAN]}
pytestmark = pytest.mark.usefixtures("land")


async def publish(web: httpx.AsyncClient, body: dict[str, Any], key: str = "k") -> httpx.Response:
    headers = {"Idempotency-Key": str(derived_id("key", key))}
    return await web.post("/api/v1/calendars", json=body, headers=headers)


async def test_a_published_decree_is_in_force_at_once_and_said_twice_it_is_one(
    web: httpx.AsyncClient, router: Router
) -> None:
    first, again = await publish(web, NATION), await publish(web, NATION, "another")
    assert (first.status_code, first.headers["location"]) == (201, "/api/v1/calendars/national/2026")
    assert first.json()["days"] == [{**EID, "estimated": False}]
    assert again.json() == first.json()
    registry = await router.placement_context.registry.current()
    assert not registry.calendar.works(date(2026, 3, 20))
    assert len(registry.in_force) == 1
    assert (await web.get("/api/v1/calendars/national/2026")).json() == first.json()


async def test_a_region_publishes_its_own_days_beside_the_nation_s(
    web: httpx.AsyncClient, router: Router, land: Country
) -> None:
    await land.decree(body("kota-denpasar", "regency", "51.71"))
    await publish(web, NATION)
    assert (await publish(web, BALI, "bali")).status_code == 201
    listed = (await web.get("/api/v1/calendars")).json()["calendars"]
    assert [(one["calendar"], one["year"], one["days"]) for one in listed] == [("51", 2026, 1), ("national", 2026, 1)]
    registry = await router.placement_context.registry.current()
    assert not registry.calendar_of("51.71").works(date(2026, 6, 17))
    assert registry.calendar_of("32.73").works(date(2026, 6, 17))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"days": [{**EID, "on": "2027-03-20"}]}, "days"),
        ({"days": [EID, EID]}, "days"),
        ({"days": [GALUNGAN]}, "days"),
        ({"calendar": "bali"}, "calendar"),
        ({"calendar": "51"}, "days"),
        ({"calendar": "99.99", "days": [GALUNGAN]}, "calendar"),
        ({"days": [{**EID, "name": " "}]}, "days.name"),
        ({"year": 1900}, "year"),
        ({"source": ""}, "source"),
        ({"days": [{**EID, "kind": "a party"}]}, "days.kind"),
    ],
)
async def test_a_decree_that_makes_no_sense_is_refused_by_the_field(
    web: httpx.AsyncClient, router: Router, change: dict[str, Any], field: str
) -> None:
    answer = await publish(web, {**NATION, **change})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await router.placement_context.registry.current()).in_force == ()


async def test_a_year_that_nobody_decreed_is_not_found(web: httpx.AsyncClient) -> None:
    assert (await web.get("/api/v1/calendars/national/2031")).status_code == 404


@pytest.mark.parametrize("lang", ["id", "en"])
async def test_every_period_is_told_with_unit_start_source_and_sureness(web: httpx.AsyncClient, lang: str) -> None:
    (told,) = (await web.get("/api/v1/policies", params={"lang": lang})).json()["policies"]
    (policy,) = policies().versions
    assert {rule["name"] for rule in told["rules"]} == set(policy.rules)
    for rule in told["rules"]:
        assert rule["unit"] in ("wd", "d", "s")
        assert rule["sureness"] in ("A", "B", "C", "own")
        assert rule["source"] == policy.rules[rule["name"]].source[lang]
        assert rule["starts"]
    periods = {"reminder_wd", "repeat_wd", "unconfirmed_d", "news_d", "join_d", "alike_d", "letters_d", "unfinished_d"}
    assert {name: told[name] for name in told if name.endswith(("_d", "_wd"))} == {
        name: getattr(policy, name)
        for name in periods | {"inbox_d", "superseded_d", "replies_d", "submissions_d", "dead_letters_d"}
    }
    assert told["double_min"] == policy.double_min
    assert set(told["origins"]) == {
        *(name.rpartition("_")[0] for name in told if name.endswith(("_d", "_wd"))),
        *("reminder_hours", "ladder", "returns", "stops", "double", "sms_parts"),
    }
    assert told["origins"]["letters"]["source"] == policy.origins["letters"].source[lang]
    assert told["reminder_hours"] == ["07:30", "16:00"]
    assert told["ladder"]["agency"][1] == {"number": 2, "after_wd": 5}
