"""The log of sign-ins, refusals and credential changes: complete, in order, and changes to it are noticed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.access_log.log import CALLS_A_MINUTE, AccessLog, Kind
from chassis.base.clock import FixedClock
from schemas.access.principal import PUBLIC, Principal, grants_of
from support.postgres import Postgres

KEY = bytes(32)
SARI = Principal("https://issuer.test", "7", grants_of(["officer:pln"]), "Sari Dewi")
T0 = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/access.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@asynccontextmanager
async def opened(url: str, clock: FixedClock | None = None, key: bytes = KEY) -> AsyncIterator[AccessLog]:
    log = AccessLog(url, key, clock or FixedClock(T0))
    try:
        yield log
    finally:
        await log.close()


async def test_entries_say_when_what_who_and_about_in_order(url: str) -> None:
    async with opened(url) as log:
        await log.append(Kind.SIGNED_IN, SARI, {})
        await log.append(Kind.SIGN_IN_REFUSED, PUBLIC, {"why": "state"})
        first, second = await log.read()
    assert (first.number, first.at, first.kind, first.issuer, first.subject, first.roles) == (
        1, T0, "signed-in", "https://issuer.test", "7", "officer:pln",
    )  # fmt: skip
    assert (second.number, second.kind, second.subject, second.about) == (2, "sign-in-refused", "", {"why": "state"})


async def test_a_persons_name_is_not_kept(url: str) -> None:
    async with opened(url) as log:
        await log.append(Kind.SIGNED_IN, SARI, {})
        assert "Sari" not in repr(await log.read())


async def test_entries_of_several_processes_make_one_chain(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        await asyncio.gather(*(log.append(Kind.SIGNED_IN, SARI, {}) for log in (one, other) * 20))
        assert [entry.number for entry in await one.read()] == list(range(1, 41))
        assert (await other.check()).faults == []


async def test_an_ending_is_written_once_until_the_credential_is_made_again(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        first, second = {"user": "agency.pln", "why": "agency-ended"}, {"user": "agency.bpjs", "why": "replaced"}
        await asyncio.gather(*(log.credential_ended(SARI, about) for log in (one, other) for about in (first, second)))
        await one.append(Kind.CREDENTIAL_MADE, SARI, {"user": "agency.pln"})
        await other.credential_ended(SARI, first)
        await one.credential_ended(SARI, first)
        found = [(each.kind, each.about["user"]) for each in await one.read()]
    ended, made = str(Kind.CREDENTIAL_ENDED), str(Kind.CREDENTIAL_MADE)
    assert sorted(found[:2]) == [(ended, "agency.bpjs"), (ended, "agency.pln")]
    assert found[2:] == [(made, "agency.pln"), (ended, "agency.pln")]


async def test_what_the_log_cannot_mean_is_refused(url: str) -> None:
    async with opened(url) as log:
        for about in ({"token": "eyJ"}, {"password": "x"}, {"cookie": "x"}, {"text": "x"}):
            with pytest.raises(ValueError, match="access log"):
                await log.append(Kind.SIGNED_IN, SARI, about)
        assert await log.read() == []


@pytest.mark.parametrize("change", ["update access_log set subject = '8'", "delete from access_log where number = 2"])
async def test_the_database_refuses_to_change_entries(url: str, change: str) -> None:
    async with opened(url) as log:
        for _ in range(3):
            await log.append(Kind.SIGNED_IN, SARI, {})
        with pytest.raises(DBAPIError, match="append-only"):
            await log.database.run(lambda connection: connection.execute(text(change)))
        assert len(await log.read()) == 3


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("update access_log set subject = '8' where number = 2", 2),
        ("update access_log set about = '{}' where number = 2", 2),
        ("update access_log set at = at + 1 where number = 3", 3),
        ("delete from access_log where number = 2", 2),
        ("delete from access_log where number = 1", 1),
        ("update access_log set mac = (select mac from access_log where number = 1) where number = 3", 3),
    ],
)
async def test_an_entry_that_was_changed_all_the_same_is_found(url: str, change: str, number: int) -> None:
    async with opened(url) as log:
        for count in range(4):
            await log.append(Kind.SIGNED_OUT, SARI, {"sessions": count})
        await log.database.run(lambda connection: _by_force(connection, change))
        assert [fault.number for fault in (await log.check()).faults][:1] == [number]


async def test_a_removed_end_is_found_by_the_head_that_was_noted(url: str) -> None:
    async with opened(url) as log:
        for _ in range(3):
            await log.append(Kind.SIGNED_IN, SARI, {})
        noted = (await log.check()).head
        await log.append(Kind.SIGNED_IN, SARI, {})
        assert (await log.check(noted)).faults == []
        await log.database.run(lambda connection: _by_force(connection, "delete from access_log where number > 2"))
        assert (await log.check()).faults == []
        assert [fault.number for fault in (await log.check(noted)).faults] == [3]


async def test_entries_made_under_another_master_key_are_named_as_such(url: str) -> None:
    async with opened(url) as log:
        await log.append(Kind.SIGNED_IN, SARI, {})
    async with opened(url, key=bytes([1]) * 32) as log:
        await log.append(Kind.SIGNED_IN, SARI, {})
        checked = await log.check()
        assert (checked.faults, checked.other_key) == ([], 1)
        await log.database.run(lambda connection: _by_force(connection, "delete from access_log where number = 1"))
        assert [fault.number for fault in (await log.check()).faults][:1] == [1]


async def test_refused_calls_are_written_soon_and_a_flood_of_them_as_a_count(url: str) -> None:
    clock = FixedClock(T0)
    async with opened(url, clock) as log:
        for _ in range(CALLS_A_MINUTE + 500):
            log.call_refused(PUBLIC, {"route": "/api/v1/triage", "status": 401})
        await log.flush()
        entries = await log.read(limit=10_000)
        assert len(entries) == CALLS_A_MINUTE
        assert {entry.kind for entry in entries} == {"call-refused"}
        clock.advance(timedelta(minutes=1))
        log.call_refused(SARI, {"route": "/api/v1/arbitration", "status": 403})
        await log.flush()
        more, one = (await log.read(limit=10_000))[CALLS_A_MINUTE:]
        assert (more.kind, more.about) == ("calls-not-listed", {"count": 500})
        assert (one.subject, one.about["route"]) == ("7", "/api/v1/arbitration")


async def test_what_waits_is_written_when_the_log_is_closed(url: str) -> None:
    async with opened(url) as log:
        log.call_refused(SARI, {"route": "/x", "status": 403})
    async with opened(url) as log:
        assert [entry.kind for entry in await log.read()] == ["call-refused"]


def _by_force(connection: object, change: str) -> None:
    """As somebody with every right to the database would."""
    run = connection.exec_driver_sql  # type: ignore[attr-defined]
    if connection.dialect.name == "sqlite":  # type: ignore[attr-defined]
        run("drop trigger access_log_no_update")
        run("drop trigger access_log_no_delete")
    else:
        run("alter table access_log disable trigger all")
    run(change)
