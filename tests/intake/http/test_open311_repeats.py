"""Open311 without a key: a report that is equal in every field soon after the first is the same one."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import pytest

from chassis.base.clock import FixedClock
from chassis.sql.database import Database
from intake.context import Intake
from intake.orphans import Orphans
from intake.storage.repeats import Claim, Repeats
from intake.storage.tables import metadata
from schemas.deadlines.policies import Policies
from schemas.reference.load import policies
from support.inbox import T0

HERE = {"lat": "-6.9147", "long": "107.6098"}
RELAYED = {
    "service_code": "roads",
    "description": "Lubang besar",
    "account_id": "city-relay",
    "email": "a@contoh.id",
    **HERE,
}
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 64


async def send(web: httpx.AsyncClient, form: dict[str, Any] = RELAYED, **more: Any) -> tuple[int, dict[str, Any]]:
    answer = await web.post("/open311/v2/requests.json?lang=en", data=form, **more)
    assert answer.status_code in (200, 201), answer.text
    return answer.status_code, answer.json()[0]


async def test_the_second_answer_gives_the_same_number_and_says_so(web: httpx.AsyncClient) -> None:
    (first, filed), (second, again) = await send(web), await send(web)
    assert (first, second) == (201, 200)
    assert again["service_request_id"] == filed["service_request_id"]
    assert f"received before as {filed['service_request_id']}" in again["service_notice"]
    assert "received before" not in filed["service_notice"]


async def test_the_same_report_with_a_picture_sent_many_times_at_once_is_one(
    web: httpx.AsyncClient, tmp_path: Path
) -> None:
    files = {"media": ("a.jpg", JPEG, "image/jpeg")}
    answers = await asyncio.gather(*(send(web, files=files) for _ in range(12)))
    assert sorted(status for status, _ in answers) == [200] * 11 + [201]
    assert len({filed["service_request_id"] for _, filed in answers}) == 1
    assert len([file for file in (tmp_path / "attachments").rglob("*") if file.is_file()]) == 1


async def test_the_order_the_spelling_and_the_empty_fields_make_no_difference(web: httpx.AsyncClient) -> None:
    form = {**RELAYED, "device_id": "x", "media_url": ["https://contoh.id/1.jpg", "https://contoh.id/2.jpg"]}
    _, filed = await send(web, form)
    turned = {"deviceid": "x", "media_url[]": ["https://contoh.id/1.jpg", "https://contoh.id/2.jpg"], "phone": ""}
    _, again = await send(web, {**turned, **dict(reversed(RELAYED.items()))})
    assert again["service_request_id"] == filed["service_request_id"]


@pytest.mark.parametrize(
    "changed",
    [
        {"description": "Lubang besar."}, {"lat": "-6.9148"}, {"email": "b@contoh.id"}, {"phone": "+628120000111"},
        {"first_name": "Siti"}, {"service_code": "other"}, {"attribute[x]": "1"}, {"unknown": "1"},
        {"account_id": "another"}, {"api_key": "k"}, {"media_url": "https://contoh.id/1.jpg"}, {"address_string": "Braga"},
    ],
)  # fmt: skip
async def test_one_field_that_differs_makes_another_report(web: httpx.AsyncClient, changed: dict[str, str]) -> None:
    _, filed = await send(web)
    status, other = await send(web, {**RELAYED, **changed})
    assert status == 201
    assert other["service_request_id"] != filed["service_request_id"]


async def test_another_picture_makes_another_report_and_the_same_one_does_not(web: httpx.AsyncClient) -> None:
    _, filed = await send(web, files={"photo": ("a.jpg", JPEG)})
    _, again = await send(web, files={"photo": ("b.jpg", JPEG)})
    _, other = await send(web, files={"photo": ("a.jpg", JPEG + b"1")})
    _, without = await send(web)
    numbers = [each["service_request_id"] for each in (filed, again, other, without)]
    assert numbers[0] == numbers[1]
    assert len(set(numbers)) == 3


async def test_doubles_at_the_same_moment_are_one(web: httpx.AsyncClient) -> None:
    sent = await asyncio.gather(*(send(web) for _ in range(12)))
    assert len({each["service_request_id"] for _, each in sent}) == 1
    assert [status for status, _ in sent].count(201) == 1


async def test_the_minutes_count_from_the_first(web: httpx.AsyncClient, intake: Intake) -> None:
    clock, numbers = cast("FixedClock", intake.clock), []
    for minutes in (0, 9, 9.99, 10):
        clock.set(T0 + timedelta(minutes=minutes))
        numbers.append((await send(web))[1]["service_request_id"])
    assert numbers[0] == numbers[1] == numbers[2] != numbers[3]


async def test_a_copy_of_what_the_public_reads_does_not_get_the_tracking_code(web: httpx.AsyncClient) -> None:
    public = {"service_code": "roads", "description": "Lubang besar", **HERE}
    (_, filed), (_, again) = await send(web, public), await send(web, public)
    assert again["service_request_id"] == filed["service_request_id"]
    assert again["tracking_code"] is None
    assert filed["tracking_code"] not in again["service_notice"]
    (_, own), (_, retried) = await send(web), await send(web)
    assert own["tracking_code"] == retried["tracking_code"] is not None


async def test_after_the_first_was_withdrawn_or_erased_an_equal_report_is_a_new_one(web: httpx.AsyncClient) -> None:
    numbers = []
    for end in ("withdrawal", "erasure", None):
        status, filed = await send(web)
        assert status == 201
        numbers.append(filed["service_request_id"])
        if end:
            key = {"Idempotency-Key": str(UUID(int=len(numbers)))}
            ended = await web.post(f"/api/v1/complaints/{filed['tracking_code']}/{end}", json={}, headers=key)
            assert ended.status_code == 200, ended.text
    assert len(set(numbers)) == 3


async def test_another_process_finds_the_claim_and_no_content_is_stored(intake: Intake, tmp_path: Path) -> None:
    first = await intake.repeats.claim(b"secret words", Claim(UUID(int=1), "first", "id", T0))
    other = Database(f"sqlite:///{tmp_path}/vault.db", metadata)
    again = await Repeats(other, b"s" * 32, policies()).claim(b"secret words", Claim(UUID(int=2), "again", "en", T0))
    await other.close()
    assert first == again == Claim(UUID(int=1), "first", "id", T0)
    assert b"secret words" not in b"".join(path.read_bytes() for path in tmp_path.glob("vault.db*"))


async def test_for_how_many_minutes_an_equal_report_is_the_same_follows_the_policy_in_force(intake: Intake) -> None:
    newest = policies().versions[-1]
    changed = newest._replace(id="later", effective_at=T0, double_min=3)
    repeats = Repeats(intake.database, b"s" * 32, Policies((newest, changed)))
    await repeats.claim(b"words", Claim(UUID(int=1), "first", "id", T0))
    kept = await repeats.claim(b"words", Claim(UUID(int=2), "2", "id", T0 + timedelta(minutes=2.9)))
    new = await repeats.claim(b"words", Claim(UUID(int=3), "3", "id", T0 + timedelta(minutes=3)))
    assert (kept.key, new.key) == ("first", "3")


async def test_the_sweep_deletes_claims_that_decide_nothing_any_more(intake: Intake) -> None:
    await intake.repeats.claim(b"words", Claim(UUID(int=1), "first", "id", T0))
    cast("FixedClock", intake.clock).set(T0 + timedelta(minutes=11))
    await Orphans(intake).once()
    count = await intake.database.read(
        lambda connection: connection.exec_driver_sql("select count(*) from repeats").scalar()
    )
    assert count == 0
