"""Strangers write to our own topics, and an older copy of the store is restored under newer read models and topics."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

import pytest

from chassis.base.message import Message
from chassis.kafka.clients import producer
from chassis.kafka.clients import running as started
from schemas.base.topics import COMPLAINT_EVENTS, FIXED, REGISTRY_EVENTS, RELAY_CHECKPOINT
from support import postgres
from support.broker import committed
from support.door import Door, at_door, until
from support.foreign import forged
from support.platform import QUICK, Running, audited, is_sound, running

pytestmark = [pytest.mark.journey, pytest.mark.broker, pytest.mark.timeout(900)]

DARK = "Lampu jalan padam semua sejak Senin, gelap gulita."
REGION, EACH = "35.78", 5
STRANGE_CHECKPOINT = b'{"store_id": "%s", "position": 1%s, "topic_ids": {}}' % (str(UUID(int=9)).encode(), b"0" * 40)


async def test_what_strangers_write_to_our_topics_is_set_aside_reported_and_delays_nobody(
    tmp_path: Path, kafka_jars: list[Path]
) -> None:
    with running(tmp_path, kafka_jars) as platform:
        async with at_door(platform.address) as door:
            await placed(door, await file(door, "Sebelum"))
            await strangers_write(platform)
            await placed(door, await file(door, "Sesudah"))
            assert platform.all_ready()
            assert "topic-foreign" in await audited(platform)
            assert platform.command("chassis.cli.main", "topics", "renew").returncode == 0
            await placed(door, await file(door, "Bersih"))
            await until(lambda: is_sound(platform), "a sound platform")
            await until(lambda: _ready(platform), "every process")


async def test_an_older_store_is_noticed_and_everything_is_placed_after_the_command_that_the_refusal_names(
    tmp_path: Path, kafka_jars: list[Path]
) -> None:
    store, copy = tmp_path / "store.db", tmp_path / "store.copy"
    with running(tmp_path, kafka_jars) as platform:
        async with at_door(platform.address) as door:
            kept = await file(door, "Tersimpan")
            await placed(door, kept)
    shutil.copy(store, copy)
    with running(tmp_path, kafka_jars) as platform:
        async with at_door(platform.address) as door:
            await placed(door, await file(door, "Hilang"))
    for old in tmp_path.glob("store.db*"):
        old.unlink()
    shutil.copy(copy, store)
    with running(tmp_path, kafka_jars) as platform:
        async with at_door(platform.address) as door:
            new = await file(door, "Baru")
            await until(lambda: _refuses(platform), "the refusal")
            command = platform.said("relay").partition("Run `satupintu ")[2].partition("`")[0]
            assert platform.command("chassis.cli.main", *command.split()).returncode == 0
            await placed(door, [*kept, *new])
            await until(lambda: is_sound(platform), "a sound platform")
            await until(lambda: _ready(platform), "every process")
            await until(lambda: _listed(door, len(kept) + len(new)), "the read models of Kafka and store")


@pytest.mark.postgres
async def test_a_postgresql_store_restored_under_running_services_is_noticed_by_each_of_them(
    url_of: Callable[[str], str], tmp_path: Path, kafka_jars: list[Path]
) -> None:
    url = url_of("postgresql")
    with running(tmp_path, kafka_jars, {**QUICK, "SATUPINTU_STORE_URL": url}) as platform:
        async with at_door(platform.address) as door:
            kept = await file(door, "Tersimpan")
            await placed(door, kept)
            copy = await asyncio.to_thread(postgres.dump, url, tmp_path)
            await placed(door, await file(door, "Hilang"))
            await asyncio.to_thread(postgres.restore, url, copy)
            new = await file(door, "Baru")
            await until(lambda: _refuses(platform), "the refusal")
            command = platform.said("relay").partition("Run `satupintu ")[2].partition("`")[0]
            assert platform.command("chassis.cli.main", *command.split()).returncode == 0
            await placed(door, [*kept, *new])
            await until(lambda: is_sound(platform), "a sound platform")
            await until(lambda: _ready(platform), "every process")
            await until(lambda: _listed(door, len(kept) + len(new)), "the read models of Kafka and store")


async def file(door: Door, word: str) -> Sequence[str]:
    answers = await asyncio.gather(*(door.file(f"{DARK} {word} {n}.", REGION) for n in range(EACH)))
    return [answer["tracking_code"] for answer in answers]


async def placed(door: Door, codes: Sequence[str]) -> None:
    async def all_placed() -> bool:
        stories = [await door.story(code) for code in codes]
        return all(story["status"] not in ("filed", "received", "unplaced") for story in stories)

    await until(all_placed, f"the placing of {len(codes)}")


async def strangers_write(platform: Running) -> None:
    true = (await committed(platform.kafka.cluster, COMPLAINT_EVENTS, FIXED[COMPLAINT_EVENTS].partitions))[0]
    bad = [record for _, record in forged(true)]
    async with started(producer(platform.kafka.cluster)) as client:
        for record in bad * 6:
            await _send(client, COMPLAINT_EVENTS, record.partition, record)
        for topic in (REGISTRY_EVENTS, RELAY_CHECKPOINT):
            for record in bad:
                await _send(client, topic, 0, record._replace(key=b"relay"))  # compacted: every record has a key
        await client.send_and_wait(RELAY_CHECKPOINT, STRANGE_CHECKPOINT, key=b"relay", partition=0)
        await client.send_and_wait(RELAY_CHECKPOINT, None, key=b"relay", partition=0)


async def _send(client: object, topic: str, partition: int, record: Message) -> None:
    value = b"" if record.value is None and record.key is None else record.value
    await client.send_and_wait(  # type: ignore[attr-defined]
        topic, value, key=record.key, partition=partition, headers=list(record.headers)
    )


async def _refuses(platform: Running) -> bool:
    return "satupintu topics renew" in platform.said("relay")


async def _ready(platform: Running) -> bool:
    return platform.all_ready()


async def _listed(door: Door, count: int) -> bool:
    return len((await door.get("/api/v1/reports"))["reports"]) == count
