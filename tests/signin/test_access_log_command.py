"""`satupintu access-log` as an operator calls it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from chassis.access_log.log import AccessLog, Kind
from chassis.base.settings import read_settings
from chassis.cli.access_log import app
from schemas.access.principal import PUBLIC, Principal, grants_of
from support.commands import own_state

RUN = CliRunner()


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own_state(tmp_path, monkeypatch)
    asyncio.run(_write(tmp_path))
    return tmp_path


def satupintu(*arguments: str) -> Result:
    return RUN.invoke(app, list(arguments))


async def _write(state: Path) -> None:
    log = AccessLog(f"sqlite:///{state}/access.db", read_settings().access_log_key.get_secret_value())
    await log.append(Kind.SIGNED_IN, Principal("https://issuer.test", "7", grants_of(["officer:pln"])), {})
    await log.append(Kind.SIGN_IN_REFUSED, PUBLIC, {"why": "state"})
    await log.close()


def test_entries_are_listed_and_chosen(state: Path) -> None:
    listed = satupintu("access-log", "list")
    assert listed.exit_code == 0
    first, second = listed.output.splitlines()
    assert "signed-in" in first
    assert "officer:pln  7 of https://issuer.test" in first
    assert second.endswith("nobody signed in  why=state")
    assert satupintu("access-log", "list", "--kind", "sign-in-refused").output.splitlines() == [second]
    assert satupintu("access-log", "list", "--subject", "7").output.splitlines() == [first]


def test_a_changed_log_is_told_with_the_number_of_the_entry(state: Path) -> None:
    good = satupintu("access-log", "check")
    assert (good.exit_code, good.output[:10]) == (0, "2 entries,")
    head = good.output.split()[-1]
    assert satupintu("access-log", "check", "--noted", head).exit_code == 0
    _cut(state)
    assert satupintu("access-log", "check").exit_code == 0
    bad = satupintu("access-log", "check", "--noted", head)
    assert (bad.exit_code, "FAULT at entry 2" in bad.output) == (1, True)
    assert satupintu("access-log", "check", "--noted", "x").exit_code == 2


def _cut(state: Path) -> None:
    with closing(sqlite3.connect(state / "access.db", isolation_level=None)) as database:
        database.execute("drop trigger access_log_no_delete")
        database.execute("delete from access_log where number = 2")
