"""While Kafka is away, filing works; after Kafka lost all data, everything is delivered once more."""

import asyncio
from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

import pytest

from agency_inbox.app import open_inbox
from agency_inbox.views import INBOX, inbox_view
from agency_inbox.views import METADATA as INBOX_METADATA
from chassis.deadletter.port import MemoryDeadLetters
from chassis.project.rebuild import rebuild, table_hash
from chassis.service.platform import Platform, open_platform
from chassis.sql.database import Database
from chassis.write.repository import Repository
from reporting import queries
from reporting.app import open_reporting
from reporting.views import reports_view
from schemas.base.streams import complaint_id
from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from support.broker import event_ids
from support.door import Door, mail, submit, until
from support.platform import Running, stored

pytestmark = [pytest.mark.journey, pytest.mark.broker, pytest.mark.timeout(900)]

DARK = "Lampu jalan padam semua sejak Senin, gelap gulita."
CITY, REGION, MANY = "kota-surabaya", "35.78", 200
AWAY_S, EVENTS, START_S, RECOVERY_S = 60.0, 1_500, 120.0, 240.0


async def test_two_hundred_filings_while_kafka_is_away_are_all_accepted_and_later_delivered(
    platform: Running, door: Door
) -> None:
    back = asyncio.get_running_loop().time() + AWAY_S
    platform.kafka.stop()
    await until(lambda: _is_delayed(door), "a notice of the delay")
    filed = await asyncio.gather(*(door.file(f"{DARK} Nomor {n}.", REGION) for n in range(MANY)))
    assert all(answer["delayed"] and answer["notice"] for answer in filed)
    await asyncio.sleep(max(0.0, back - asyncio.get_running_loop().time()))
    platform.kafka.start()
    platform.kafka.wait_ready(START_S)
    await _all_told(platform, {answer["id"] for answer in filed})
    await until(lambda: _is_on_time(door), "the end of the delay")


async def test_after_kafka_lost_all_data_everything_is_delivered_again_once(platform: Running, door: Door) -> None:
    filed = await asyncio.gather(*(door.file(f"{DARK} Rumah {n}.", REGION) for n in range(20)))
    await _all_told(platform, {answer["id"] for answer in filed})
    while (events := len(await stored(platform))) < EVENTS:
        more = await asyncio.gather(*(door.file(f"{DARK} Setelah {events}, {n}.", REGION) for n in range(100)))
        await _all_told(platform, {answer["id"] for answer in more})
    platform.kafka.wipe()
    platform.kafka.start()
    platform.kafka.wait_ready(START_S)
    late = await door.file(f"{DARK} Setelah semuanya hilang.", REGION)

    await door.reaches(late["tracking_code"], "routed", CITY)
    async with open_platform(platform.settings) as opened:
        still = await _held_by(opened, await _complaints(platform))
        assert late["id"] in still
        assert len(still) > len(filed)
        await _all_told(platform, still)
        await until(lambda: _published(platform), "every event of the store, once, in the topic", within_s=RECOVERY_S)
        await until(lambda: _views_agree(opened), "read models that equal a rebuild", within_s=RECOVERY_S)
    assert (await door.get("/api/v1/books"))["balanced"]
    audit = await asyncio.to_thread(platform.command, "audit.cli", "--tolerance-s", "60")
    assert audit.returncode == 0, audit.stdout
    assert "the books balance; no violation" in audit.stdout
    await submit(platform.kafka.cluster, "gateway-2", "after", text=DARK, channel="sms", place={"region": REGION})
    await until(lambda: _taken(door), "what a gateway sends on a topic made anew", within_s=RECOVERY_S)
    assert all(process.running for process in platform.processes.values())


async def _is_delayed(door: Door) -> bool:
    return bool((await door.file(f"{DARK} Apakah tertunda?", REGION)).get("delayed"))


async def _taken(door: Door) -> bool:
    return "tracking_code" in await door.get("/api/v1/submissions/gateway-2/after")


async def _is_on_time(door: Door) -> bool:
    return not await _is_delayed(door)


async def _all_told(platform: Running, complaints: Collection[str]) -> None:
    async def untold() -> bool:
        seen = {(message.key or b"").decode() for message in await mail(platform.kafka.cluster, CITY)}
        return set(complaints) <= seen

    await until(untold, f"{len(complaints)} complaints in the agency's topic", within_s=RECOVERY_S)


async def _complaints(platform: Running) -> list[UUID]:
    return list(dict.fromkeys(complaint_id(event.stream) for event in await stored(platform)))


async def _held_by(opened: Platform, complaints: Collection[UUID]) -> set[str]:
    loaded = await opened.repository("test").load_many(list(complaints))
    return {str(one.state.id) for one in loaded if one.state.is_open and one.state.agency == CITY}


async def _published(platform: Running) -> bool:
    kept = Counter(event.id for event in await stored(platform))
    topic = FIXED[COMPLAINT_EVENTS]
    return Counter(await event_ids(platform.kafka.cluster, topic.name, topic.partitions)) == kept


async def _views_agree(opened: Platform) -> bool:
    async with open_reporting(opened) as reporting:
        view = reports_view(opened.repository("reporting"))
        same = await _rebuilt(opened, reporting.database, (queries.METADATA, view, queries.REPORTS))
    async with open_inbox(opened, MemoryDeadLetters()) as inbox:
        repository: Repository = inbox.repository
        rows = inbox_view(repository, inbox.registry, inbox.policies)
        return same and await _rebuilt(opened, inbox.database, (INBOX_METADATA, rows, INBOX))


async def _rebuilt(opened: Platform, database: Database, what: tuple[Any, Any, Any]) -> bool:
    metadata, view, table = what
    live = await database.read(lambda connection: table_hash(connection, table))
    await rebuild(opened.store, database, metadata, view)
    return live == await database.read(lambda connection: table_hash(connection, table))
