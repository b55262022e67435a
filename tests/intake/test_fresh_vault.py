"""A new vault beside an old store is refused, and the command that is named makes what can be made again."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chassis.base.errors import WrongStore
from chassis.base.settings import read_settings
from chassis.service.platform import Platform, open_platform
from chassis.sql.database import Database
from intake.app import check
from intake.cli import codes
from intake.lookup import complaint_of_code
from intake.storage.public_numbers import MARGIN, PublicNumbers
from intake.storage.tables import metadata
from intake.storage.tracking_codes import TrackingCodes
from local.platform.processes import PlatformLayout, environment
from local.platform.state_dir import make_secrets
from reporting import cli as reporting_cli
from schemas.base.ids import parse_public_number
from support.background_tasks import file, number
from support.lives import filed, named, write

IN_2026 = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of a platform without running processes."""
    make_secrets(tmp_path)
    for name, value in environment(PlatformLayout(tmp_path, 1, "127.0.0.1:1")).items():
        monkeypatch.setenv(name, value)
    return tmp_path


async def next_number(platform: Platform) -> str:
    database = Database(platform.settings.vault_url, metadata)
    try:
        return await PublicNumbers(database, at_once=1).take(IN_2026)
    finally:
        await database.close()


async def test_a_new_vault_beside_a_store_with_complaints_is_refused_and_the_named_command_mends_it() -> None:
    async with open_platform(read_settings()) as platform:
        await check(platform)
        await file(platform.repository("intake"), number(1))
        with pytest.raises(WrongStore, match="satupintu codes rebuild"):
            await check(platform)
    done = await asyncio.to_thread(CliRunner().invoke, codes.app, ["codes", "rebuild"])
    assert done.exit_code == 0, done.output
    async with open_platform(read_settings()) as platform:
        await check(platform)
        taken = await next_number(platform)
        assert parse_public_number(taken).split("-")[2] == f"{1 + MARGIN + 1:06}", "no number is given twice"


async def test_a_vault_that_gave_numbers_and_an_empty_store_are_accepted() -> None:
    async with open_platform(read_settings()) as platform:
        await check(platform)
        await next_number(platform)
        await file(platform.repository("intake"), number(1))
        await check(platform)


async def test_a_command_finds_the_complaint_of_a_tracking_code_in_the_table_alone() -> None:
    async with open_platform(read_settings()) as platform:
        database = Database(platform.settings.vault_url, metadata)
        tracked = TrackingCodes(database, platform.settings.code_secrets)
        await file(platform.repository("intake"), number(1))
        code = tracked.of(number(1), 1)
        assert await complaint_of_code(platform, code) is None, "the table is empty"
        await tracked.rebuild(platform.store)
        await database.close()
        assert await complaint_of_code(platform, code) == number(1)
    shown = await asyncio.to_thread(CliRunner().invoke, reporting_cli.app, ["history", code, "--json"])
    assert shown.exit_code == 0, shown.output
    assert "SP-2026-000001-8" in shown.output


async def test_history_by_number_says_when_the_read_model_has_to_be_read_first() -> None:
    async with open_platform(read_settings()) as platform:
        await write(platform.repository("intake"), named("a"), filed(1))
        known = (await platform.repository("intake").load(named("a"))).state.public_number
    asked = ["history", known, "--json"]
    first, again = [await asyncio.to_thread(CliRunner().invoke, reporting_cli.app, asked) for _ in range(2)]
    assert "is behind the store: reading it first" in first.stderr
    assert "behind" not in again.stderr
    assert known in again.stdout
