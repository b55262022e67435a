"""`make drill`: copies a loaded platform, destroys its state, brings the copy back, and compares with what the load
client was told.
"""

import asyncio
import csv
import logging
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

from chassis.kafka.cloudevents import to_recorded
from chassis.keys.keyring import SqlKeyRing
from schemas.base.streams import complaint_id, complaint_stream
from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from schemas.events.intake import ComplaintFiled
from support import postgres
from support.broker import committed
from support.door import at_door, until
from support.every_store import POSTGRESQL, SQLITE
from support.load import Load
from support.platform import stored
from support.supervised import Supervised

pytestmark = [pytest.mark.journey, pytest.mark.broker, pytest.mark.drill, pytest.mark.timeout(900)]
BODY: Final = {"text": "Lampu jalan padam semua sejak Senin.", "place": {"region": "32.73"}}
SOME, LIMIT_S = 15, 240.0
PRIMARY: Final = ("STORE", "KEYRING", "VAULT", "OFFICES", "ACCESS_LOG")
log = logging.getLogger(__name__)


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def platform(
    request: pytest.FixtureRequest,
    kafka_jars: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    url_of: Callable[[str], str],
) -> Iterator[Supervised]:
    """A platform under its supervisor, on SQLite or with one PostgreSQL database for all that is primary."""
    assert kafka_jars
    postgres.with_tools(monkeypatch)
    started = Supervised(tmp_path / "state")
    started.state.mkdir()
    if request.param != SQLITE:
        started.env |= dict.fromkeys([f"SATUPINTU_{name}_URL" for name in PRIMARY], url_of("postgresql"))
    started.start()
    yield started
    started.stop()


async def test_everything_until_the_copy_is_there_and_what_is_lost_is_named(
    platform: Supervised, tmp_path: Path
) -> None:
    await _ready(platform)
    load = Load(platform.address, BODY, UUID(int=85))
    filing = asyncio.create_task(load.run(2))
    await _more(load, SOME)
    before, copy = set(load.accepted), tmp_path / "copy"
    said = await _run(platform, "backup", str(copy))
    log.info("backup under load:\n%s", said)
    await _more(load, len(load.accepted) + SOME)
    load.stop.set()
    await filing
    erased = load.accepted[min(before)]
    async with at_door(platform.address) as door:
        await door.reporter(erased.tracking_code, "erasure")
    await until(lambda: _published(platform, load), "every filing in Kafka", within_s=LIMIT_S)
    await asyncio.to_thread(platform.stop)

    destroy(platform)
    said = await _run(platform, "restore", str(copy))
    log.info("restore:\n%s", said)
    there = {str(complaint_id(event.stream)) for event in await stored(platform)}
    accepted = {entry.complaint: entry for entry in load.accepted.values()}
    lost = set(accepted) - there
    log.info("%d filings were answered, %d before the copy began; lost: %d", len(accepted), len(before), len(lost))
    assert {load.accepted[key].complaint for key in before} <= there
    assert lost
    assert _listed(said, "gone") == {(each, accepted[each].public_number) for each in lost}
    assert not await _has_key(platform, UUID(erased.complaint))

    platform.start()
    await _ready(platform)
    again = Load(platform.address, BODY, UUID(int=86))
    filing = asyncio.create_task(again.run(1))
    await _more(again, 3)
    again.stop.set()
    await filing
    numbers = [entry.public_number for entry in (*load.accepted.values(), *again.accepted.values())]
    assert len(set(numbers)) == len(numbers)
    await until(lambda: _is_sound(platform), "a sound platform", lambda: _audited(platform), LIMIT_S)
    log.info("audit:\n%s", await _audited(platform))


def destroy(platform: Supervised) -> None:
    """Everything that a machine loses with its disk but the broker's data, the secrets, and the list of erasures."""
    for path in platform.state.iterdir():
        if path.name not in ("kafka", "secrets", "logs", "issuer", ".lock", "run.log"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    url = platform.env.get("SATUPINTU_STORE_URL", "")
    if url.startswith("postgresql"):
        postgres.empty(url)


def _listed(said: str, lost: str) -> set[tuple[str, str]]:
    """Complaint and public number of the rows in the list that the restore wrote."""
    found = re.search(r"are listed in (\S+\.csv)", said)
    assert found, said
    with Path(found[1]).open(newline="") as file:
        return {(row["complaint"], row["public_number"]) for row in csv.DictReader(file) if row["lost"] == lost}


async def _run(platform: Supervised, *command: str) -> str:
    done = await asyncio.to_thread(platform.satupintu, *command)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def _ready(platform: Supervised) -> None:
    async def ready() -> bool:
        assert platform.running, platform.log_ends()
        return await asyncio.to_thread(platform.all_ready)

    async def instead() -> str:
        return platform.log_ends()

    await until(ready, "everybody ready", instead, LIMIT_S)


async def _more(load: Load, count: int) -> None:
    async def there() -> bool:
        return len(load.accepted) >= count

    await until(there, f"{count} filings", within_s=LIMIT_S)


async def _published(platform: Supervised, load: Load) -> bool:
    records = await committed(platform.kafka, COMPLAINT_EVENTS, FIXED[COMPLAINT_EVENTS].partitions)
    filed = {event.stream for event in map(to_recorded, records) if event.type == ComplaintFiled.__name__}
    return {complaint_stream(UUID(entry.complaint)) for entry in load.accepted.values()} <= filed


async def _has_key(platform: Supervised, complaint: UUID) -> bool:
    ring = SqlKeyRing(platform.settings.keyring_url, platform.settings.master_keys)
    try:
        return bool((await ring.load([complaint]))[complaint].generations)
    finally:
        await ring.close()


async def _audited(platform: Supervised) -> str:
    asked = ("audit.cli", "--tolerance-s", "60", "--kafka", platform.bootstrap)
    return (await asyncio.to_thread(platform.command, *asked)).stdout


async def _is_sound(platform: Supervised) -> bool:
    return "the books balance; no violation" in await _audited(platform)
