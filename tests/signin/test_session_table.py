"""The table that several web processes share: what is stored, and who wins when two do the same."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from chassis.signin.session import Session, hash_of, new_id
from chassis.signin.session_table import SessionTable
from schemas.access.principal import grants_of
from support.postgres import Postgres

T0 = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEY = bytes(32)
SARI = Session(
    "https://issuer.test", "7", grants_of(["officer:pln", "triage"]), T0, T0, T0,
    provider_session="s1", name="Sari Dewi", refresh_token="refresh-secret", id_token="id-secret",
)  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/sessions.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
async def table(url: str) -> AsyncIterator[SessionTable]:
    table = SessionTable(url, KEY)
    yield table
    await table.close()


async def test_a_session_is_found_by_its_id_in_every_process(table: SessionTable, url: str) -> None:
    id_ = new_id()
    await table.add(id_, SARI)
    other = SessionTable(url, KEY)
    assert await other.get(id_) == SARI
    assert await other.get(new_id()) is None
    await other.close()


async def test_the_database_holds_neither_the_id_nor_tokens_nor_a_name(table: SessionTable) -> None:
    id_ = new_id()
    await table.add(id_, SARI)
    [row] = await table.database.read(lambda connection: connection.execute(text("select * from web_session")).all())
    stored = repr(tuple(row))
    for secret in (id_, "refresh-secret", "id-secret", "Sari"):
        assert secret not in stored
    assert hash_of(id_) in tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


async def test_a_sealed_part_moved_to_another_row_opens_nothing(table: SessionTable) -> None:
    mine, theirs = new_id(), new_id()
    await table.add(mine, SARI._replace(subject="8", refresh_token="mine"))
    await table.add(theirs, SARI)
    move = "update web_session set sealed = (select sealed from web_session where subject = '7') where subject = '8'"
    await table.database.run(lambda connection: connection.execute(text(move)))
    assert await table.get(mine) is None
    assert await table.get(theirs) == SARI


async def test_under_another_master_key_there_is_no_session(table: SessionTable, url: str) -> None:
    id_ = new_id()
    await table.add(id_, SARI)
    other = SessionTable(url, bytes([1]) * 32)
    assert await other.get(id_) is None
    await other.close()


async def test_one_of_many_requests_may_read_the_roles_again(table: SessionTable, url: str) -> None:
    id_, other = new_id(), SessionTable(url, KEY)
    await table.add(id_, SARI)
    now = T0 + 5 * MINUTE
    claims = await asyncio.gather(*(each.claim(id_, SARI, now) for each in (table, other) * 10))
    assert sum(claims) == 1
    tried = await table.get(id_)
    assert tried is not None
    assert tried.tried_at == now
    assert await table.claim(id_, tried, now + MINUTE)
    await other.close()


async def test_renewed_roles_and_tokens_are_kept(table: SessionTable) -> None:
    id_, now = new_id(), T0 + 5 * MINUTE
    await table.add(id_, SARI)
    await table.claim(id_, SARI, now)
    renewed = SARI._replace(grants=grants_of(["triage"]), roles_read_at=now, used_at=now, refresh_token="second")
    await table.renew(id_, renewed)
    assert await table.get(id_) == renewed


async def test_a_session_that_ended_meanwhile_does_not_come_back(table: SessionTable) -> None:
    id_ = new_id()
    await table.add(id_, SARI)
    assert await table.remove(id_)
    assert not await table.remove(id_)
    await table.renew(id_, SARI)
    await table.touch(id_, T0 + MINUTE)
    assert await table.get(id_) is None


async def test_a_use_moves_the_time_forwards_only(table: SessionTable) -> None:
    id_ = new_id()
    await table.add(id_, SARI)
    await table.touch(id_, T0 + 3 * MINUTE)
    await table.touch(id_, T0 + 2 * MINUTE)
    assert (await table.get(id_)) == SARI._replace(used_at=T0 + 3 * MINUTE)


async def test_all_sessions_of_a_person_end_and_nobody_elses(table: SessionTable) -> None:
    mine, mine_too, theirs, foreign = (new_id() for _ in range(4))
    await table.add(mine, SARI)
    await table.add(mine_too, SARI._replace(provider_session="s2"))
    await table.add(theirs, SARI._replace(subject="8"))
    await table.add(foreign, SARI._replace(issuer="https://other.test"))
    ended = await table.remove_of("https://issuer.test", "7")
    assert [session.refresh_token for session in ended] == ["refresh-secret", "refresh-secret"]
    assert [await table.get(id_) is not None for id_ in (mine, mine_too, theirs, foreign)] == [False, False, True, True]


async def test_the_provider_ends_one_session_by_its_own_id(table: SessionTable) -> None:
    first, second = new_id(), new_id()
    await table.add(first, SARI)
    await table.add(second, SARI._replace(provider_session="s2"))
    assert len(await table.remove_provider_session("https://issuer.test", "s1")) == 1
    assert [await table.get(id_) is not None for id_ in (first, second)] == [False, True]
    assert await table.remove_provider_session("https://issuer.test", "") == []


async def test_what_is_over_is_swept(table: SessionTable) -> None:
    idle, old, living = new_id(), new_id(), new_id()
    now = T0 + 13 * 60 * MINUTE
    await table.add(idle, SARI._replace(created_at=now - 40 * MINUTE, used_at=now - 30 * MINUTE))
    await table.add(old, SARI._replace(created_at=now - 12 * 60 * MINUTE, used_at=now))
    await table.add(living, SARI._replace(created_at=now - 11 * 60 * MINUTE, used_at=now - 29 * MINUTE))
    await table.use_state("a", now - MINUTE)
    await table.use_state("b", now + MINUTE)
    assert await table.sweep(now) == 2
    assert await table.get(living) is not None
    counted = "select (select count(*) from web_session), (select count(*) from used_state)"
    [row] = await table.database.read(lambda connection: connection.execute(text(counted)).all())
    assert tuple(row) == (1, 1)


async def test_a_state_is_used_once_by_whichever_process(table: SessionTable, url: str) -> None:
    other = SessionTable(url, KEY)
    used = await asyncio.gather(*(each.use_state("state", T0) for each in (table, other) * 5))
    assert sum(used) == 1
    assert await table.use_state("another", T0)
    await other.close()
