"""Of tracking codes only failed attempts are limited, for each source alone; many in all raise an alarm and refuse
nobody.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid4  # noqa: TID251 - a client makes its own keys

import httpx
import pytest
import structlog
from fastapi import FastAPI

from chassis.base import metrics
from chassis.http.access import CallLimits
from chassis.http.rate_limit import RateLimiter
from intake.context import Intake
from intake.guesses import GuessLimit
from schemas.base.ids import tracking_code
from support.signed_in import role

WRONG: Final = tracking_code(b"another secret", UUID(int=7))
NOW: Final = [6000.0]
From = Callable[[str], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def from_(app: FastAPI, intake: Intake) -> From:
    """A client at an address, with three failures a minute and an alarm at six."""
    limits = [RateLimiter(most, lambda: NOW[0]) for most in (3, 6)]
    app.state.intake = replace(intake, guesses=GuessLimit(*limits))

    @asynccontextmanager
    async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app, client=(address, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as web:
            yield web

    return client


async def filed(web: httpx.AsyncClient) -> str:
    headers = {"Idempotency-Key": str(uuid4())}
    answer = await web.post("/api/v1/complaints", json={"text": "Jalan berlubang"}, headers=headers)
    return str(answer.json()["tracking_code"])


async def test_whoever_has_valid_codes_is_never_limited(from_: From) -> None:
    async with from_("203.0.113.7") as web:
        code = await filed(web)
        assert {(await web.get(f"/api/v1/complaints/{code}")).status_code for _ in range(50)} == {200}


@pytest.mark.parametrize("wrong", [WRONG, "A1B2-C3D4E-F5G6H", "x"])
async def test_the_failures_of_a_source_that_fails_often_are_refused_and_valid_codes_never(
    from_: From, wrong: str
) -> None:
    async with from_("203.0.113.7") as web:
        code = await filed(web)
        answers = [await web.get(f"/api/v1/complaints/{wrong}") for _ in range(4)]
        assert [each.status_code for each in answers[:3]] in ([404] * 3, [422] * 3)
        last = answers[3]
        assert (last.status_code, last.headers["content-type"]) == (429, "application/problem+json")
        assert 1 <= int(last.headers["retry-after"]) <= 120
        # Thousands may share the address of a mobile network with one who guesses.
        assert (await web.get(f"/api/v1/complaints/{code}")).status_code == 200
        assert (await web.get(f"/api/v1/complaints/{wrong}")).status_code == 429
    async with from_("203.0.113.8") as other:
        assert (await other.get(f"/api/v1/complaints/{wrong}")).status_code in (404, 422)


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:aaaa::9", 429),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", 404),
        ("::ffff:203.0.113.7", "203.0.113.7", 429),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", 404),
    ],
)
async def test_a_source_is_a_subscriber(from_: From, one: str, other: str, status: int) -> None:
    async with from_(one) as web, from_(other) as neighbour:
        for _ in range(3):
            await web.get(f"/api/v1/complaints/{WRONG}")
        assert (await neighbour.get(f"/api/v1/complaints/{WRONG}")).status_code == status


async def test_every_way_to_try_a_code_counts(from_: From) -> None:
    async with from_("203.0.113.7") as web:
        headers = {"Idempotency-Key": str(uuid4())}
        update = {"service_request_id": WRONG, "description": "x", "status": "open", "update_id": "1",
                  "updated_datetime": "2026-11-24T12:00:00+07:00"}  # fmt: skip
        assert (await web.get(f"/api/v1/complaints/{WRONG}/explain")).status_code == 404
        assert (await web.post(f"/api/v1/complaints/{WRONG}/withdrawal", json={}, headers=headers)).status_code == 404
        assert (await web.post("/open311/v2/servicerequestupdates.json", data=update)).status_code == 404
        assert (await web.get(f"/api/v1/complaints/{WRONG}")).status_code == 429


async def test_many_failures_in_all_raise_an_alarm_and_refuse_nobody(from_: From) -> None:
    async with from_("203.0.113.1") as web:
        code = await filed(web)
    before = metrics.FAILED_CODES._value.get()  # noqa: SLF001 - prometheus_client has no other way
    with structlog.testing.capture_logs() as logs:
        for number in range(8):
            async with from_(f"198.51.100.{number}") as web:
                assert (await web.get(f"/api/v1/complaints/{WRONG}")).status_code == 404
                assert (await web.get(f"/api/v1/complaints/{code}")).status_code == 200
    assert metrics.FAILED_CODES._value.get() == before + 8  # noqa: SLF001
    assert metrics.FAILED_CODES_ALARM._value.get() == 1  # noqa: SLF001
    assert [each["log_level"] for each in logs if "failed tracking codes" in each["event"]] == ["error"]
    assert WRONG not in str(logs)


class TestEveryOtherRoute:
    @pytest.fixture(autouse=True)
    def _limited(self, app: FastAPI, from_: From) -> None:
        del from_
        app.state.limits = CallLimits(RateLimiter(2, lambda: NOW[0]), RateLimiter(4, lambda: NOW[0]))

    async def test_a_source_is_limited_unless_it_reads_by_a_tracking_code(self, from_: From) -> None:
        path = "/api/v1/submissions/sms-1/m1"
        async with from_("203.0.113.7") as web:
            code = await filed(web)
            statuses = [
                (await web.get(path, headers={"Authorization": "Bearer nonsense"})).status_code for _ in range(3)
            ]
            assert statuses == [401, 401, 429]
            assert (await web.get(f"/api/v1/complaints/{code}")).status_code == 200
        async with from_("203.0.113.8") as web:
            assert (await web.get(path, headers={"Authorization": "Bearer nonsense"})).status_code == 401

    async def test_whoever_is_signed_in_is_limited_by_name_and_not_by_source(self, from_: From) -> None:
        path, seen = "/api/v1/submissions/sms-1/m1", []
        for number in range(5):
            async with from_(f"198.51.100.{number}") as web:
                seen.append((await web.get(path, headers=role("gateway:sms-1"))).status_code)
        assert seen == [202] * 4 + [429]
        async with from_("198.51.100.1") as web:
            assert (await web.get("/api/v1/submissions/sms-2/m1", headers=role("gateway:sms-2"))).status_code == 202
