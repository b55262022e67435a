"""Every part in one PostgreSQL database: refused before `satupintu migrate`, complete after it, and no part in another's
schema.
"""

import asyncio
from contextlib import AsyncExitStack
from importlib.metadata import entry_points
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest
from typer.testing import CliRunner

from chassis.base.errors import NotMigrated
from chassis.base.settings import Settings, read_settings
from chassis.cli.migrate import app as command
from chassis.cli.rebuild import GROUP as VIEWS
from chassis.service.migrating import GROUP, StillRunning, level_of, migrate_all
from chassis.service.platform import open_platform
from local.front import create_app
from schemas.events.levels import LEVEL
from support.commands import own_state
from support.postgres import Postgres, plain
from support.signed_in import AsNeeded

SCHEMAS = {"store", "keys", "vault", "limits", "offices", "sessions", "access_log"}
OWN = "select table_schema, table_name from information_schema.tables where table_schema not like ALL (%s)"
FILED = {"text": "Lampu jalan padam semua sejak Senin.", "place": {"region": "35.78"}}


@pytest.fixture
def settings(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of an installation with one empty PostgreSQL database."""
    state = tmp_path / "var"
    state.mkdir()
    own_state(state, monkeypatch)
    monkeypatch.setenv("SATUPINTU_DATABASE_URL", postgres.empty_database())
    return read_settings()


def tables(settings: Settings) -> dict[str, set[str]]:
    """By schema."""
    found: dict[str, set[str]] = {}
    with psycopg.connect(plain(str(settings.database_url))) as connection:
        for schema, table in connection.execute(OWN, (["pg_%", "information_schema"],)):
            found.setdefault(schema, set()).add(table)
    return found


async def test_a_process_refuses_the_database_until_it_is_migrated(settings: Settings) -> None:
    for _ in range(2):
        with pytest.raises(NotMigrated, match="`satupintu migrate`"):
            async with open_platform(settings):
                pass
    assert await asyncio.to_thread(tables, settings) == {}, "and leaves nothing in it"


async def test_the_front_and_every_read_model_work_in_one_database(settings: Settings) -> None:
    await asyncio.to_thread(lambda: list(migrate_all(settings)))
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://door", auth=AsNeeded()) as client:
            headers = {"Idempotency-Key": str(UUID(int=1))}
            answer = await client.post("/api/v1/complaints", json=FILED, headers=headers)
            assert answer.status_code == 201, answer.text
            filed = answer.json()
            shown = await client.get(f"/api/v1/complaints/{filed['tracking_code']}")
            assert shown.json()["public_number"] == filed["public_number"]
    names = set[str]()
    async with open_platform(settings) as platform, AsyncExitStack() as stack:
        for point in entry_points(group=VIEWS):
            service = point.load()
            names.add(f"views_{point.name.replace('-', '_')}")
            for each in service.views(await stack.enter_async_context(service.open(platform))):
                if each.projection is not None:
                    assert await each.projection.catch_up() == await platform.store.newest()
    found = await asyncio.to_thread(tables, settings)
    assert set(found) >= SCHEMAS
    assert set(found) - SCHEMAS <= names, "read models are in schemas of their own"
    for point in entry_points(group=GROUP):
        history = point.load()
        if history.name != "erasures":
            schema = {"access-log": "access_log"}.get(history.name, history.name)
            assert found[schema] == {*history.metadata.tables, history.version_table}


def test_the_command_tells_what_would_run_and_ends_an_upgrade(settings: Settings) -> None:
    run = CliRunner().invoke
    told = run(command, ["--check"])
    assert (told.exit_code, "store: found empty; would run 0_0001" in told.output) == (1, True), told.output
    assert "vault: found empty; ran 0_0001" in run(command, []).output
    assert (run(command, ["--check"]).exit_code, run(command, ["--check"]).output) == (0, "nothing to do\n")
    assert level_of(settings) == LEVEL, "a new installation has nothing to wait for"


def test_an_upgrade_does_not_end_while_the_version_before_is_connected(settings: Settings) -> None:
    list(migrate_all(settings))
    with psycopg.connect(plain(str(settings.database_url))), pytest.raises(StillRunning, match="1 sessions"):
        list(migrate_all(settings, finish=True))
    list(migrate_all(settings, finish=True))
