"""Whoever keeps the timers' dates right waits for a store that is away, and plans anew what rests on other numbers."""

import asyncio
from pathlib import Path
from typing import Any

from chassis.errors import StoreUnavailable
from chassis.sql import Database
from escalation.sweep import Replanner
from escalation.views import BASIS, METADATA
from schemas.data_files import policies
from schemas.policies import Policies
from schemas.registry import Registry


class AwayAtFirst:
    """A registry that cannot be read the first time (`chassis.registry_view.RegistryView`)."""

    def __init__(self) -> None:
        self.asked = 0

    async def current(self) -> Registry:
        self.asked += 1
        if self.asked == 1:
            raise StoreUnavailable("away")
        return Registry()


class NothingOpen:
    """A sweep without work (`chassis.sweep.Sweep`)."""

    def __init__(self) -> None:
        self.planned = 0

    async def replan(self) -> None:
        self.planned += 1


async def test_the_replanner_waits_for_a_store_that_is_away(tmp_path: Path) -> None:
    database, registry, sweep = Database(f"sqlite:///{tmp_path}/e.db", METADATA), AwayAtFirst(), NothingOpen()
    made: Any = Replanner
    replanner = made(sweep, registry, policies(), database, table=BASIS, period_s=0.01)
    running = asyncio.create_task(replanner.run())
    async with asyncio.timeout(60):
        while replanner.unready() is not None:
            assert not running.done(), "it ended with the store's error"
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()
    assert registry.asked > 1


async def test_after_a_number_of_a_policy_was_changed_all_is_planned_anew_and_otherwise_not(tmp_path: Path) -> None:
    database, sweep, (first,) = Database(f"sqlite:///{tmp_path}/e.db", METADATA), NothingOpen(), policies().versions
    registry = AwayAtFirst()
    registry.asked = 1
    made: Any = Replanner
    for numbers, planned in (
        (first, 1),
        (first, 1),
        (first._replace(repeat_wd=3), 2),
        (first._replace(repeat_wd=3), 2),
    ):
        await made(sweep, registry, Policies((numbers,)), database, table=BASIS).once()
        assert sweep.planned == planned
    await database.close()
