"""Whose key a key is, when somebody signed in sends it: never a device's, and never that of somebody else."""

from typing import Any

import httpx
import pytest

from intake.context import Intake
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
