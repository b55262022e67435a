"""Who may see and do what in an agency's inbox: units, inspectorates, and nobody of an accused agency."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from agency_inbox.context import Inbox
from schemas.events.agency_inbox import ComplaintReturned
from schemas.events.base import Fact
from schemas.events.registry import AgencyRegistered
from schemas.events.router import ComplaintClassified
from support.inbox import BASIS, CITY, PLN, ROADS, T0, complaint, filed, keep, keep_registry, routed
from support.signed_in import role

from .conftest import Feed

PROVINCE = "provinsi"
OVER = AgencyRegistered(at=T0, agency=PROVINCE, name="Provinsi", kind="province", level="province", region="32")
KEY = "11111111-1111-4111-8111-11111111111"
LIST = "/api/v1/agencies/{}/inbox"


def accusing(*accused: str) -> ComplaintClassified:
    body = {"at": T0, "class": "complaint", "supervision": True, "accused": accused, "basis": BASIS}
    return ComplaintClassified.model_validate(body)


async def given(inbox: Inbox, index: int, *facts: Fact) -> str:
    await keep(inbox.repository.store, inbox.repository, complaint(index), facts)
    return str(complaint(index))


async def listed(web: httpx.AsyncClient, agency: str, *roles: str) -> tuple[set[str], int]:
    body = (await web.get(LIST.format(agency), headers=role(*roles))).json()
    return {row["id"] for row in body["complaints"]}, body["total"]


async def seen(web: httpx.AsyncClient, agency: str, one: str, *roles: str) -> httpx.Response:
    return await web.get(f"{LIST.format(agency)}/{one}", headers=role(*roles))


async def test_an_officer_of_a_unit_sees_and_moves_what_that_unit_holds(
    inbox: Inbox, web: httpx.AsyncClient, feed: Feed
) -> None:
    roads, parks, nobody = [
        await given(inbox, index, filed(secret=True), routed(CITY, unit=unit))
        for index, unit in enumerate(("jalan", "taman", None))
    ]
    await feed()
    assert await listed(web, CITY, f"officer:{CITY}") == ({roads, parks, nobody}, 3)
    mine = f"officer:{CITY}/jalan"
    assert await listed(web, CITY, mine) == ({roads}, 1)
    assert (await seen(web, CITY, roads, mine)).status_code == 200
    unknown = (await seen(web, CITY, str(UUID(int=1)), mine)).text
    for other in (parks, nobody):
        answer = await seen(web, CITY, other, mine)
        assert (answer.status_code, answer.text.replace(other, str(UUID(int=1)))) == (404, unknown)

    async def acknowledge(one: str, key: int, body: dict[str, Any], who: str = mine) -> int:
        headers = {"Idempotency-Key": f"{KEY}{key}", **role(who)}
        path = f"{LIST.format(CITY)}/{one}/acknowledgement"
        return (await web.post(path, json=body, headers=headers)).status_code

    assert [await acknowledge(one, 1, {}) for one in (parks, nobody)] == [404, 404]
    assert await acknowledge(roads, 2, {"unit": "taman"}) == 403, "whoever works for one unit assigns no units"
    assert await acknowledge(nobody, 3, {"unit": "taman"}, f"officer:{CITY}") == 200
    assert await acknowledge(roads, 4, {"unit": "jalan"}) == 200


@pytest.mark.parametrize(
    "tie", [f"officer:{CITY}", f"agency:{CITY}", f"unit-head:{CITY}/jalan", f"inspectorate:{CITY}"]
)
async def test_whoever_works_for_the_accused_agency_finds_it_in_no_list_total_or_case_file(
    inbox: Inbox, web: httpx.AsyncClient, feed: Feed, tie: str
) -> None:
    await keep_registry(inbox.repository.store, inbox.repository, OVER)
    plain = await given(inbox, 0, filed(), routed(PROVINCE))
    examined = await given(inbox, 1, filed(), accusing(CITY), routed(PROVINCE))
    await feed()
    both = (f"officer:{PROVINCE}", tie)
    assert await listed(web, PROVINCE, f"officer:{PROVINCE}") == ({plain, examined}, 2)
    assert await listed(web, PROVINCE, *both) == ({plain}, 1)
    assert (await seen(web, PROVINCE, examined, f"officer:{PROVINCE}")).status_code == 200
    hidden, missing = await seen(web, PROVINCE, examined, *both), str(UUID(int=1))
    assert hidden.status_code == 404
    assert hidden.text.replace(examined, missing) == (await seen(web, PROVINCE, missing, *both)).text
    move = {"json": {}, "headers": {"Idempotency-Key": f"{KEY}1", **role(*both)}}
    assert (await web.post(f"{LIST.format(PROVINCE)}/{examined}/acknowledgement", **move)).status_code == 404  # type: ignore[arg-type]


async def test_an_agency_that_held_it_before_it_was_found_to_accuse_it_reads_nothing_more(
    inbox: Inbox, web: httpx.AsyncClient
) -> None:
    back = ComplaintReturned(at=T0, agency=CITY, reason="bukan kami")
    one = await given(inbox, 0, filed(), routed(CITY), back, accusing(CITY), routed(PLN))
    assert (await seen(web, CITY, one, f"officer:{CITY}")).status_code == 404
    move = {"json": {}, "headers": {"Idempotency-Key": f"{KEY}1", **role(f"agency:{CITY}")}}
    assert (await web.post(f"{LIST.format(CITY)}/{one}/acknowledgement", **move)).status_code == 404  # type: ignore[arg-type]


async def test_an_inspectorate_sees_supervision_grade_alone(inbox: Inbox, web: httpx.AsyncClient, feed: Feed) -> None:
    plain = await given(inbox, 0, filed(), routed(PLN))
    examined = await given(inbox, 1, filed(), accusing(CITY), routed(PLN))
    await feed()
    for mine in (f"inspectorate:{PLN}", "inspectorate"):
        assert await listed(web, PLN, mine) == ({examined}, 1)
        assert (await seen(web, PLN, examined, mine)).status_code == 200
        assert (await seen(web, PLN, plain, mine)).status_code == 404
    assert (await web.get(LIST.format(PLN), headers=role(f"inspectorate:{ROADS}"))).status_code == 404


async def test_refused_replies_are_for_those_who_work_for_the_whole_agency(web: httpx.AsyncClient) -> None:
    path = f"/api/v1/agencies/{CITY}/replies/refused"
    for mine, status in ((f"agency:{CITY}", 200), (f"officer:{CITY}", 200), (f"officer:{CITY}/jalan", 404)):
        assert (await web.get(path, headers=role(mine))).status_code == status
