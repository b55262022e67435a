"""What a channel gateway filed under the name that it had before, or a gateway that it took over, is not filed again."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from chassis.base.errors import Poison
from chassis.base.gateways import IMPORT_DEVICE
from chassis.base.message import Message
from intake.context import Intake
from intake.gateway.submissions import receive
from intake.storage.former_filings import FormerFilings
from intake.storage.results import Result
from intake.storage.sql import execute
from support.signed_in import role

TEXT = "Lampu jalan padam di depan pasar"
KEY = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
BEFORE = "submissions"


def sent(topic: str, client: str = "", key: str = "m1", **more: Any) -> Message:
    body = {"key": key, "channel": "sms", "text": TEXT, **({"client": client} if client else {}), **more}
    return Message(topic, 0, 0, (client or key).encode(), json.dumps(body).encode())


async def in_this_version(
    intake: Intake, app: FastAPI | None = None, gateways: Mapping[str, tuple[str, ...]] | None = None
) -> Intake:
    """A process that starts on what an earlier version left."""
    await execute(intake.database, "delete from codes where complaint = %s", UUID(int=0).bytes)
    former = FormerFilings(intake.database, intake.codes, intake.repository.store, gateways or {})
    found = replace(intake, former=former)
    if app is not None:
        app.state.intake = found
    return found


async def filed(intake: Intake) -> int:
    events = (await intake.repository.store.read_all(None)).events
    return sum(event.type == "ComplaintFiled" for event in events)


async def result(intake: Intake, gateway: str, key: str = "m1") -> Result:
    client = f"gateway:{gateway}"
    found = await intake.results.of(client, key, intake.former.clients(client))
    assert isinstance(found, Result)
    return found


@pytest.mark.parametrize(
    ("name", "gateways"),
    [("sms", {}), ("Gerbang SMS 1", {"sms": ("Gerbang SMS 1",)}), ("sms-1", {"sms": ("lain", "sms-1")})],
)
@pytest.mark.parametrize("key", ["m1", KEY, KEY.upper()])
async def test_its_former_name_is_found_under_the_same_key(
    web: httpx.AsyncClient, app: FastAPI, intake: Intake, name: str, gateways: dict[str, tuple[str, ...]], key: str
) -> None:
    await receive(intake)(sent(BEFORE, name, key))
    now = await in_this_version(intake, app, gateways)
    before = await web.get(f"/api/v1/submissions/sms/{key}")
    assert before.status_code == 200, "the result stays readable"
    for client in ("", name):
        await receive(now)(sent("submissions.sms", client, key))
    after = await web.get(f"/api/v1/submissions/sms/{key}")
    assert (after.json()["id"], after.headers["Idempotent-Replayed"]) == (before.json()["id"], "true")
    headers = {"Idempotency-Key": key, **role("gateway:sms")}
    over_http = await web.post("/api/v1/complaints", json={"channel": "sms", "text": TEXT}, headers=headers)
    assert over_http.json()["id"] == before.json()["id"]
    assert await filed(now) == 1


async def test_another_content_under_that_key_is_refused(intake: Intake) -> None:
    await receive(intake)(sent(BEFORE, "sms"))
    now = await in_this_version(intake)
    with pytest.raises(Poison, match="request-differs"):
        await receive(now)(sent("submissions.sms", text="Lain"))
    assert await filed(now) == 1


async def test_another_gateway_finds_nothing_of_it(intake: Intake) -> None:
    await receive(intake)(sent(BEFORE, "sms"))
    now = await in_this_version(intake, gateways={"wa": ("lain",)})
    await receive(now)(sent("submissions.wa"))
    assert await filed(now) == 2
    assert (await result(now, "wa")).complaint != (await result(now, "sms")).complaint


async def test_a_gateway_that_took_another_over_finds_what_that_one_filed(intake: Intake) -> None:
    first = await in_this_version(intake, gateways={"wa-lama": ()})
    await receive(first)(sent("submissions.wa-lama"))
    await receive(first)(sent("submissions.sms"))
    merged = replace(intake, former=FormerFilings(intake.database, intake.codes, intake.repository.store,
                                                  {"wa": ("wa-lama",)}))  # fmt: skip
    assert await result(merged, "wa") == await result(merged, "wa-lama")
    await receive(merged)(sent("submissions.wa"))
    assert await filed(merged) == 2


async def test_what_the_command_for_files_filed_over_http_is_found_by_its_gateway(
    web: httpx.AsyncClient, app: FastAPI, intake: Intake
) -> None:
    headers = {"Idempotency-Key": KEY, "Satupintu-Client": IMPORT_DEVICE}
    over_http = await web.post("/api/v1/complaints", json={"channel": "import", "text": TEXT}, headers=headers)
    now = await in_this_version(intake, app, {"import": (IMPORT_DEVICE,)})
    await receive(now)(sent("submissions.import", key=KEY, channel="import"))
    found = await result(now, "import", KEY)
    assert (str(found.complaint), found.repeated) == (over_http.json()["id"], True)


@pytest.mark.parametrize("device", ["sms", "gateway:sms", KEY])
async def test_no_device_takes_the_place_of_a_gateway(
    web: httpx.AsyncClient, app: FastAPI, intake: Intake, device: str
) -> None:
    form = {"service_code": "roads", "address_string": "Jalan Melati", "description": TEXT, "device_id": device}
    assert (await web.post("/open311/v2/requests.json", data=form, headers={"Idempotency-Key": "m1"})).status_code < 300
    if device == KEY:
        headers = {"Idempotency-Key": "m1", "Satupintu-Client": KEY}
        answer = await web.post("/api/v1/complaints", json={"channel": "sms", "text": TEXT}, headers=headers)
        assert answer.status_code == 201
    before, now = await filed(intake), await in_this_version(intake, app)
    gateway = device if device == KEY else "sms"
    for channel in ("open311", "sms"):
        await receive(now)(sent(f"submissions.{gateway}", channel=channel, key="m1" if channel == "sms" else "m2"))
    await receive(now)(sent(f"submissions.{gateway}", channel="open311"))
    assert await filed(now) == before + 3


async def test_a_part_of_a_message_that_was_sent_before_is_no_second_one(intake: Intake) -> None:
    parts = [{"reference": "17", "part": number, "total": 2} for number in (1, 2)]
    for part in parts:
        await receive(intake)(sent(BEFORE, "sms", f"p{part['part']}", sms_part=part))
    now = await in_this_version(intake)
    await receive(now)(sent("submissions.sms", "", "p2", sms_part=parts[1]))
    assert (await result(now, "sms", "p2")) == (await result(now, "sms", "p1"))._replace(repeated=True)
    assert await now.sms_parts.waiting() == []


async def test_an_installation_that_began_with_this_version_looks_nothing_up(intake: Intake) -> None:
    await receive(intake)(sent("submissions.sms"))
    former = FormerFilings(intake.database, intake.codes, intake.repository.store)
    assert await former.find_of_gateway("gateway:sms", lambda: pytest.fail("derived ids")) is None
