"""Replies of agencies' own systems: accepted once, or refused with a reason that the agency can read."""

from typing import Any

import httpx
import pytest
from pydantic_core import to_json

from agency_inbox.context import Inbox
from agency_inbox.replies import Replies
from chassis.base.errors import StoreUnavailable
from chassis.base.message import Message
from chassis.deadletter.port import MemoryDeadLetters
from chassis.react.external_consumer import ExternalConsumer
from schemas.base.topics import agency_replies
from schemas.complaint.lifecycle import Status
from support.background_tasks import impatient
from support.inbox import ANSWER, PLN, ROADS, complaint, detail, filed, keep, routed

HELD = (filed(), routed())


def reply(type_: str, body: dict[str, Any] | bytes, *, id_: str | None = "m-1", **more: Any) -> Message:
    headers = [("ce_type", f"complaint.{type_}".encode())] + ([("ce_id", id_.encode())] if id_ else [])
    value = body if isinstance(body, bytes) else to_json({"complaint": complaint(), **body})
    place = {"topic": agency_replies(more.pop("agency", PLN)), "partition": 0, "offset": 0, "key": b"k", **more}
    return Message(**place, value=value, headers=headers, timestamp_ms=1_790_000_000_000)


@pytest.fixture
def external_consumer(inbox: Inbox) -> ExternalConsumer:
    async def topic_id(agency: str) -> str:
        return f"topic of {agency}"

    receive = Replies(inbox, topic_id)
    return ExternalConsumer("agency-inbox", receive, inbox.quarantine, kafka="", group="", retry_policy=impatient())


async def refused(web: httpx.AsyncClient, agency: str = PLN) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await web.get(f"/api/v1/agencies/{agency}/replies/refused")).json()["refused"]
    return rows


@pytest.mark.parametrize(
    ("type_", "body", "status"),
    [
        ("acknowledged", {}, Status.IN_PROGRESS),
        ("returned", {"reason": "bukan bidang kami", "suggested_agency": ROADS}, Status.UNPLACED),
        ("progress", {"text": "petugas di lokasi"}, Status.ROUTED),
        ("clarification", {"question": "tiang mana?"}, Status.AWAITING_REPORTER),
        ("answered", {"text": ANSWER, "seen_version": 1}, Status.ANSWERED),
    ],
)
async def test_each_reply_is_accepted_once(
    inbox: Inbox,
    external_consumer: ExternalConsumer,
    web: httpx.AsyncClient,
    type_: str,
    body: dict[str, Any],
    status: Status,
) -> None:
    await keep(inbox.repository.store, inbox.repository, complaint(), HELD)
    await external_consumer.handle([reply(type_, body)])
    await external_consumer.handle([reply(type_, body, offset=4)])  # a repeat at another offset
    state = (await inbox.repository.load(complaint())).state
    assert (state.status, state.version) == (status, 2)
    assert await refused(web) == []


async def test_a_reply_without_an_id_is_identified_by_its_offset(
    inbox: Inbox, external_consumer: ExternalConsumer
) -> None:
    await keep(inbox.repository.store, inbox.repository, complaint(), HELD)
    for offset in (0, 0, 1):
        await external_consumer.handle([reply("progress", {"text": "petugas di lokasi"}, id_=None, offset=offset)])
    assert (await inbox.repository.load(complaint())).state.version == 3


async def test_an_agency_cannot_reply_for_another(
    inbox: Inbox, external_consumer: ExternalConsumer, web: httpx.AsyncClient
) -> None:
    await keep(inbox.repository.store, inbox.repository, complaint(), HELD)
    await external_consumer.handle([reply("acknowledged", {}, agency=ROADS)])
    assert (await inbox.repository.load(complaint())).state.version == 1
    assert [row["code"] for row in await refused(web, ROADS)] == ["not-found"]
    assert await refused(web, PLN) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (reply("answered", {"text": ANSWER, "seen_version": 1}), "unseen-detail"),
        (reply("answered", {"text": "sudah beres", "seen_version": 2}), "invalid-field"),
        (reply("answered", {"text": ANSWER}), "invalid-field"),
        (reply("acknowledged", {"unit": "laut"}), "unknown-unit"),
        (reply("acknowledged", {"rahasia": "isi"}), "invalid-field"),
        (reply("acknowledged", b"\xff\xfenot json"), "invalid-field"),
        (reply("acknowledged", b""), "invalid-field"),
        (reply("assigned", {}), "unknown-type"),
        (reply("acknowledged", {}, id_="x" * 201), "invalid-field"),
    ],
)
async def test_a_refused_reply_is_shown_to_its_agency_with_the_reason_and_others_continue(
    inbox: Inbox,
    external_consumer: ExternalConsumer,
    web: httpx.AsyncClient,
    letters: MemoryDeadLetters,
    message: Message,
    code: str,
) -> None:
    await keep(inbox.repository.store, inbox.repository, complaint(), [*HELD, detail()])
    await external_consumer.handle([message, reply("progress", {"text": "petugas di lokasi"}, id_="m-2", offset=1)])
    [row] = await refused(web)
    assert row["code"] == code
    assert row["reason"]
    assert (row["partition"], row["offset"]) == (0, 0)
    assert ANSWER not in str(row)
    assert "rahasia" not in str(row)
    assert letters.letters[0].message == message
    assert (await inbox.repository.load(complaint())).state.version == 3


async def test_a_refused_reply_read_twice_is_shown_once(
    inbox: Inbox, external_consumer: ExternalConsumer, web: httpx.AsyncClient
) -> None:
    await keep(inbox.repository.store, inbox.repository, complaint(), HELD)
    for _ in range(2):
        await external_consumer.handle([reply("unheard-of", {})])
    assert len(await refused(web)) == 1


async def test_the_same_id_with_another_content_is_refused(
    inbox: Inbox, external_consumer: ExternalConsumer, web: httpx.AsyncClient
) -> None:
    await keep(inbox.repository.store, inbox.repository, complaint(), HELD)
    await external_consumer.handle([reply("progress", {"text": "satu"}), reply("progress", {"text": "dua"}, offset=1)])
    assert [row["code"] for row in await refused(web)] == ["request-differs"]


async def test_while_the_store_is_away_a_reply_is_retried_and_not_refused(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await keep(inbox.repository.store, inbox.repository, complaint(), HELD)
    tries = 0

    async def receive(message: Message) -> None:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise StoreUnavailable("away")
        await Replies(inbox, _never)(message)

    consumer = ExternalConsumer(
        "agency-inbox", receive, inbox.quarantine, kafka="", group="", retry_policy=impatient(attempts=2)
    )
    await consumer.handle([reply("acknowledged", {})])
    assert (await inbox.repository.load(complaint())).state.status is Status.IN_PROGRESS
    assert await refused(web) == []


async def _never(agency: str) -> str:
    raise AssertionError(agency)
