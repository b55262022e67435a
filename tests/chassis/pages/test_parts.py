"""What other services say is shown in time or left out."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI

from chassis.pages.parts import KEPT_S, Parts


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
