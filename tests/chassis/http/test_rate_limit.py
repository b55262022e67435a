"""Requests of one source are limited in any minute, also over several processes that share a database."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.base.errors import StoreUnavailable
from chassis.http.rate_limit import RateLimiter
from chassis.http.shared_limits import SharedLimits, metadata
from chassis.sql.database import Database
from support.postgres import Postgres


def test_a_burst_is_allowed_up_to_the_limit_and_each_source_is_counted_alone() -> None:
    limiter = RateLimiter(3, lambda: 100.0)
    assert [limiter.wait_s("a") for _ in range(3)] == [0, 0, 0]
    assert limiter.wait_s("a") > 0
    assert limiter.wait_s("b") == 0


def test_zero_is_no_limit() -> None:
    limiter = RateLimiter(0)
    assert {limiter.wait_s("a") for _ in range(1000)} == {0}


@given(st.integers(1, 50), st.floats(0, 59.9), st.lists(st.floats(0, 5), max_size=150))
def test_after_the_wait_that_is_told_a_request_is_allowed_and_never_many_more_than_the_limit_in_a_minute(
    per_minute: int, start: float, pauses: list[float]
) -> None:
    now = [start + 6000]
    limiter, allowed = RateLimiter(per_minute, lambda: now[0]), []
    for pause in pauses:
        now[0] += pause
        wait_s = limiter.wait_s("a")
        if wait_s:
            assert limiter.blocked_s("a")
            told = now[0]
            now[0] = told + wait_s
            assert limiter.blocked_s("a") == 0
            now[0] = told
        else:
            allowed.append(now[0])
    for moment in allowed:  # the window estimates the minute before as even: at worst twice the limit
        assert sum(moment - 60 < each <= moment for each in allowed) <= 2 * per_minute
    for minute in {int(each // 60) for each in allowed}:
        assert sum(each // 60 == minute for each in allowed) <= per_minute


def limits(path: Path, now: list[float]) -> SharedLimits:
    return SharedLimits(table(path), lambda: now[0])


def table(path: Path) -> Database:
    return Database(f"sqlite:///{path}/limits.db", metadata)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/limits.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


async def test_processes_share_their_counts_with_each_exchange(url: str) -> None:
    now = [6000.0]
    processes = [SharedLimits(Database(url, metadata), lambda: now[0]) for _ in range(3)]
    limiters = [each.limiter("filings", 6) for each in processes]
    for limiter in limiters:
        assert [limiter.wait_s("a") for _ in range(2)] == [0, 0]
    for _ in range(2):
        for each in processes:
            await each.share()
    assert all(limiter.wait_s("a") for limiter in limiters)
    assert not any(limiter.wait_s("b") for limiter in limiters)
    now[0] += 120
    assert not any(limiter.wait_s("a") for limiter in limiters)
    for each in processes:
        await each.close()


async def test_a_process_that_starts_later_knows_what_was_counted(tmp_path: Path) -> None:
    now = [6000.0]
    first, second = limits(tmp_path, now), limits(tmp_path, now)
    for _ in range(5):
        first.limiter("filings", 5).wait_s("a")
    await first.share()
    now[0] += 20
    later = second.limiter("filings", 5)
    await second.share()
    assert later.wait_s("a")
    assert second.limiter("other", 5).wait_s("a") == 0
    await first.close()
    await second.close()


async def test_without_the_database_each_limits_by_its_own_counts_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [6000.0]
    database = table(tmp_path)
    one, other = SharedLimits(database, lambda: now[0]), limits(tmp_path, now)
    mine, its = one.limiter("filings", 4), other.limiter("filings", 4)

    async def away(_function: object) -> None:
        mine.wait_s("a")  # while the exchange is under way
        raise StoreUnavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(database, "run", away)
        assert [mine.wait_s("a") for _ in range(3)] == [0, 0, 0]
        with pytest.raises(StoreUnavailable):
            await one.share()
        assert mine.wait_s("a")
    await one.share()
    await other.share()
    assert its.wait_s("a")
    await one.close()
    await other.close()


async def test_counts_are_shared_by_themselves_while_a_process_serves(tmp_path: Path) -> None:
    now = [6000.0]
    one, other = limits(tmp_path, now), limits(tmp_path, now)
    mine, its = one.limiter("filings", 1), other.limiter("filings", 1)
    mine.wait_s("a")
    async with one.sharing(), other.sharing(), asyncio.timeout(30):
        while not its.blocked_s("a"):
            await asyncio.sleep(0.05)
    await one.close()
    await other.close()


async def test_counts_of_the_past_are_removed(tmp_path: Path) -> None:
    now = [6000.0]
    database = table(tmp_path)
    one = SharedLimits(database, lambda: now[0])
    one.limiter("filings", 5).wait_s("203.0.113.7")
    await one.share()
    now[0] += 180
    await one.share()
    count = "select count(*) from rate_counts"
    assert await database.read(lambda connection: connection.exec_driver_sql(count).scalar()) == 0
    await one.close()
