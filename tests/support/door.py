"""Clients of the front door, and of the topics that agencies and gateways use, for journey tests."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4  # noqa: TID251 - a client makes its own keys

import aiohttp

from chassis.base.cluster import Cluster
from chassis.base.message import Message
from chassis.kafka.clients import producer, running
from schemas.base.topics import agency_inbox, agency_replies, gateway_submissions
from schemas.contract import CASES, Case
from support.broker import committed
from support.signed_in import needed_for, token

PATIENCE_S: Final = 90.0
BUSY_S: Final = 0.3
Json = dict[str, Any]


class Refused(Exception):
    """A refusal of the front door: HTTP status and problem."""

    def __init__(self, status: int, problem: Json) -> None:
        super().__init__(f"{status}: {problem}")
        self.status, self.problem = status, problem


class Door:
    """The front door over HTTP."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def get(self, path: str) -> Json:
        """Raises Refused."""
        async with self.session.get(path) as answer:
            return await _said(answer)

    async def post(self, path: str, key: str | None = None, **body: Any) -> Json:
        """Raises Refused."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        while True:
            async with self.session.post(path, json=body, headers=headers) as answer:
                if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    return await _said(answer)
            await asyncio.sleep(BUSY_S)  # busy is no refusal; the client repeats with the same key

    async def file(self, text: str, region: str = "32.73", **more: Any) -> Json:
        """File a complaint in this region."""
        return await self.post("/api/v1/complaints", text=text, place={"region": region}, **more)

    async def story(self, code: str) -> Json:
        """The tracking page."""
        return await self.get(f"/api/v1/complaints/{code}")

    async def reporter(self, code: str, move: str, **body: Any) -> Json:
        """Send a move of the reporter."""
        return await self.post(f"/api/v1/complaints/{code}/{move}", **body)

    async def agency(self, agency: str, complaint: str, move: str, **body: Any) -> Json:
        """Send a move of an agency."""
        return await self.post(f"/api/v1/agencies/{agency}/inbox/{complaint}/{move}", **body)

    async def answer(self, agency: str, complaint: str, text: str) -> Json:
        """Answer, with the newest version as seen."""
        case = await self.get(f"/api/v1/agencies/{agency}/inbox/{complaint}")
        return await self.agency(agency, complaint, "response", text=text, seen_version=case["version"])

    async def reaches(self, code: str, status: str, agency: str | None = None) -> Json:
        """The tracking page, once it has this status (and this agency)."""

        async def there() -> Json | None:
            story = await self.story(code)
            return story if (story["status"], agency) in ((status, None), (status, story["holder"]["agency"])) else None

        found: Json = await until(there, f"{status} {agency or ''}", lambda: self.story(code))
        return found


async def as_needed(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Middleware of a session: sends a token of the role that the path needs, unless the request has a token."""
    needed = needed_for(request.method, request.url.raw_path_qs)
    if needed is not None and "Authorization" not in request.headers:
        sent = await asyncio.to_thread(token, request.url.port or 0, needed)
        request.headers["Authorization"] = f"Bearer {sent}"
    return await send(request)


@asynccontextmanager
async def at_door(address: str) -> AsyncIterator[Door]:
    """A client of the door."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with aiohttp.ClientSession(address, timeout=timeout, middlewares=(as_needed,)) as session:
        yield Door(session)


async def until(
    condition: Callable[[], Awaitable[Any]],
    what: str,
    instead: Callable[[], Awaitable[Any]] | None = None,
    within_s: float = PATIENCE_S,
) -> Any:
    """Poll `condition` until its result is true. Raises AssertionError with `what` after the time limit."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not (found := await condition()):
        assert loop.time() < end, f"{what} never came; instead: {await instead() if instead else found}"
        await asyncio.sleep(0.1)
    return found


async def mail(kafka: Cluster, agency: str) -> list[Message]:
    """All messages in an agency's topic."""
    return await committed(kafka, agency_inbox(agency), 1)


async def cases(kafka: Cluster, agency: str, complaint: str) -> list[tuple[str, Case]]:
    """The agency's messages about a complaint, with `ce_type`, parsed by the published contract."""
    return [told(message) for message in await mail(kafka, agency) if message.key == complaint.encode()]


def told(message: Message) -> tuple[str, Case]:
    """Type and body of one message. Raises ValidationError if it does not match the contract."""
    headers = {name: value.decode() for name, value in message.headers if value is not None}
    case = CASES[headers["ce_type"]].model_validate_json(message.value or b"", strict=False)
    assert int(headers["ce_sequence"]) == case.version
    assert headers["ce_subject"] == str(case.complaint) == (message.key or b"").decode()
    return headers["ce_type"], case


async def told_of(kafka: Cluster, agency: str, complaint: str, kind: str) -> Case:
    """Wait for a message of this type about this complaint; returns the newest."""

    async def there() -> Case | None:
        return next((case for type_, case in reversed(await cases(kafka, agency, complaint)) if type_ == kind), None)

    found: Case = await until(there, f"{kind} for {agency}", lambda: cases(kafka, agency, complaint))
    return found


async def reply(kafka: Cluster, agency: str, kind: str, **body: Any) -> None:
    """Send a reply of an agency's own system."""
    await _send(kafka, agency_replies(agency), body["complaint"], f"complaint.{kind}", body)


async def submit(kafka: Cluster, gateway: str, key: str, **body: Any) -> None:
    """Send a submission of a channel gateway."""
    await _send(kafka, gateway_submissions(gateway), key, "complaint.submitted", {"key": key, **body})


async def _send(kafka: Cluster, topic: str, key: str, type_: str, body: Json) -> None:
    headers = [("ce_specversion", b"1.0"), ("ce_id", str(uuid4()).encode()), ("ce_type", type_.encode())]
    async with running(producer(kafka)) as client:
        await client.send_and_wait(topic, json.dumps(body).encode(), key=key.encode(), headers=headers)


async def _said(answer: aiohttp.ClientResponse) -> Json:
    body: Json = await answer.json(content_type=None)
    if answer.status >= 400:
        raise Refused(answer.status, body)
    return body
