"""The sweep finds due work in the store alone, decides on the stream, and is not blocked by unreadable data."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from chassis.base.clock import FixedClock
from chassis.base.errors import Poison, StoreUnavailable
from chassis.base.ports import Store
from chassis.react.reaction import Outcome, Reaction, per_complaint
from chassis.sql.database import Database
from chassis.sql.lease import LEASE_S, Lease, lease_table
from chassis.sweep.open_work import OpenWork
from chassis.sweep.sweep import Sweep, sweep_tables
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas.base.envelope import NewEvent
from schemas.base.ids import derived_id
from schemas.base.streams import complaint_stream
from schemas.complaint.state import Complaint
from support.background_tasks import T0, PlainKeys, add_detail, clock, file, file_many, impatient, note_once, number
from support.stores import memory_store

AFTER = timedelta(hours=1)


def plan(state: Complaint) -> list[OpenWork]:
    """Work is due an hour after the newest detail, or the filing, unless a note was appended."""
    done = state.version > len(state.details)
    return [] if done else [OpenWork("note", "router", _since(state) + AFTER)]


def _since(state: Complaint) -> datetime:
    return state.details[-1][0] if state.details else state.received_at


async def moved_on(loaded: Sequence[LoadedStream]) -> list[Outcome | None]:
    """Appends a note to every complaint."""
    return [note_once(each) for each in loaded]


def sweep_of(
    store: Store,
    folder: Path,
    now: FixedClock,
    react: Reaction = moved_on,
    name: str = "views",
    resting: "Resting | None" = None,
) -> tuple[Sweep, Database]:
    metadata = MetaData()
    tables = sweep_tables(metadata)
    database = Database(f"sqlite:///{folder}/{name}.db", metadata)
    repository = Repository(store, PlainKeys(), "router")
    swept = Sweep(
        database,
        repository,
        now,
        plan=resting.plan if resting else plan,
        react=react,
        tables=tables,
        basis=resting.now if resting else None,
        period_s=0.01,
        retry_policy=impatient(attempts=2),
    )
    return swept, database


async def noted(store: Store) -> set[str]:
    events = (await store.read_all(None, limit=100_000)).events
    return {event.stream for event in events if event.type == "ProgressRecorded"}


async def test_what_is_not_due_is_left_alone_and_what_is_due_is_done_once(tmp_path: Path) -> None:
    store, now = memory_store(), clock()
    ids = await file_many(store, 1200)
    sweep, database = sweep_of(store, tmp_path, now)
    await sweep.feed()
    assert await sweep.once() == 0
    now.advance(AFTER)
    assert await sweep.once() == 1200
    assert await noted(store) == {complaint_stream(each) for each in ids}
    written = len((await store.read_all(None, limit=100_000)).events)
    await sweep.feed()
    for _ in range(3):
        await sweep.once()
    assert len((await store.read_all(None, limit=100_000)).events) == written
    await database.close()


async def test_a_stale_row_does_nothing_and_is_corrected(tmp_path: Path) -> None:
    store, now, asked = memory_store(), clock(), list[int]()

    async def react(loaded: Sequence[LoadedStream]) -> list[Outcome | None]:
        asked.extend(each.state.version for each in loaded)
        return [None if _since(each.state) + AFTER > now.now() else note_once(each) for each in loaded]

    await file(Repository(store, PlainKeys(), "intake"), number(1))
    sweep, database = sweep_of(store, tmp_path, now, react)
    await sweep.feed()
    now.advance(AFTER)
    await add_detail(Repository(store, PlainKeys(), "intake"), number(1), "more", now.now())
    assert await sweep.once() == 1  # without an update: the row is the old one
    assert asked == [1]
    assert await noted(store) == set()
    [row] = await sweep.rows()
    assert (row.due_at, row.version) == (now.now() + AFTER, 1)
    await database.close()


async def test_a_restart_goes_on_where_the_rows_stand(tmp_path: Path) -> None:
    store, now = memory_store(), clock()
    await file_many(store, 30)
    first, database = sweep_of(store, tmp_path, now)
    await first.feed()
    await database.close()
    await file_many(store, 30, start=30)
    second, database = sweep_of(store, tmp_path, now)
    assert len(await second.rows()) == 30
    await second.feed()
    assert len(await second.rows()) == 60
    now.advance(timedelta(days=400))  # the test clock may jump past everything
    assert await second.once() == 60
    await database.close()


async def test_one_that_fails_is_named_and_rests_and_the_others_are_done(tmp_path: Path) -> None:
    store, now, tries = memory_store(), clock(), 0
    ids = await file_many(store, 20)

    def react(loaded: LoadedStream) -> Outcome | None:
        nonlocal tries
        if loaded.state.id == ids[7]:
            tries += 1
            raise Poison("never")
        return note_once(loaded)

    sweep, database = sweep_of(store, tmp_path, now, per_complaint(react))
    await sweep.feed()
    now.advance(AFTER)
    for _ in range(50):
        await sweep.once()
    assert len(await noted(store)) == 19
    assert tries == 1 + 3  # once with the others, then alone until the back-off
    now.advance(timedelta(minutes=2))
    await sweep.once()
    assert tries == 5
    await database.close()


async def test_a_stream_that_cannot_be_read_stops_neither_the_feed_nor_the_sweep(tmp_path: Path) -> None:
    store, now = memory_store(), clock()
    ids = await file_many(store, 5)
    sweep, database = sweep_of(store, tmp_path, now)
    await sweep.feed()
    strange = NewEvent(derived_id("strange"), "ComplaintTeleported", b"{}", b'{"writer":"new"}')
    await store.append(complaint_stream(ids[2]), 0, [strange])
    await file_many(store, 5, start=5)
    await sweep.feed()
    now.advance(AFTER)
    await sweep.once()
    assert len(await noted(store)) == 9
    await database.close()


async def test_replanning_follows_what_no_event_has_told(tmp_path: Path) -> None:
    store, now = memory_store(), clock()
    ids = await file_many(store, 3)
    sweep, database = sweep_of(store, tmp_path, now)
    await sweep.feed()
    await database.run(lambda connection: connection.exec_driver_sql("update open_work set due_at = 0"))
    await sweep.replan(ids)
    assert {row.due_at for row in await sweep.rows()} == {T0 + AFTER}
    await database.close()


class Resting:
    """A plan that depends on a calendar, of which it may know an older version."""

    def __init__(self, knows: str) -> None:
        self.knows, self.away = knows, 0

    def plan(self, state: Complaint) -> list[OpenWork]:
        return [work._replace(basis=self.knows) for work in plan(state)]

    async def now(self) -> str:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("away")
        return self.knows


async def test_what_rests_on_something_else_than_now_is_planned_again_and_nothing_twice(tmp_path: Path) -> None:
    store, now, resting = memory_store(), clock(), Resting("2026")
    await file_many(store, 1200)
    sweep, database = sweep_of(store, tmp_path, now, resting=resting)
    await sweep.feed()
    assert await sweep.replan_outdated() == 0
    resting.knows = "2027"
    await file_many(store, 3, start=1200)
    await sweep.feed()
    assert [await sweep.replan_outdated() for _ in range(2)] == [1200, 0]
    resting.knows = "2026"  # another process with an older calendar plans again
    await file_many(store, 2, start=1203)
    await sweep.feed()
    resting.knows = "2027"
    assert [await sweep.replan_outdated() for _ in range(2)] == [2, 0]
    await database.close()


async def test_what_cannot_be_read_is_tried_once_and_keeps_its_date(tmp_path: Path) -> None:
    store, now, resting = memory_store(), clock(), Resting("2026")
    ids = await file_many(store, 3)
    sweep, database = sweep_of(store, tmp_path, now, resting=resting)
    await sweep.feed()
    strange = NewEvent(derived_id("strange"), "ComplaintTeleported", b"{}", b'{"writer":"new"}')
    await store.append(complaint_stream(ids[1]), 0, [strange])
    resting.knows = "2027"
    assert [await sweep.replan_outdated() for _ in range(2)] == [3, 0]
    assert {row.due_at for row in await sweep.rows()} == {T0 + AFTER}
    await database.close()


async def test_a_store_that_is_away_when_it_begins_is_waited_for(tmp_path: Path) -> None:
    store, now, resting = memory_store(), clock(), Resting("2026")
    resting.away = 3
    await file_many(store, 2)
    sweep, database = sweep_of(store, tmp_path, now, resting=resting)
    now.advance(AFTER)
    running = asyncio.create_task(sweep.run())
    await _until_noted(store, 2)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()


async def test_of_two_workers_one_sweeps_and_the_other_takes_over_when_it_ends(tmp_path: Path) -> None:
    store, now = memory_store(), clock()
    await file_many(store, 10)
    one, first = sweep_of(store, tmp_path, now)
    two, second = sweep_of(store, tmp_path, now)
    running = asyncio.create_task(one.run())
    waiting = asyncio.create_task(two.run())
    now.advance(AFTER)
    await _until_noted(store, 10)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await file_many(store, 10, start=10)
    await _until_noted(store, 20)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    await first.close()
    await second.close()


async def _until_noted(store: Store, count: int) -> None:
    async with asyncio.timeout(20):
        while len(await noted(store)) < count:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("alive", [True, False])
async def test_a_lease_is_kept_by_renewing_and_lost_by_silence(tmp_path: Path, *, alive: bool) -> None:
    metadata = MetaData()
    table, now = lease_table(metadata), [1000.0]
    database = Database(f"sqlite:///{tmp_path}/lease.db", metadata)
    one, two = (Lease(database, table, "sweep", lambda: now[0]) for _ in range(2))
    assert await one.hold()
    assert not await two.hold()
    now[0] += LEASE_S - 1
    if alive:
        assert await one.hold()
    now[0] += 2
    assert await two.hold() is not alive
    assert await one.hold() is alive
    rows = await database.read(lambda connection: connection.execute(select(table)).all())
    assert len(rows) == 1
    await database.close()


async def test_a_backlog_does_not_delay_readiness(tmp_path: Path) -> None:
    store, now, blocked = memory_store(), clock(), asyncio.Event()
    await file_many(store, 3)
    now.advance(AFTER)

    async def waits(loaded: Sequence[LoadedStream]) -> list[Outcome | None]:
        await blocked.wait()
        return await moved_on(loaded)

    sweep, database = sweep_of(store, tmp_path, now, waits)
    assert sweep.unready() is not None
    running = asyncio.create_task(sweep.run())
    async with asyncio.timeout(10):
        while sweep.unready() is not None:
            await asyncio.sleep(0.01)
    assert await noted(store) == set()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await database.close()
