"""`satupintu sessions end` as an operator calls it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from chassis.base.settings import read_settings
from chassis.cli import access_log, sessions
from chassis.signin.session import Session, new_id
from chassis.signin.session_table import SessionTable
from schemas.access.principal import grants_of
from support.commands import own_state

RUN = CliRunner()
NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sessions of 7, of 7 in another browser, and of 8."""
    own_state(tmp_path, monkeypatch)
    return asyncio.run(_begun())


def table() -> SessionTable:
    settings = read_settings()
    return SessionTable(settings.sessions_url, settings.session_key.get_secret_value())


async def _begun() -> list[str]:
    found, ids = table(), [new_id(), new_id(), new_id()]
    for id_, subject in zip(ids, ("7", "7", "8"), strict=True):
        session = Session(
            "https://issuer.test", subject, grants_of(["triage"]), NOW, NOW, NOW,
            provider_session="s", name="Sari", refresh_token="r", id_token="i",
        )  # fmt: skip
        await found.add(id_, session)
    await found.close()
    return ids


def left(ids: list[str]) -> list[bool]:
    async def ask() -> list[bool]:
        found = table()
        there = [await found.get(id_) is not None for id_ in ids]
        await found.close()
        return there

    return asyncio.run(ask())


def satupintu(*arguments: str) -> Result:
    return RUN.invoke(sessions.app, ["sessions", "end", *arguments])


def test_a_person_is_signed_out_everywhere_and_nobody_else(ids: list[str]) -> None:
    done = satupintu("7")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "sessions ended: 2")
    assert left(ids) == [False, False, True]
    noted = RUN.invoke(access_log.app, ["access-log", "list"]).output
    assert "by=operator sessions=2 user=7" in noted


def test_everybody_can_be_signed_out(ids: list[str]) -> None:
    assert satupintu("--all").output.endswith("sessions ended: 3\n")
    assert left(ids) == [False] * 3


@pytest.mark.parametrize("arguments", [(), ("7", "--all")])
def test_it_must_be_clear_whose_sessions_end(ids: list[str], arguments: tuple[str, ...]) -> None:
    assert satupintu(*arguments).exit_code == 2
    assert left(ids) == [True] * 3
