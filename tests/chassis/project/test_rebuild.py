"""A read model is rebuilt from the store while the live one is read and updated."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select, update
from typer.testing import CliRunner

from chassis.base.settings import read_settings
from chassis.cli import rebuild as rebuild_cli
from chassis.project.from_store import StoreProjection
from chassis.project.position import position_table
from chassis.project.rebuild import rebuild
from chassis.service.platform import open_platform
from chassis.sql.database import Database
from local.platform.processes import PlatformLayout, environment
from local.platform.state_dir import make_secrets
from reporting.app import open_reporting
from reporting.queries import REPORTS
from support.background_tasks import file, file_many, number
from support.lives_view import counted, define, lives
from support.stores import memory_store

VIEWS = [
    "agency-inbox.cases",
    "escalation.ladder",
    "escalation.open_work",
    "reporting.reports",
    "reporting.figures",
    "reporting.supports",
    "reporting.listed",
    "reporting.open-data",
    "router.router",
    "router.open_work",
    "router.likeness",
    "router.content_reports",
]


async def test_rows_that_were_wrong_are_right_again_and_none_is_counted_twice_though_a_feed_goes_on(
    tmp_path: Path,
) -> None:
    store, metadata, told = memory_store(), MetaData(), list[int]()
    position_table(metadata)
    [table] = define(metadata, "")
    database = Database(f"sqlite:///{tmp_path}/views.db", metadata)
    feed, other = (StoreProjection(store, database, metadata, lives()) for _ in range(2))
    await file_many(store, 300)
    await feed.catch_up()
    await database.run(lambda connection: connection.execute(update(table).values(events=7)))

    going = asyncio.create_task(other.run())
    adding = asyncio.create_task(_file_on(store, 300, 900))
    await rebuild(store, database, metadata, lives(), feed, lambda count, _position: told.append(count))
    await adding
    await feed.catch_up()
    going.cancel()
    assert await counted(database, table) == 900
    assert sum(told) >= 300
    await database.close()


async def _file_on(store: object, start: int, end: int) -> None:
    for first in range(start, end, 20):
        await file_many(store, 20, start=first)  # type: ignore[arg-type]
        await asyncio.sleep(0)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of a platform without running processes."""
    make_secrets(tmp_path)
    for name, value in environment(PlatformLayout(tmp_path, 1, "127.0.0.1:1")).items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.mark.usefixtures("state")
async def test_every_view_of_every_service_is_made_again_on_the_command_line() -> None:
    async with open_platform(read_settings()) as platform:
        for index in range(3):
            await file(platform.repository("intake"), number(index))
    run = CliRunner()
    listed = await asyncio.to_thread(run.invoke, rebuild_cli.app, [])
    assert listed.stdout.split() == VIEWS
    done = await asyncio.to_thread(run.invoke, rebuild_cli.app, ["all"])
    assert done.exit_code == 0, done.output
    assert [f"{name}: rebuilt from" in done.output for name in VIEWS] == [True] * len(VIEWS)
    assert "reporting.reports: rebuilt from 3 events" in done.output
    async with open_platform(read_settings()) as platform, open_reporting(platform) as reporting:
        query = select(REPORTS.c.complaint)
        rows = await reporting.database.read(lambda connection: connection.execute(query).scalars().all())
    assert set(rows) == {str(number(index)) for index in range(3)}


@pytest.mark.usefixtures("state")
def test_a_view_that_is_not_there_is_answered_with_those_that_are() -> None:
    done = CliRunner().invoke(rebuild_cli.app, ["reports"], env={"COLUMNS": "400"})
    assert done.exit_code == 2
    assert "there is no view reports; there are agency-inbox.cases, " in done.output
