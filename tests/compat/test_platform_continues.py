"""Starts the whole platform on the state of the version before and an empty Kafka: it continues where that version was."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from compat.state import Json, names, query, restore, schema, with_added
from support.door import Door, at_door, cases, submit, until
from support.platform import QUICK, Running, is_sound, running

pytestmark = [pytest.mark.journey, pytest.mark.broker]

CITY = "kota-surabaya"
NEW = {
    ("agency-inbox", "checkpoints", "cases"),
    ("intake", "feed_position", "open_work"),
    ("reporting", "feed_position", "figures"),
    ("reporting", "feed_position", "listed"),
    ("reporting", "feed_position", "open-data"),
    ("router", "feed_position", "content_reports"),
}
"""What this version has begun to keep: the files that wait for their copies, and new read models."""
WAITING = "select count(*) from letters where due_at is not null"


@pytest.fixture
def manifest(tmp_path: Path) -> Json:
    """The manifest of the state that is restored to `tmp_path`; the clock continues from when it was written."""
    found = restore(tmp_path)
    ahead = max(timedelta(), datetime.fromisoformat(found["now"]) - datetime.now(UTC))  # noqa: TID251 - the file counts from it
    (tmp_path / "clock").write_text(f"{ahead.total_seconds()}\n")
    return found


async def test_every_process_continues_from_its_stored_positions(
    tmp_path: Path, manifest: Json, kafka_jars: list[Path]
) -> None:
    tables, known = with_added(schema(tmp_path)), names(tmp_path)
    [(waiting,)] = query(tmp_path / "vault.db", WAITING)
    shadow = next(name for _, _, name in known if name.startswith("shadow."))
    more = {"SATUPINTU_SHADOW_MODEL": shadow.removeprefix("shadow.")}
    with running(tmp_path, kafka_jars, QUICK | more) as platform:
        async with at_door(platform.address) as door:
            last = manifest["people"]["last"]
            # Delivered again, since the topic that its receipt names does not exist any more.
            asked = lambda: cases(platform.kafka.cluster, CITY, last["id"])  # noqa: E731
            await until(asked, "the complaint in the new topic")
            await door.agency(CITY, last["id"], "acknowledgement")
            await door.reaches(last["tracking_code"], "in_progress", CITY)
            await news_reach_who_follows(platform, door, manifest["people"]["open"])
            await what_a_gateway_repeats_is_no_second_complaint(platform, door)
            await until(lambda: moved(platform), "a sound platform")
            await until(lambda: graded(platform), "the grade in every row of then")
            await until(lambda: filled(platform), "every case of then in the new read model")
        present = schema(tmp_path)
        assert {database: present[database] for database in tables} == tables, "new databases may be added"
    assert names(tmp_path) == known | NEW, "no process started again under another name"
    assert waiting
    assert sent(platform, "last@contoh.id"), "what waited for the mail server was sent"


async def news_reach_who_follows(platform: Running, door: Door, known: Json) -> None:
    """The follower's address was sealed by the version before, as was the notice that waits for the mail server."""
    assert await until(lambda: arrived(platform, "ragu@contoh.id", 1), "the notice that waited")
    followed = len(sent(platform, "tetangga@contoh.id"))
    await door.answer(CITY, known["id"], "Sudah kami tangani sampai selesai.")
    await until(lambda: arrived(platform, "tetangga@contoh.id", followed + 1), "the news to the follower")


async def what_a_gateway_repeats_is_no_second_complaint(platform: Running, door: Door) -> None:
    path, count = platform.state / "store.db", "select count(*) from events where type = 'ComplaintFiled'"
    [(filed,)] = query(path, count)
    for key in ("g1", "new"):
        text = f"Mohon perhatian untuk urusan nomor {key} yang belum jelas ini."
        await submit(platform.kafka.cluster, "gateway", key, text=text, channel="sms", place={"region": "35.78"})
        await until(lambda key=key: submitted(door, key), f"{key} of the gateway")  # type: ignore[misc]
    assert query(path, count) == [(filed + 1,)]


async def submitted(door: Door, key: str) -> bool:
    return "id" in await door.get(f"/api/v1/submissions/gateway/{key}")


async def arrived(platform: Running, address: str, count: int) -> list[Json]:
    found = sent(platform, address)
    return found if len(found) >= count else []


def sent(platform: Running, address: str) -> list[Json]:
    """Every notice to this address, sent by either version."""
    every = [json.loads(path.read_text()) for path in (platform.state / "notices").rglob("*.json")]
    return [notice for notice in every if notice["to"] == address]


async def graded(platform: Running) -> bool:
    """The rules of reading need no careful guess any more about rows that the version before wrote."""
    tables = {"escalation": ["ladder"], "reporting": ["reports"]}
    return not any(
        query(platform.state / f"{database}.db", f"select 1 from {table} where supervision is null")
        for database, names in tables.items()
        for table in names
    )


async def filled(platform: Running) -> bool:
    """Inboxes hold what they held when `inbox` was their read model."""
    then, now = (query(platform.state / "agency-inbox.db", f"select complaint from {of}") for of in ("inbox", "cases"))
    return bool(then) and set(then) <= set(now)


async def moved(platform: Running) -> bool:
    return query(platform.state / "vault.db", WAITING) == [(0,)] and await is_sound(platform)
