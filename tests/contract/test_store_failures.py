"""Errors of a failing database: written, not written or unknown, never a wrong result."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from chassis.base.errors import OutcomeUnknown, StoreUnavailable
from chassis.base.ports import Page, Store
from chassis.sql import errors
from chassis.store import open_store
from chassis.store.memory import MemoryStore
from chassis.store.sql.store import SqlStore
from support.postgres import Postgres, plain
from support.stores import event, listening, read_until

A, B = event("a"), event("b")


@contextmanager
def _locked(path: Path) -> Iterator[Callable[[], object]]:
    """Another process holds the write lock of the file; the returned function ends its transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield lambda: other.execute("rollback")


@pytest.fixture
async def sqlite_store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(f"sqlite:///{tmp_path}/store.db")
    await store.append("complaint-1", -1, [A])
    yield store
    await store.close()


async def test_a_writer_waits_for_another_that_is_soon_done(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with _locked(tmp_path / "store.db") as end:
        waiting = asyncio.create_task(sqlite_store.append("complaint-1", 0, [B]))
        assert len(await sqlite_store.read("complaint-1")) == 1, "readers do not wait"
        end()
        assert (await waiting).written


async def test_a_writer_that_waited_too_long_says_that_nothing_was_written(
    sqlite_store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "LOCK_TIMEOUT_S", 0.1)
    with _locked(tmp_path / "store.db"), pytest.raises(StoreUnavailable, match="locked"):
        await sqlite_store.append("complaint-1", 0, [B])

    assert len(await sqlite_store.read("complaint-1")) == 1
    assert (await sqlite_store.append("complaint-1", 0, [B])).written


async def test_a_full_disk_is_told_and_the_store_goes_on_when_there_is_room(sqlite_store: SqlStore) -> None:
    def set_room(connection: object) -> None:
        connection.exec_driver_sql(f"pragma max_page_count = {room}")  # type: ignore[attr-defined]

    room = 1
    with listening("begin", set_room):
        with pytest.raises(StoreUnavailable, match="full"):
            await sqlite_store.append("complaint-2", -1, [event("big", data=b"1" * 200_000)])
        assert await sqlite_store.read("complaint-2") == []

        room = 1_000_000
        assert (await sqlite_store.append("complaint-2", -1, [event("big", data=b"1" * 200_000)])).written


async def test_a_file_that_is_no_database_is_unavailable_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"no database " * 1000)
    store = open_store(f"sqlite:///{tmp_path}/store.db")

    with pytest.raises(StoreUnavailable, match="not a database"):
        await store.read("complaint-1")
    await store.close()


async def test_a_closed_store_takes_nothing(store: Store) -> None:
    accepted = [asyncio.create_task(store.append(f"complaint-{n}", -1, [A])) for n in range(20)]
    await asyncio.sleep(0)
    await store.close()

    assert all([(await one).written for one in accepted]), "what was accepted is finished"
    if not isinstance(store, MemoryStore):  # which has nothing to close
        with pytest.raises(StoreUnavailable, match="closed"):
            await store.append("complaint-late", -1, [A])


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    store = open_store("postgresql+psycopg://nobody@127.0.0.1:1/nothing")

    with pytest.raises(StoreUnavailable, match="onnection"):
        await store.append("complaint-1", -1, [A])
    with pytest.raises(StoreUnavailable, match="onnection"):
        await read_until(store, _never)
    await store.close()


@pytest.mark.postgres
async def test_a_database_without_its_tables_is_being_restored_and_is_unavailable_until_they_are_there(
    postgres: Postgres,
) -> None:
    url = postgres.database()
    store = open_store(url)
    await store.append("complaint-1", -1, [A])
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("alter table events rename to elsewhere")
        with pytest.raises(StoreUnavailable, match="events"):
            await store.read("complaint-1")
        with pytest.raises(StoreUnavailable, match="events"):
            await store.append("complaint-1", 0, [B])
        connection.execute("alter table elsewhere rename to events")
    assert (await store.append("complaint-1", 0, [B])).written
    await store.close()


@pytest.mark.parametrize("url", ["kafka://x", "mysql://x/y", "/var/store.db", ""])
def test_a_url_of_no_store_is_refused_by_name(url: str) -> None:
    with pytest.raises(ValueError, match="no event store for"):
        open_store(url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_that_would_be_lost_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is a file"):
        open_store(url)


@pytest.mark.postgres
async def test_connections_cut_while_idle_are_made_again_and_readers_read_on(postgres: Postgres) -> None:
    url = postgres.database()
    store = SqlStore(url)
    following = asyncio.create_task(read_until(store, lambda events, _: len(events) == 2))
    await store.append("complaint-1", -1, [A])
    await store.read("complaint-1")

    _cut_all(url)

    assert (await store.append("complaint-1", 0, [B])).written
    assert len(await store.read("complaint-1")) == 2
    assert sum(len(page.events) for page in await following) == 2
    await store.close()


@pytest.mark.postgres
async def test_a_commit_whose_answer_is_lost_is_neither_success_nor_failure_until_asked_again(
    postgres: Postgres,
) -> None:
    url = postgres.database()
    store = SqlStore(url)
    await store.append("complaint-1", -1, [A])
    with listening("commit", lambda _connection: _cut_all(url)), pytest.raises(OutcomeUnknown):
        await store.append("complaint-1", 0, [B])

    settled = await store.append("complaint-1", 0, [B])
    assert settled.version == 1
    assert len(await store.read("complaint-1")) == 2
    await store.close()


def _never(_events: object, _page: Page) -> bool:
    return False


def _cut_all(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
