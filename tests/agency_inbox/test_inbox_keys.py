"""Whose idempotency keys are whose, and that a request of the version before is not carried out a second time."""

from uuid import UUID

import httpx

from agency_inbox.context import Inbox
from chassis.write.command import handle
from chassis.write.repository import Cause
from schemas.base.ids import move_id
from schemas.events.agency_inbox import ProgressRecorded
from schemas.events.codec import metadata_of
from support.inbox import PLN, T0, complaint, filed, keep, routed
from support.signed_in import ISSUER, role

KEY, DEVICE = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
PATH = f"/api/v1/agencies/{PLN}/inbox/{complaint()}/progress"


async def post(web: httpx.AsyncClient, text: str, *roles: str, **headers: str) -> httpx.Response:
    return await web.post(PATH, json={"text": text}, headers={"Idempotency-Key": KEY, **headers, **role(*roles)})


async def given(inbox: Inbox) -> None:
    await keep(inbox.repository.store, inbox.repository, complaint(), [filed(), routed()])


async def test_two_people_with_one_key_do_not_collide_and_each_may_repeat(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox)
    one, other = f"officer:{PLN}", f"officer:{PLN},analyst"
    for who in (one, other, one, other):
        assert (await post(web, f"dari {who}", who)).status_code == 200
    recorded = (await inbox.repository.load(complaint())).recorded
    actors = [metadata_of(event).actor for event in recorded[2:]]
    assert [(actor.issuer, actor.subject, actor.role) for actor in actors if actor] == [
        (ISSUER, one, one), (ISSUER, other, one),
    ]  # fmt: skip


async def test_what_the_version_before_carried_out_for_a_device_is_not_carried_out_again(
    inbox: Inbox, web: httpx.AsyncClient
) -> None:
    for device, headers in (("", {}), (DEVICE, {"Satupintu-Client": DEVICE.upper()})):
        index = UUID(int=len(device))
        await keep(inbox.repository.store, inbox.repository, index, [filed(), routed()])
        causation = move_id(index, f"agency:{PLN}/{device}", "progress", KEY)
        former = Cause(causation, index, T0, request=b'{"text":"sama"}')
        await handle(inbox.repository, index, lambda _: [ProgressRecorded(at=T0, agency=PLN, text="sama")], former)
        path = PATH.replace(str(complaint()), str(index))
        sent = {"Idempotency-Key": KEY, **headers, **role(f"officer:{PLN}")}
        assert (await web.post(path, json={"text": "sama"}, headers=sent)).status_code == 200
        assert (await inbox.repository.load(index)).state.version == 2
        assert (await web.post(path, json={"text": "lain"}, headers=sent)).json()["code"] == "request-differs"
