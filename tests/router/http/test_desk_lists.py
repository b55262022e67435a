"""Lists of the desk and the arbiter go on after the last key, and nothing is missed or told twice."""

from uuid import UUID

import httpx
import pytest

from router.http.lists import waiting
from router.placement import status
from schemas.access.principal import Principal, grants_of
from support.placing import CITY, HERE, Country, filed, referred, returned, routed
from support.signed_in import role

DESK = Principal("test", "dewi", grants_of(["triage"]))


async def test_a_list_goes_on_after_the_last_key_while_earlier_ones_leave(land: Country) -> None:
    ids = [UUID(int=100 + number) for number in range(5)]
    for each in ids:
        await land.add(each, filed("Mohon bantuannya", **HERE), referred())
    first = await waiting(land.router, DESK, status.TRIAGE, None, size=2)
    assert (first.total, [state.id for state in first.states]) == (5, ids[:2])
    await land.add(ids[0], routed(CITY))
    second = await waiting(land.router, DESK, status.TRIAGE, first.next, size=2)
    assert [state.id for state in second.states] == ids[2:4], "a page that is counted would leave one out"
    last = await waiting(land.router, DESK, status.TRIAGE, second.next, size=2)
    assert ([state.id for state in last.states], last.next) == (ids[4:], None)


async def test_the_api_tells_where_the_next_page_begins(web: httpx.AsyncClient, land: Country) -> None:
    await land.add(UUID(int=101), filed("Mohon bantuannya", **HERE), referred())
    assert (await web.get("/api/v1/triage")).json()["next"] is None


@pytest.mark.parametrize("since", ["x", "-1", "9" * 19, "9" * 150, "²"])
@pytest.mark.parametrize("path", ["/api/v1/triage", "/api/v1/triage/content-reports"])
async def test_a_key_that_no_page_gave_is_refused(web: httpx.AsyncClient, path: str, since: str) -> None:
    after = since if path.endswith("reports") else f"{since}.{UUID(int=101)}"
    wrong = await web.get(path, params={"after": after, "lang": "id"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "after")


async def decide(web: httpx.AsyncClient, land: Country, number: int, reason: str, sector: str) -> None:
    one = UUID(int=number)
    await land.add(one, filed("Mohon bantuannya", **HERE), routed(CITY), returned(CITY), referred())
    key = {"Idempotency-Key": str(one)}
    assert (await web.post(f"/api/v1/triage/{one}/arbitration", json={}, headers=key)).status_code == 200
    body = {"agency": CITY, "reason": reason, "sector": sector, "level": "regency", "region": "32.73"}
    decided = await web.post(f"/api/v1/arbitration/{one}/decision", json=body, headers=key)
    assert decided.status_code == 200, decided.text


@pytest.mark.parametrize(
    ("asked", "reasons"),
    [
        ({}, ["Jalan kota", "Sampah pasar"]),
        ({"sector": "waste"}, ["Sampah pasar"]),
        ({"words": "JALAN kota"}, ["Jalan kota"]),
        ({"words": "listrik"}, []),
        ({"after": "roads.regency.32.73"}, ["Sampah pasar"]),
    ],
)
async def test_decisions_are_found_by_sector_and_words(
    web: httpx.AsyncClient, land: Country, asked: dict[str, str], reasons: list[str]
) -> None:
    await decide(web, land, 101, "Jalan kota", "roads")
    await decide(web, land, 102, "Sampah pasar", "waste")
    found = await web.get("/api/v1/precedents", params=asked, headers=role("arbiter"))
    assert [one["reason"] for one in found.json()["precedents"]] == reasons
