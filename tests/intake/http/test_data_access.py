"""The reporter gets everything that is held about them, at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from intake import data_access
from intake.context import Intake
from schemas.base.refusals import NotFound
from schemas.complaint.state import new
from support.inbox import CITY, PLN, T0, filed, given, keep_registry
from support.lives import part_of, routed, write
from support.signed_in import role

SEED = UUID(int=80)
PERSON = {"name": "Siti Kenari", "email": "kenari@contoh.id", "phone": "+62 812 0000 1111"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
DUE = timedelta(hours=72)
TYPES = ["DataAccessRequested", "DataAccessGiven"]


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(SEED, name))}


@pytest.fixture
async def held(web: httpx.AsyncClient, intake: Intake) -> dict[str, Any]:
    """A complaint with a file that the city holds after another body did, and whose contact the city read."""
    await keep_registry(intake.repository.store, intake.repository)
    answer = await web.post("/api/v1/complaints", json={"text": "Lampu padam", "reporter": PERSON}, headers=key("a"))
    body: dict[str, Any] = answer.json()
    file = {"file": ("foto.png", PNG, "image/png")}
    await web.post(f"/api/v1/complaints/{body['tracking_code']}/attachments", files=file, headers=key("f"))
    await write(intake.repository, UUID(body["id"]), routed(agency=PLN), routed())
    path = f"/api/v1/persons/{body['id']}/readings"
    read = await web.post(path, json={"reason": "Bertanya letak"}, headers=key("r") | role(f"officer:{CITY}"))
    assert read.status_code == 200
    return body


async def copy(web: httpx.AsyncClient, code: str, name: str = "d") -> httpx.Response:
    return await web.post(f"/api/v1/complaints/{code}/data?lang=en", json={}, headers=key(name))


async def types(intake: Intake, complaint: str) -> list[str]:
    return [event.type for event in (await intake.repository.load(UUID(complaint))).recorded]


async def test_a_copy_holds_all_of_it_and_the_timeline_says_that_it_was_given(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    answer = await copy(web, held["tracking_code"])
    body = answer.json()

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert body["contact"] == PERSON
    assert body["complaint"]["text"] == "Lampu padam"
    assert [moment["type"] for moment in body["complaint"]["timeline"]][-2:] == TYPES
    asked = body["complaint"]["timeline"][-2]["sentence"]
    assert asked.startswith("The reporter asked for everything that is held about them; it is due by ")
    [reading] = body["contact_readings"]
    assert (reading["body"], reading["body_name"], reading["reason"]) == (CITY, "Kota Bandung", "Bertanya letak")
    assert {each["body"] for each in body["recipients"]} == {PLN, CITY}
    [file] = body["files"]
    assert (await web.get(file["link"])).content == PNG


async def test_a_repeat_and_a_second_copy_on_the_same_day_add_nothing(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    code = held["tracking_code"]
    for name in ("d", "d", "e"):
        assert (await copy(web, code, name)).status_code == 200
    assert (await types(intake, held["id"]))[-2:] == TYPES
    assert (await types(intake, held["id"])).count(TYPES[0]) == 1


def test_a_copy_on_another_day_is_another_request() -> None:
    state = given(filed(), *data_access.ask_for_data(given(filed()), T0, DUE))
    assert data_access.ask_for_data(state, T0 + timedelta(hours=20), DUE) == []
    later = T0 + timedelta(hours=24)
    requested, _ = data_access.ask_for_data(state, later, DUE)
    assert requested.due_at - later == DUE  # type: ignore[attr-defined]


def test_there_is_nothing_to_give_of_what_is_not_there_or_is_a_part() -> None:
    part = given(part_of(UUID(int=1)))
    for state in (new(UUID(int=2)), part):
        with pytest.raises(NotFound):
            data_access.ask_for_data(state, T0, DUE)


async def test_readings_that_earlier_versions_recorded_are_in_it(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    row = (UUID(held["id"]).bytes, PLN, "petugas-7", T0.isoformat())
    insert = "insert into readings (complaint, agency, officer, at) values (?, ?, ?, ?)"
    await intake.database.run(lambda connection: connection.exec_driver_sql(insert, row))
    body = (await copy(web, held["tracking_code"])).json()
    first, *_ = body["contact_readings"]
    assert (first["body"], first["reason"]) == (PLN, None)
    assert "petugas-7" not in str(body)


async def test_after_an_erasure_a_copy_holds_what_is_left(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    code = held["tracking_code"]
    await web.post(f"/api/v1/complaints/{code}/erasure", headers=key("x"))
    for name in ("d", "e"):
        body = (await copy(web, code, name)).json()
        assert (body["contact"], body["complaint"]["erased"]) == (None, True)
        assert not any(part in str(body) for part in (*PERSON.values(), "Lampu padam", "Bertanya letak"))
    assert TYPES[0] not in await types(intake, held["id"])


async def test_an_unknown_code_gets_nothing(web: httpx.AsyncClient, intake: Intake) -> None:
    assert (await copy(web, intake.codes.of(UUID(int=9), 1))).status_code == 404
