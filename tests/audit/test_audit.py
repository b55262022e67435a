"""The audit finds nothing in a sound store, and names each kind of corruption."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from rich.progress import Progress
from typer.testing import CliRunner

from audit.audit import Audit
from audit.cli import Shown, app, story
from chassis.base.ports import Store
from chassis.base.settings import read_settings
from chassis.keys.keyring import MemoryKeyRing
from chassis.service.platform import open_platform
from chassis.store.sql.store import SqlStore
from chassis.write.repository import Cause, Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.ids import derived_id
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY, complaint_stream
from schemas.events.agency_inbox import ComplaintAcknowledged, ComplaintDelivered
from schemas.events.registry import AgencyDissolved, AgencyRegistered
from schemas.events.router import ComplaintRestated, ComplaintSplit, Part
from schemas.reference.load import policies
from support.inbox import T0
from support.lives import AGENCY, answered, confirmed, filed, joined, lapsed, named, part_of, routed, write

SOON = T0 + timedelta(hours=2)


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    store = SqlStore(f"sqlite:///{tmp_path}/store.db")
    made = Repository(store, MemoryKeyRing(), "router")
    body = AgencyRegistered(at=T0, agency=AGENCY, name="Kota Bandung", kind="city", level="regency", region="32.73")
    await registry(made, body)
    yield made
    await store.close()


async def registry(repository: Repository, *facts: AgencyRegistered | AgencyDissolved) -> None:
    there = await repository.store.read(REGISTRY)
    cause = Cause(derived_id("registry", str(len(there))), UUID(int=1), T0)
    await repository.store.append(REGISTRY, len(there) - 1, repository.encode(REGISTRY, facts, cause, Keys()))


async def codes(repository: Repository, now: datetime = SOON) -> list[str]:
    walk = Audit(repository, policies(), now, timedelta(seconds=30))
    return [violation.code async for violation, _ in walk.violations()]


def change(tmp_path: Path, statement: str, *values: object) -> None:
    """Corrupt the SQLite store with a statement."""
    link = sqlite3.connect(tmp_path / "store.db")
    link.execute(statement, values)
    link.commit()
    link.close()


def receipt(message: UUID) -> ComplaintDelivered:
    at = T0 + timedelta(hours=1)
    place = {"cluster": "c", "topic_id": "t", "partition": 0, "offset": 0}
    return ComplaintDelivered(at=at, agency=AGENCY, message_id=message, **place)


async def sound(repository: Repository) -> None:
    await write(repository, named("held"), filed(1), routed())
    told = (await repository.load(named("held"))).state.news[AGENCY].event_id
    await write(repository, named("held"), receipt(told))
    await write(repository, named("said"), filed(2), routed(), answered(1.5), confirmed(1.6))


async def test_a_sound_store_passes_and_its_books_balance(repository: Repository) -> None:
    await sound(repository)
    walk = Audit(repository, policies(), SOON, timedelta(seconds=30))
    assert [found async for found in walk.violations()] == []
    assert (walk.totals["filed"], walk.totals["closed"], walk.totals["balanced"]) == (2, {"confirmed": 1}, True)


async def test_the_books_of_an_audit_count_who_follows_a_follower_by_the_end_of_the_root(
    repository: Repository,
) -> None:
    await write(repository, named("root"), filed(1), routed(), answered(), confirmed())
    for name, number, lead, minutes in (("middle", 2, "root", 1), ("last", 3, "middle", 2)):
        came = filed(number, received_at=T0 + timedelta(minutes=minutes))
        await write(repository, named(name), came, joined(named(lead)))
    walk = Audit(repository, policies(), SOON, timedelta(seconds=30))
    assert [found async for found in walk.violations()] == []
    assert (walk.totals["joined"], walk.totals["balanced"]) == ({"to_open_lead": 0, "to_closed_lead": 2}, True)


async def test_a_stream_that_was_cut_is_found(repository: Repository, tmp_path: Path) -> None:
    await sound(repository)
    change(tmp_path, "delete from events where stream = ? and version = 1", complaint_stream(named("said")))
    assert await codes(repository) == ["stream-cut"]


async def test_a_foreign_writer_is_found(repository: Repository) -> None:
    await sound(repository)
    loaded = await repository.load(named("held"))
    fact = ComplaintAcknowledged(at=T0 + timedelta(hours=1.5), agency=AGENCY)
    append = repository.prepare(loaded, [fact], Cause(loaded.state.stage.event_id, named("held"), fact.at))
    await repository.store.append(append.stream, append.expected_version, append.events)
    assert await codes(repository) == ["foreign-writer"]


async def test_a_dissolved_holder_is_found(repository: Repository) -> None:
    await sound(repository)
    await registry(repository, AgencyDissolved(at=T0, agency=AGENCY, reason="test"))
    assert await codes(repository) == ["holder-gone"]


async def test_a_receipt_for_another_message_is_found(repository: Repository) -> None:
    await sound(repository)
    await write(repository, named("held"), receipt(UUID(int=99)))
    assert await codes(repository) == ["false-receipt"]


@pytest.mark.parametrize(("days", "found"), [(3, []), (6, ["overdue"]), (30, ["overdue"])])
async def test_an_overdue_action_is_found_and_one_that_is_not_is_not(
    repository: Repository, days: int, found: Sequence[str]
) -> None:
    await write(repository, named("held"), filed(1), routed())
    assert await codes(repository, T0 + timedelta(days=days)) == found


async def test_closing_by_silence_before_an_answer_is_found(repository: Repository) -> None:
    await write(repository, named("held"), filed(1), routed(), lapsed(1.5))
    assert await codes(repository) == ["not-allowed"]


async def test_a_holder_dissolved_just_now_is_still_the_routers_to_take_over(repository: Repository) -> None:
    await sound(repository)
    await registry(repository, AgencyDissolved(at=SOON - timedelta(seconds=20), agency=AGENCY, reason="test"))
    assert await codes(repository) == []


async def test_following_a_complaint_that_came_later_or_never_is_found(repository: Repository) -> None:
    await write(repository, named("later"), filed(1, received_at=T0 + timedelta(minutes=5)), routed())
    await write(repository, named("follower"), filed(2), joined(named("later"), 1.5))
    await write(repository, named("lost"), filed(3), joined(named("nowhere"), 1.5))
    assert sorted(await codes(repository)) == ["lead-later", "lead-missing"]


async def test_a_part_without_a_stream_and_a_part_that_no_whole_names_are_found(repository: Repository) -> None:
    split = ComplaintSplit(at=T0 + timedelta(hours=1.1), parts=(Part(id=named("part"), agency=AGENCY),))
    await write(repository, named("whole"), filed(1), routed(), split)
    await write(repository, named("stray"), part_of(named("whole")), routed(1.2))
    assert sorted(await codes(repository)) == ["part-missing", "part-stray"]


async def test_two_complaints_of_one_public_number_are_found(repository: Repository) -> None:
    await write(repository, named("a"), filed(1), routed())
    await write(repository, named("b"), filed(1), routed())
    assert await codes(repository) == ["number-twice"]


async def test_a_complaint_in_a_second_stream_is_found(repository: Repository, tmp_path: Path) -> None:
    await sound(repository)
    other = complaint_stream(named("said")).replace("complaint-", "complaint-x")
    change(tmp_path, "update events set stream = ? where stream = ?", other, complaint_stream(named("said")))
    assert await codes(repository) == ["alias"]


async def test_bytes_that_cannot_be_read_are_found_and_the_walk_goes_on(repository: Repository, tmp_path: Path) -> None:
    await sound(repository)
    change(
        tmp_path, "update events set data = ? where stream = ? and version = 1", b"{", complaint_stream(named("said"))
    )
    walk = Audit(repository, policies(), SOON, timedelta(seconds=30))
    assert [violation.code async for violation, _ in walk.violations()] == ["unreadable"]
    assert walk.totals["open"] == {f"agency:{AGENCY}": 1}


async def test_of_a_fact_that_cannot_be_read_the_field_is_named_and_not_what_stands_in_it(
    repository: Repository, tmp_path: Path
) -> None:
    await sound(repository)
    broken = b'{"at":"2026-03-02T03:00:00Z","agency":"SECRET WORDS","cause":"whim"}'
    stream = complaint_stream(named("said"))
    change(tmp_path, "update events set data = ? where stream = ? and type = 'ComplaintRouted'", broken, stream)
    walk = Audit(repository, policies(), SOON, timedelta(seconds=30))
    [found] = [violation async for violation, _ in walk.violations()]
    assert (found.code, found.version) == ("unreadable", 1)
    assert "ComplaintRouted cannot be read: agency does not have the right form; " in found.what
    assert "basis is required" in found.what
    assert "SECRET WORDS" not in found.what


async def test_a_life_that_was_taken_out_whole_is_missed(repository: Repository, tmp_path: Path) -> None:
    await sound(repository)
    await write(repository, named("last"), filed(3), routed())
    change(tmp_path, "delete from events where stream = ?", complaint_stream(named("said")))
    walk = Audit(repository, policies(), SOON, timedelta(seconds=30), page_size=2)
    [(violation, loaded)] = [found async for found in walk.violations()]
    assert (violation.code, loaded.recorded) == ("facts-missing", ())
    held = f"{complaint_stream(named('held'))} 2"
    assert violation.what == f"4 events are missing and belong to no stream: positions 5 to 8 after {held}"


async def test_a_fact_that_its_own_stream_misses_is_not_told_twice(repository: Repository, tmp_path: Path) -> None:
    await sound(repository)
    statement = "delete from events where stream = ? and version in (1, 2)"
    change(tmp_path, statement, complaint_stream(named("said")))
    assert await codes(repository) == ["stream-cut"]


async def test_the_story_of_a_stream_is_told_in_sentences_without_its_text(repository: Repository) -> None:
    restated = ComplaintRestated(at=T0, text="GELATIK")  # which the public may read, if the complaint is public
    await write(repository, named("held"), filed(1, text="KENARI", secret=True), restated, routed(), lapsed(1.5))
    walk = Audit(repository, policies(), SOON, timedelta(seconds=30))
    [(violation, loaded)] = [found async for found in walk.violations()]
    told = story(loaded, await repository.registry())
    assert violation.version == 3
    assert len(told) == 4
    assert not any(word in "".join(told) for word in ("KENARI", "GELATIK"))


def test_the_command_says_by_its_exit_status_whether_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = tmp_path / "master.key"
    master.write_text("ab" * 32)
    for name, value in {
        "STORE_URL": f"sqlite:///{tmp_path}/store.db",
        "KEYRING_URL": f"sqlite:///{tmp_path}/keys.db",
        "MASTER_KEY_FILE": str(master),
        "CLOCK_FILE": str(tmp_path / "clock"),
    }.items():
        monkeypatch.setenv(f"SATUPINTU_{name}", value)

    async def plant() -> None:
        async with open_platform(read_settings()) as platform:
            await write(platform.repository("router"), named("forgotten"), filed(1))

    nothing = CliRunner().invoke(app, ["--now", T0.isoformat()])
    assert (nothing.exit_code, "store.db holds no event" in nothing.output) == (1, True)
    asyncio.run(plant())
    in_time = CliRunner().invoke(app, ["--now", T0.isoformat()])
    too_late = CliRunner().invoke(app, ["--now", (T0 + timedelta(days=1)).isoformat()])
    assert (in_time.exit_code, too_late.exit_code) == (0, 1)
    assert "the books balance; no violation" in in_time.output
    assert "overdue" in too_late.output


async def test_the_bar_shows_how_much_of_the_store_is_read_also_if_all_was_written_at_once(
    repository: Repository,
) -> None:
    await sound(repository)
    with Progress(disable=True) as progress:
        shown, seen, shares = Shown(progress, await repository.store.newest()), 0, list[float]()
        async for events in pages(repository.store, 3):
            seen += len(events)
            shown.page(events, seen)
            shares.append(progress.tasks[0].percentage)
        assert shares == sorted(shares)
        assert (len(shares) > 2, 0 < shares[0] < 50, shares[-1]) == (True, True, 100)
        assert progress.tasks[0].description == f"{seen} events"


async def pages(store: Store, limit: int) -> AsyncIterator[Sequence[RecordedEvent]]:
    after: int | None = None
    while True:
        page = await store.read_all(after, limit=limit)
        yield page.events
        after = page.position
        if page.caught_up:
            return
