"""Whose key a key is, when somebody signed in sends it: never a device's, and never that of somebody else."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from chassis.base.message import Message
from intake.context import Intake
from intake.gateway.submissions import receive
from support.signed_in import role

TEXT = {"text": "Lampu jalan padam di depan pasar"}
DEVICE = "550e8400-e29b-41d4-a716-446655440000"


async def filed(web: httpx.AsyncClient, key: str = "m-1", **headers: str) -> Any:
    answer = await web.post("/api/v1/complaints", json=TEXT, headers={"Idempotency-Key": key, **headers})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def test_a_gateways_keys_are_its_own_and_need_no_uuid(web: httpx.AsyncClient, intake: Intake) -> None:
    first = await filed(web, **role("gateway:wa"))
    assert await filed(web, **role("gateway:wa")) == first
    assert await filed(web, **role("gateway:sms")) != first
    assert await filed(web, **role("triage")) != first
    assert len((await intake.repository.store.read_all(None)).events) == 3


async def test_a_header_does_not_name_a_client_that_the_token_names(web: httpx.AsyncClient) -> None:
    first = await filed(web, **role("gateway:wa"))
    assert await filed(web, **role("gateway:wa"), **{"Satupintu-Client": DEVICE}) == first
    assert await filed(web, **{"Satupintu-Client": DEVICE}) != first


async def test_a_gateway_that_is_named_like_a_device_is_none(web: httpx.AsyncClient) -> None:
    assert await filed(web, **role(f"gateway:{DEVICE}")) != await filed(web, **{"Satupintu-Client": DEVICE})


async def test_two_people_with_the_same_role_have_keys_of_their_own(web: httpx.AsyncClient) -> None:
    assert await filed(web, **role("triage")) != await filed(web, **role("triage", "analyst"))


@pytest.mark.parametrize("device", ["gateway:wa", "principal:x"])
async def test_no_device_id_of_open311_takes_the_name_of_somebody_signed_in(
    web: httpx.AsyncClient, intake: Intake, device: str
) -> None:
    form = {"service_code": "roads", "address_string": "Jalan Melati", "description": "Jalan berlubang"}
    for sent, headers in (({**form, "device_id": device}, {}), (form, role("gateway:wa"))):
        answer = await web.post("/open311/v2/requests.json", data=sent, headers={"Idempotency-Key": "m-1", **headers})
        assert answer.status_code == 201, answer.text
    assert len((await intake.repository.store.read_all(None)).events) == 2


async def test_a_keys_text_is_still_limited(web: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "m" * 201, **role("gateway:wa")}
    assert (await web.post("/api/v1/complaints", json=TEXT, headers=headers)).status_code == 422


async def actors(intake: Intake) -> Sequence[object]:
    events = (await intake.repository.store.read_all(None)).events
    return [json.loads(event.metadata).get("actor") for event in events if event.type == "ComplaintFiled"]


async def test_the_gateway_that_files_is_stored_with_the_event_and_nobody_else_is(
    web: httpx.AsyncClient, intake: Intake
) -> None:
    body = {"key": "k-1", "channel": "sms", **TEXT}
    await receive(intake)(Message("submissions.sms", 0, 0, b"k-1", json.dumps(body).encode()))
    for number in (1, 2):
        part = {"reference": "7", "part": number, "total": 2}
        sms = {**body, "key": f"p-{number}", "text": f"Bagian {number} dari laporan", "sms_part": part}
        await receive(intake)(Message("submissions.sms", 0, 0, None, json.dumps(sms).encode()))
    await receive(intake)(Message("submissions", 0, 0, b"lama", json.dumps({**body, "client": "lama"}).encode()))
    assert await actors(intake) == [{"issuer": "kafka", "subject": "gateway.sms", "role": "gateway:sms"}] * 2 + [None]

    await filed(web, "m-1", **role("gateway:wa"))
    form = {"service_code": "roads", "address_string": "Jalan Melati", "description": "Jalan berlubang"}
    headers = {"Idempotency-Key": "m-2", **role("gateway:wa")}
    await web.post("/open311/v2/requests.json", data=form, headers=headers)
    await filed(web, "m-3", **role("triage"))
    await filed(web, **{"Satupintu-Client": DEVICE})
    *over_http, officer, nobody = (await actors(intake))[3:]
    assert [actor["role"] for actor in over_http if isinstance(actor, dict)] == ["gateway:wa", "gateway:wa"]
    assert (officer, nobody) == (None, None), "they may be the reporter"
