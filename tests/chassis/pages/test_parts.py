"""What other services say is shown in time or left out."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx2
import pytest
from fastapi import FastAPI, Request

from chassis.base.clock import FixedClock
from chassis.base.errors import StoreUnavailable
from chassis.http.access import AGENCY, NO_LIMITS, Caller, CallLimits, allow
from chassis.http.rate_limit import RateLimiter
from chassis.http.reader import HEADER, VALID_S, Readers
from chassis.http.web import IdempotencyKey, Language, install
from chassis.pages.calls import Away
from chassis.pages.parts import KEPT_S, Answer, Call, Parts, ask, asked, do
from schemas.access.principal import PUBLIC, Grant, Principal, Role

KEY: Final = b"k" * 32


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Service:
    """An API whose answer can be counted and held back."""

    def __init__(self) -> None:
        self.app, self.asked, self.go = FastAPI(), 0, asyncio.Event()
        self.go.set()
        self.app.get("/one")(self._one)

    async def _one(self) -> dict[str, Any]:
        self.asked += 1
        await self.go.wait()
        return {"asked": self.asked}


async def test_an_answer_is_kept_for_some_seconds() -> None:
    service, clock = Service(), Clock()
    parts = Parts(service.app, clock)
    first = await parts.get("/one")
    assert first == ({"asked": 1}, clock.at)
    assert await parts.get("/one") == first
    clock.at += timedelta(seconds=KEPT_S)
    assert await parts.get("/one") == ({"asked": 2}, clock.at)


async def test_a_late_answer_is_left_out_and_shown_next_time() -> None:
    service, clock = Service(), Clock()
    parts = Parts(service.app, clock)
    service.go.clear()
    assert await parts.get("/one") is None
    service.go.set()
    assert await parts.get("/one") == ({"asked": 1}, clock.at)
    assert service.asked == 1, "the late one was not asked again"


async def test_an_older_answer_is_shown_with_its_time_while_the_newer_one_is_late() -> None:
    service, clock = Service(), Clock()
    parts = Parts(service.app, clock)
    first = await parts.get("/one")
    clock.at += timedelta(minutes=1)
    service.go.clear()
    assert await parts.get("/one") == first
    service.go.set()


async def test_a_service_that_is_not_here_is_left_out() -> None:
    assert await Parts(FastAPI(), Clock()).get("/nowhere") is None


OFFICER = Principal("https://issuer.test", "ani", frozenset({Grant(Role.OFFICER, "pln")}), "Ani")


def owner_of_a_part() -> FastAPI:
    """A service whose API tells who asks, to officers of `pln` alone, at most once a minute."""
    app = FastAPI()
    install(app, nothing_to_ask)
    app.state.limits = CallLimits(RateLimiter(1), RateLimiter(1))

    @app.get("/api/v1/agencies/{agency}/who", dependencies=[allow(AGENCY)])
    async def who(by: Caller, lang: Language) -> dict[str, str]:
        return {"subject": by.subject, "name": by.name, "lang": lang}

    @app.post("/api/v1/agencies/{agency}/say", dependencies=[allow(AGENCY)])
    async def say(said: dict[str, str], key: IdempotencyKey) -> dict[str, str]:
        return said | {"key": key}

    return app


async def nothing_to_ask() -> dict[str, str]:
    return {}


def page_of(app: FastAPI, who: Principal) -> Request:
    request = Request({"type": "http", "app": app, "headers": [], "state": {}})
    request.state.caller = who
    return request


WHO = "/api/v1/agencies/pln/who"


@pytest.fixture(params=["here", "away"])
def page(request: pytest.FixtureRequest) -> Iterator[FastAPI]:
    """The app that makes the page: the owner's own one, or one in another process."""
    owner = owner_of_a_part()
    if request.param == "here":
        yield owner
        return
    clock = FixedClock(datetime(2026, 3, 2, tzinfo=UTC))
    owner.state.readers = Readers(KEY, clock)
    app = FastAPI()
    client = httpx2.AsyncClient(base_url="https://door.test", transport=httpx2.ASGITransport(owner))
    app.state.away = Away(client, Readers(KEY, clock))
    yield app


async def test_a_part_is_asked_as_the_reader_whom_the_page_has_counted(page: FastAPI) -> None:
    for _ in range(3):
        assert await ask(page_of(page, OFFICER), WHO, {"lang": "en"}) == {"subject": "ani", "name": "Ani", "lang": "en"}


async def test_who_may_not_read_a_part_gets_none_of_it(page: FastAPI) -> None:
    other = Principal("https://issuer.test", "budi", frozenset({Grant(Role.OFFICER, "pdam")}))
    calls = {"who": Call(WHO), "nowhere": Call("/api/v1/agencies/pln/nowhere")}
    assert await asked(page_of(page, other), calls) == {"who": None, "nowhere": None}
    assert await ask(page_of(page, PUBLIC), WHO) is None


async def test_a_command_is_given_as_the_reader_and_its_refusal_is_told(page: FastAPI) -> None:
    path = "/api/v1/agencies/pln/say"
    said = await do(page_of(page, OFFICER), Call(path, method="POST", body={"text": "é"}, key="k"))
    assert said == Answer(200, {"text": "é", "key": "k"})
    refused = await do(page_of(page, OFFICER), Call(path, method="POST", body={"text": "x"}))
    assert (refused.status, refused.body["field"]) == (422, "Idempotency-Key")


async def test_nobody_else_can_name_a_reader() -> None:
    clock = FixedClock(datetime(2026, 3, 2, tzinfo=UTC))
    owner = owner_of_a_part()
    owner.state.limits = NO_LIMITS
    owner.state.readers = readers = Readers(KEY, clock)
    forged = Readers(b"x" * 32, clock).header(OFFICER, "GET", WHO)
    elsewhere = readers.header(OFFICER, "GET", "/api/v1/agencies/pln/other")
    genuine = readers.header(OFFICER, "GET", WHO)
    async with httpx2.AsyncClient(base_url="https://door.test", transport=httpx2.ASGITransport(owner)) as client:
        for value, status in ((forged, 401), (elsewhere, 401), ("", 401), ("x.y.z", 401), (genuine, 200)):
            assert (await client.get(WHO, headers={HEADER: value})).status_code == status
        clock.advance(timedelta(seconds=VALID_S))
        assert (await client.get(WHO, headers={HEADER: genuine})).status_code == 401


async def test_a_service_without_the_key_takes_no_reader() -> None:
    genuine = Readers(KEY, FixedClock(datetime(2026, 3, 2, tzinfo=UTC))).header(OFFICER, "GET", WHO)
    transport = httpx2.ASGITransport(owner_of_a_part())
    async with httpx2.AsyncClient(base_url="https://door.test", transport=transport) as client:
        assert (await client.get(WHO, headers={HEADER: genuine})).status_code == 401


async def test_a_command_to_a_service_that_does_not_answer_may_be_given_again() -> None:
    app = FastAPI()
    clock = FixedClock(datetime(2026, 3, 2, tzinfo=UTC))
    app.state.away = Away(httpx2.AsyncClient(base_url="http://127.0.0.1:9", timeout=5), Readers(KEY, clock))
    with pytest.raises(StoreUnavailable):
        await do(page_of(app, OFFICER), Call("/api/v1/agencies/pln/say", method="POST", body={}, key="k"))
    assert await ask(page_of(app, OFFICER), WHO) is None
