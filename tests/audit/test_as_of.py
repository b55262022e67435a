"""An audit as of a past instant judges what was known then, and says what it leaves out."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from audit.audit import Audit
from audit.cli import app
from chassis.base.clock import SystemClock
from chassis.base.settings import read_settings
from chassis.keys.keyring import MemoryKeyRing
from chassis.service.platform import open_platform
from chassis.store.sql.store import SqlStore
from chassis.write.repository import Cause, Repository
from schemas.base.ids import derived_id
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY, complaint_stream
from schemas.events.registry import AgenciesMerged, AgencyRegistered
from schemas.reference.load import policies
from support.inbox import T0
from support.lives import AGENCY, answered, confirmed, filed, joined, named, routed, write

OTHER = "kota-cimahi"


def hours(count: float) -> datetime:
    return T0 + timedelta(hours=count)


def city(name: str) -> AgencyRegistered:
    return AgencyRegistered(at=T0, agency=name, name=name, kind="city", level="regency", region="32.73")


async def decree(repository: Repository, *facts: AgencyRegistered | AgenciesMerged) -> None:
    there = await repository.store.read(REGISTRY)
    cause = Cause(derived_id("registry", str(len(there))), UUID(int=1), T0)
    await repository.store.append(REGISTRY, len(there) - 1, repository.encode(REGISTRY, facts, cause, Keys()))


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    store = SqlStore(f"sqlite:///{tmp_path}/store.db")
    made = Repository(store, MemoryKeyRing(), "router")
    await decree(made, city(AGENCY), city(OTHER))
    yield made
    await store.close()


async def audited(
    repository: Repository, until: datetime, tolerance: timedelta = timedelta(days=3)
) -> tuple[Audit, list[str]]:
    walk = Audit(repository, policies(), until, tolerance, until=until)
    return walk, [violation.code async for violation, _ in walk.violations()]


async def test_the_books_are_those_of_that_instant(repository: Repository) -> None:
    await write(repository, named("early"), filed(1), routed(1), answered(2), confirmed(3))
    await write(repository, named("late"), filed(2, at=hours(2.5), received_at=hours(2.5)), routed(2.6))
    told = {}
    for after_h in (0.0, 1.5, 2.55, 4):
        walk, found = await audited(repository, hours(after_h))
        assert found == []
        told[after_h] = (walk.totals["filed"], walk.totals["open"], walk.totals["closed"], walk.events - walk.later)
    assert told[0.0] == (1, {"router": 1}, {}, 3)
    assert told[1.5] == (1, {f"agency:{AGENCY}": 1}, {}, 4)
    assert told[2.55] == (2, {f"agency:{AGENCY}": 1, "router": 1}, {}, 6)
    assert told[4] == (2, {f"agency:{AGENCY}": 1}, {"confirmed": 1}, 8)


async def test_what_was_late_then_is_found_though_it_was_done_afterwards(repository: Repository) -> None:
    await write(repository, named("slow"), filed(1), routed(24 * 9))
    assert (await audited(repository, hours(24 * 8)))[1] == ["overdue"]
    assert (await audited(repository, hours(24 * 9 + 1)))[1] == []


async def test_a_merger_of_later_days_is_not_known_and_a_rule_broken_later_is_not_found(repository: Repository) -> None:
    await write(repository, named("held"), filed(1), routed(1))
    await decree(repository, AgenciesMerged(at=hours(5), agencies=(AGENCY,), successor=OTHER, reason="digabung"))
    await write(repository, named("held"), answered(4), confirmed(4.5), answered(6))
    assert (await audited(repository, hours(3)))[1] == []
    assert (await audited(repository, hours(4.2)))[1] == []
    assert (await audited(repository, hours(7)))[1] == ["not-allowed"]


async def test_a_follower_is_counted_by_what_its_lead_was_then(repository: Repository) -> None:
    await write(repository, named("lead"), filed(1), routed(1))
    await write(repository, named("after"), filed(2, received_at=hours(0.1)), joined(named("lead"), 2))
    await write(repository, named("lead"), answered(3), confirmed(4))
    for after_h, joined_ in ((1.5, (0, 0)), (2.5, (1, 0)), (5, (0, 1))):
        walk, found = await audited(repository, hours(after_h))
        assert found == []
        assert tuple(walk.totals["joined"].values()) == joined_


async def test_what_was_taken_out_of_the_store_is_found_as_of_any_time(repository: Repository, tmp_path: Path) -> None:
    await write(repository, named("gone"), filed(1))
    await write(repository, named("there"), filed(2), routed(1))
    with closing(sqlite3.connect(tmp_path / "store.db")) as link, link:
        link.execute("delete from events where stream = ?", (complaint_stream(named("gone")),))
    assert (await audited(repository, hours(0.5)))[1] == ["facts-missing"]


def test_the_command_says_what_it_leaves_out_and_proves_nothing_of_a_time_before_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = tmp_path / "master.key"
    master.write_text("ab" * 32)
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("SATUPINTU_MASTER_KEY_FILE", str(master))

    async def plant() -> None:
        async with open_platform(read_settings()) as platform:
            await decree(platform.repository("router"), city(AGENCY))
            await write(platform.repository("router"), named("one"), filed(1), routed(1), answered(2), confirmed(3))

    def said(*asked: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(asked))
        return result.exit_code, " ".join(result.output.split())

    asyncio.run(plant())
    code, told = said("--now", hours(1.5).isoformat())
    assert (code, "3 events (2 later ones left out)" in told, "with agencies 1" in told) == (0, True, True)
    code, told = said("--now", hours(-1).isoformat())
    assert (code, "held no event yet: nothing was checked" in told) == (1, True)
    code, told = said("--now", hours(1.5).isoformat(), "--kafka", "127.0.0.1:1")
    assert (code, "topics hold only the present" in told) == (2, True)
    code, told = said("--now", (SystemClock().now() + timedelta(days=1)).isoformat())
    assert (code, "5 events, position" in told, "closed: confirmed 1" in told) == (0, True, True)
