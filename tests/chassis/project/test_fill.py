"""Read models that are far behind are filled in one pass over the history, each event once, and go on after a kill."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, inspect

from chassis.project import fill
from chassis.project.fill import FillMarks, together
from chassis.project.from_store import StoreProjection
from chassis.project.position import position_table
from chassis.project.progress import Progress
from chassis.project.view import View, as_recorded
from chassis.sql.database import Database
from chassis.store.memory import MemoryStore
from chassis.write.cache import StreamCache
from chassis.write.repository import Repository
from schemas.base.envelope import RecordedEvent
from support.background_tasks import PlainKeys, add_detail, file_many
from support.lives_view import count_them, counted, define
from support.stores import memory_store

COMPLAINTS, DETAILS = 60, 40
EVENTS = COMPLAINTS + DETAILS


@pytest.fixture(autouse=True)
def _short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill, "FAR", 20)
    monkeypatch.setattr(fill, "PAGE", 16)
    monkeypatch.setattr(fill, "LATE_PAGE", 16)
    monkeypatch.setattr(fill, "WAIT_S", 0.01)


class Killed(Exception):
    """The process ended in the middle."""


class Rows:
    """Two views in one database: one counts events, the other has indexes."""

    def __init__(self, folder: Path) -> None:
        self.metadata, self.url = MetaData(), f"sqlite:///{folder}/views.db"
        position_table(self.metadata)
        [self.lives] = define(self.metadata, "")
        [self.indexed] = indexed(self.metadata, "")
        self.database = Database(self.url, self.metadata)
        self.seen: list[int] = []

    def projections(self, store: MemoryStore, fails_at: int = -1) -> list[StoreProjection]:
        def write(connection: Any, tables: Sequence[Table], events: Sequence[RecordedEvent]) -> None:
            self.seen.append(len(events))
            if len(self.seen) == fails_at:
                raise Killed
            count_them(connection, tables, events)

        views = [View("lives", define, write, as_recorded), View("indexed", indexed, keep_newest, as_recorded)]
        made = [StoreProjection(store, self.database, self.metadata, view) for view in views]
        together(made)
        return made

    async def count(self) -> int:
        return await counted(self.database, self.lives)

    def indexes(self) -> list[str]:
        return self.database.read_now(lambda c: [str(each["name"]) for each in inspect(c).get_indexes("indexed")])


def indexed(metadata: MetaData, prefix: str) -> Sequence[Table]:
    columns = Column("stream", String(64), primary_key=True), Column("version", Integer, index=True)
    return [Table(f"{prefix}indexed", metadata, *columns, keep_existing=True)]


def keep_newest(connection: Any, tables: Sequence[Table], events: Sequence[RecordedEvent]) -> None:
    [table] = tables
    for stream, version in {event.stream: event.version for event in events}.items():
        connection.execute(table.delete().where(table.c.stream == stream))
        connection.execute(table.insert().values(stream=stream, version=version))


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    return Rows(tmp_path)


@pytest.fixture
async def store() -> MemoryStore:
    store = memory_store()
    ids = await file_many(store, COMPLAINTS)
    repository = Repository(store, PlainKeys(), "intake")
    for number in range(DETAILS):
        await add_detail(repository, ids[number % 7], f"detail {number}")
    return store


async def test_one_pass_fills_all_views_each_event_once_and_then_they_follow(store: MemoryStore, rows: Rows) -> None:
    first, second = rows.projections(store)
    await first.catch_up()
    assert await rows.count() == EVENTS
    assert await second.position() == await store.newest(), "the other view was filled in the same pass"
    assert rows.indexes() == ["ix_indexed_version"]
    await file_many(store, 5, start=COMPLAINTS)
    await first.catch_up()
    assert await rows.count() == EVENTS + 5


async def test_a_killed_fill_goes_on_where_it_was(store: MemoryStore, rows: Rows) -> None:
    with pytest.raises(Killed):
        await rows.projections(store, fails_at=3)[0].catch_up()
    assert 0 < await rows.count() < EVENTS
    assert rows.indexes() == [], "they are made when the table is full"
    steps = len(rows.seen)
    await rows.projections(store)[0].catch_up()
    assert await rows.count() == EVENTS
    assert rows.indexes() == ["ix_indexed_version"]
    assert sum(rows.seen[steps:]) < EVENTS, "what was done was not done again"


async def test_what_a_stopped_view_missed_is_filled_too_and_nothing_is_applied_twice(
    store: MemoryStore, rows: Rows
) -> None:
    await rows.projections(store)[0].catch_up()
    ids = await file_many(store, 30, start=COMPLAINTS)
    repository = Repository(store, PlainKeys(), "intake")
    for number in range(30):
        await add_detail(repository, ids[number % 5], f"more {number}")
    await rows.projections(store)[0].catch_up()
    assert await rows.count() == EVENTS + 60
    assert rows.indexes() == ["ix_indexed_version"]


async def test_nobody_else_writes_the_rows_of_a_fill_that_is_under_way(store: MemoryStore, rows: Rows) -> None:
    before, _ = rows.projections(store)
    with pytest.raises(Killed):
        await rows.projections(store, fails_at=3)[0].catch_up()
    count = await rows.count()
    await before.refresh(1.0)
    assert await rows.count() == count, "a reader leaves it to the process that fills"
    _, until = await rows.database.read(FillMarks(rows.metadata, "lives").read)
    assert until.position == await store.newest()


async def test_two_processes_that_start_together_fill_once(store: MemoryStore, rows: Rows, tmp_path: Path) -> None:
    other = Rows(tmp_path)
    await asyncio.gather(rows.projections(store)[0].catch_up(), other.projections(store)[0].catch_up())
    assert await rows.count() == EVENTS
    assert sum(rows.seen) + sum(other.seen) == EVENTS
    await other.database.close()


async def test_a_complaint_is_folded_once_for_all_views(store: MemoryStore, rows: Rows) -> None:
    repository = Repository(store, PlainKeys(), "reporting", StreamCache())
    read, folded = store.read_many, list[str]()

    async def read_many(streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        folded.extend(streams)
        return await read(streams, from_versions)

    store.read_many = read_many  # type: ignore[method-assign]

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[RecordedEvent]:
        await repository.load_for(events)
        return events

    views = [
        View(f"view {n}", tables, count_them, prepare, load=repository.load_with)
        for n, tables in enumerate((define, lambda metadata, prefix: define(metadata, f"{prefix}other_")))
    ]
    made = [StoreProjection(store, rows.database, rows.metadata, view) for view in views]
    together(made)
    await made[0].catch_up()
    assert sorted(folded) == sorted(set(folded)), "each stream is read once"
    assert await counted(rows.database, made[1].tables[0]) == EVENTS


def test_progress_says_share_numbers_and_time_left() -> None:
    now = [0.0]
    progress = Progress(lambda: now[0])
    assert not progress.text
    progress.begin(100, 1_000)
    now[0] = 30.0
    progress.move(400)
    assert progress.text == "reading the store: 40 %, position 400 of 1000, about 60 s left"
    progress.end()
    assert not progress.text
