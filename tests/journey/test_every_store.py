"""The long story and concurrent filings over PostgreSQL, and over a KurrentDB server that is killed at random.

`JOURNEY_SEED` says when it is killed, `JOURNEY_KILLS` how often (6 times by default). The other journeys run over SQLite.
"""

import asyncio
import logging
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from local.bulk.client import Unreachable
from local.demo.story import LongStory, StepTimeout
from schemas.base.streams import complaint_id
from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from support.broker import event_ids
from support.door import Door, at_door, until
from support.kurrentdb.process import StandIn
from support.kurrentdb.process import running as running_kurrentdb
from support.load import Load
from support.platform import QUICK, Running, audited, is_sound, running, stored

pytestmark = [pytest.mark.journey, pytest.mark.broker, pytest.mark.timeout(1200)]

SEED, KILLS = int(os.environ.get("JOURNEY_SEED", "815")), int(os.environ.get("JOURNEY_KILLS", "6"))
BETWEEN_S, AWAY_S, RECOVERY_S = (1.0, 8.0), (0.0, 2.0), 120.0
log = logging.getLogger(__name__)
BODY = {"text": "Lampu jalan padam semua sejak Senin.", "place": {"region": "32.73"}}


@pytest.mark.postgres
async def test_the_long_story_over_postgresql(
    url_of: Callable[[str], str], kafka_jars: list[Path], tmp_path: Path
) -> None:
    await _play(url_of("postgresql"), kafka_jars, tmp_path)


async def test_the_long_story_over_a_kurrentdb_that_is_killed_at_random(kafka_jars: list[Path], tmp_path: Path) -> None:
    (tmp_path / "kurrentdb").mkdir()
    with running_kurrentdb(tmp_path / "kurrentdb") as server:
        await _play(server.url, kafka_jars, tmp_path, server)


async def _play(url: str, jars: list[Path], folder: Path, killed: StandIn | None = None) -> None:
    with running(folder, jars, {**QUICK, "SATUPINTU_STORE_URL": url}) as platform:
        load = Load(platform.address, BODY, UUID(int=SEED), pace_s=1.0)
        async with at_door(platform.address) as door:
            filing = asyncio.create_task(load.run(clients=2))
            async with _killing(killed) as kills:
                story = await _told(door, platform)
            load.stop.set()
            await filing
            assert (story["status"], story["closed_reason"]) == ("closed", "silence")
            await until(lambda: asyncio.to_thread(platform.all_ready), "everybody ready", within_s=RECOVERY_S)
            await until(lambda: _published(platform), "the store's events in the topic", within_s=RECOVERY_S)
            await until(lambda: is_sound(platform), "an audit without a finding", lambda: audited(platform), RECOVERY_S)
            books = await door.get("/api/v1/books")
        filed = Counter(str(complaint_id(one.stream)) for one in await stored(platform) if one.type == "ComplaintFiled")
        assert (books["balanced"], books["filed"]) == (True, len(filed))
        assert Counter(entry.complaint for entry in load.accepted.values()) == filed - Counter([story["id"]])
        assert all(process.running for process in platform.processes.values())
        log.info("%d kills, %d filed, %d asked again", len(kills), len(load.accepted), load.repeats)
        assert bool(kills) == bool(killed)


@asynccontextmanager
async def _killing(server: StandIn | None) -> AsyncIterator[list[float]]:
    """Kill and restart the server, if there is one, at random times. Returns how long it was away each time."""
    dice, over, kills = random.Random(SEED), asyncio.Event(), list[float]()

    async def kill(server: StandIn) -> None:
        while len(kills) < KILLS and not (kills and await _within(dice.uniform(*BETWEEN_S), over)):
            kills.append(dice.uniform(*AWAY_S))
            await asyncio.to_thread(server.kill)
            await asyncio.sleep(kills[-1])
            await asyncio.to_thread(server.start)

    killing = asyncio.create_task(kill(server)) if server else None
    try:
        yield kills
    finally:
        over.set()
        if killing:
            await killing


async def _within(limit_s: float, event: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(event.wait(), limit_s)
    except TimeoutError:
        return False
    return True


async def _told(door: Door, platform: Running) -> dict[str, object]:
    """Run the story to its end; after an interruption it is repeated and continues where it was."""
    while True:
        tale = LongStory(door.session, platform.settings.clock_file, "every store")
        try:
            return {**await tale.play(), "id": tale.complaint}
        except (Unreachable, StepTimeout):  # a step may fail as long as the server is being killed
            continue


async def _published(platform: Running) -> bool:
    kept, topic = Counter(event.id for event in await stored(platform)), FIXED[COMPLAINT_EVENTS]
    return Counter(await event_ids(platform.kafka.cluster, topic.name, topic.partitions)) == kept
