"""Dead letters over HTTP: what they say, who reads them, and their replay. Kafka itself is tested with the command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from chassis.base.message import Message
from chassis.deadletter.port import DeadLetter
from chassis.deadletter.replay import BodyNotStored, NoSuchDeadLetter, OpenDeadLetter
from router.context import Router
from support.signed_in import role

KEY = {"Idempotency-Key": "00000000-0000-4000-9000-000000000001"}
SUBJECT = "00000000-0000-4000-9000-000000000002"
HEADERS = [("ce_type", b"ComplaintFiled"), ("ce_subject", SUBJECT.encode()), ("ce_id", b"0812-3456-7890")]


class Letters:
    """One open letter of router at offset 7; the one at 8 was too large to be kept."""

    def __init__(self) -> None:
        self.replayed: list[int] = []

    async def open(self) -> list[OpenDeadLetter]:
        message = Message("complaint-events", 3, 41, b"words of a citizen", b"words of a citizen", HEADERS, 1_000)
        return [OpenDeadLetter(7, DeadLetter("router", message, "MalformedEvent: no such field", 5))]

    async def replay(self, offset: int) -> None:
        if offset == 8:
            raise BodyNotStored("too large")
        if offset != 7:
            raise NoSuchDeadLetter(str(offset))
        self.replayed.append(offset)


@pytest.fixture
def letters(router: Router, web: httpx.AsyncClient) -> Letters:
    found = Letters()

    @asynccontextmanager
    async def opened(_service: str) -> AsyncIterator[Letters]:
        yield found

    app: Any = web._transport.app  # type: ignore[attr-defined]  # noqa: SLF001 - the app of the fixture
    app.state.router = replace(router, dead_letters=opened)
    return found


@pytest.mark.usefixtures("letters")
async def test_a_letter_tells_its_reason_and_origin_and_no_content(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/dead-letters/router")
    [one] = answer.json()["letters"]
    assert (one["offset"], one["reason"], one["attempts"]) == (7, "MalformedEvent: no such field", 5)
    assert (one["type"], one["subject"], one["kept"]) == ("ComplaintFiled", SUBJECT, True)
    assert "3" in one["message"]
    assert "citizen" not in answer.text
    assert "0812" not in answer.text, "a header that an outsider filled in may hold anything"


async def test_a_letter_is_replayed(web: httpx.AsyncClient, letters: Letters) -> None:
    assert (await web.post("/api/v1/dead-letters/router/7/replay", json={}, headers=KEY)).status_code == 200
    assert letters.replayed == [7]
    gone = await web.post("/api/v1/dead-letters/router/9/replay", json={}, headers=KEY)
    lost = await web.post("/api/v1/dead-letters/router/8/replay", json={}, headers=KEY)
    assert (gone.status_code, lost.status_code, lost.json()["field"]) == (404, 422, "offset")


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("other", ["triage", "analyst", "officer:pln"])
async def test_only_operators_read_and_replay(web: httpx.AsyncClient, other: str) -> None:
    assert (await web.get("/api/v1/dead-letters/router", headers=role(other))).status_code == 403
    refused = await web.post("/api/v1/dead-letters/router/7/replay", json={}, headers={**KEY, **role(other)})
    assert refused.status_code == 403


async def test_a_process_without_kafka_says_so(web: httpx.AsyncClient) -> None:
    assert (await web.get("/api/v1/dead-letters/router")).status_code == 503
    assert (await web.get("/api/v1/dead-letters/elsewhere")).status_code == 404
