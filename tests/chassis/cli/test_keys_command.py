"""`satupintu keys`: the whole rotation, by the commands that an operator types."""

import asyncio
from importlib.metadata import entry_points
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from chassis.access_log.entry import Entry
from chassis.access_log.log import AccessLog
from chassis.base.settings import read_settings
from chassis.keys.keyring import SqlKeyRing
from schemas.base.sealed import Keys
from support.commands import own_state

ONE = UUID(int=1)


def run(*words: str) -> Result:
    [point] = entry_points(group="satupintu.commands").select(name="keys")
    return CliRunner().invoke(point.load(), ["keys", *words])


def in_use(file: Path) -> None:
    """As if the time had come."""
    file.write_text(file.read_text().replace("since=20", "since=19"))


def noted() -> list[tuple[object, object]]:
    """Version and change of each entry of the access log."""

    async def entries() -> list[Entry]:
        settings = read_settings()
        log = AccessLog(settings.access_log_url, settings.access_log_key.get_secret_value())
        try:
            assert not (await log.check()).other_key
            return await log.read()
        finally:
            await log.close()

    return [(each.about["version"], each.about["why"]) for each in asyncio.run(entries())]


def loaded() -> Keys:
    async def load() -> Keys:
        settings = read_settings()
        ring = SqlKeyRing(settings.keyring_url, settings.master_keys)
        try:
            return (await ring.ensure([ONE]))[ONE]
        finally:
            await ring.close()

    return asyncio.run(load())


def test_a_master_key_is_added_rows_are_rewrapped_and_the_old_one_is_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql_url: str
) -> None:
    state = tmp_path / "var"
    state.mkdir()
    file = own_state(state, monkeypatch) / "secrets" / "master.key"
    monkeypatch.setenv("SATUPINTU_KEYRING_URL", sql_url)
    key, signing = loaded(), read_settings().signing_key
    old = file.read_text().strip()

    assert run("rotate").exit_code == 0
    assert run("rewrap").exit_code == 2, "not in use yet"
    in_use(file)
    assert run("retire", "1").exit_code == 2, "it has wrapped a key"
    assert run("retire", "2").exit_code == 2, "the newest"
    assert "version 1: 1 keys wrapped, in use for: -" in run("status").output
    assert "1 keys wrapped with version 2" in run("rewrap").output
    assert run("retire", "1").exit_code == 0

    assert old not in file.read_text()
    assert run("status").output == "version 2: 1 keys wrapped, in use for: new keys\n"
    assert loaded() == key
    assert read_settings().signing_key == signing, "records signed before stay valid"
    assert noted() == [(2, "added"), (1, "taken out")]
