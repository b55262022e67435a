"""The histories of primary tables, on SQLite and PostgreSQL: what they make, take over, refuse and leave alone."""

import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, insert, inspect, select, text

from chassis.base.errors import NotMigrated, TooNew
from chassis.base.settings import read_settings
from chassis.cli.rebuild import GROUP as VIEWS
from chassis.project.rebuild import Rebuildable
from chassis.service.migrating import GROUP
from chassis.service.platform import open_platform
from chassis.sql.comparison import options
from chassis.sql.database import Database
from chassis.sql.history import History
from chassis.sql.migration import Plan, migrate, plan, upgrade
from chassis.sql.types import Moment
from intake.storage import relations
from schemas.events.levels import LEVEL
from support.commands import own_state
from support.postgres import Postgres

HISTORIES: dict[str, History] = {point.name: point.load() for point in entry_points(group=GROUP)}
DATABASES = ("sqlite", "postgresql")
every_history = pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/new.db"
    else:
        url = request.getfixturevalue("postgres").empty_database()
    database = Database(url)
    yield database
    database.close_now()


def differences(connection: Connection, history: History) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection, opts=options(history)), history.metadata))


@pytest.fixture
async def read_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Rebuildable]]:
    """Every read model that `satupintu rebuild` lists."""
    state = tmp_path / "var"
    state.mkdir()
    own_state(state, monkeypatch)
    async with open_platform(read_settings()) as platform, AsyncExitStack() as stack:
        found: list[Rebuildable] = []
        for point in entry_points(group=VIEWS):
            service = point.load()
            found += service.views(await stack.enter_async_context(service.open(platform)))
        yield found


OURS = ("chassis", "intake", "router", "agency_inbox", "escalation", "reporting", "audit", "local")


def module_metadata() -> Iterator[tuple[str, MetaData]]:
    """Each `MetaData` that a module of ours holds."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS and ".migrations" not in name:
            yield from ((name, each) for each in vars(module).values() if isinstance(each, MetaData))


@every_history
def test_scripts_make_exactly_the_tables_of_the_code(empty: Database, history: History) -> None:
    empty.write_now(lambda connection: upgrade(connection, history, history.revisions[-1]))
    assert empty.read_now(lambda connection: differences(connection, history)) == []
    assert empty.read_now(lambda connection: plan(connection, history)).revisions == ()


@every_history
def test_a_new_database_equals_a_migrated_one(empty: Database, history: History) -> None:
    assert empty.write_now(lambda connection: migrate(connection, history)) == Plan("empty", history.revisions)
    assert empty.read_now(lambda connection: differences(connection, history)) == []
    assert empty.write_now(lambda connection: migrate(connection, history)) == Plan(history.revisions[-1], ())


@every_history
def test_tables_of_before_revisions_are_taken_over_with_their_rows(empty: Database, history: History) -> None:
    empty.write_now(history.metadata.create_all)
    table = history.metadata.sorted_tables[0]
    empty.write_now(lambda connection: connection.execute(insert(table).values(**row_of(table))))
    assert empty.write_now(lambda connection: migrate(connection, history)).found == "before revisions"
    assert empty.read_now(lambda connection: differences(connection, history)) == []
    assert empty.read_now(lambda connection: connection.scalar(select(func.count()).select_from(table))) >= 1


def row_of(table: Table) -> dict[str, Any]:
    """A row with something in each column."""
    samples: dict[type[Any], Any] = {int: 7, str: "x", bytes: b"x", bool: True}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        column.name: moment if isinstance(column.type, Moment) else samples[column.type.python_type]
        for column in table.columns
    }


def half_upgraded(connection: Connection, history: History) -> None:
    """As an older version left it, whose upgrade ended in the middle: without the last table, indexes, and columns
    that were added later.
    """
    history.metadata.create_all(connection)
    names = [each.name for each in history.metadata.sorted_tables]
    if len(names) > 1:
        connection.exec_driver_sql(f"drop table {names[-1]}")
    for table in history.metadata.sorted_tables[:-1] or history.metadata.sorted_tables:
        for index in table.indexes:
            connection.exec_driver_sql(f"drop index {index.name}")
        for column in table.columns:
            if column.server_default is not None:
                connection.exec_driver_sql(f"alter table {table.name} drop column {column.name}")


@every_history
def test_a_half_upgraded_database_is_completed(empty: Database, history: History) -> None:
    empty.write_now(lambda connection: half_upgraded(connection, history))
    empty.write_now(lambda connection: migrate(connection, history))
    assert empty.read_now(lambda connection: differences(connection, history)) == []


def test_the_access_log_that_was_taken_over_still_refuses_changes(empty: Database) -> None:
    history = HISTORIES["access-log"]
    empty.write_now(lambda connection: upgrade(connection, history, history.revisions[-1]))
    row = "insert into access_log values (1, 0, 'k', 'i', 's', 'r', '{}', 'k', 'm')"
    empty.write_now(lambda connection: connection.exec_driver_sql(row))
    with pytest.raises(Exception, match="append-only"):
        empty.write_now(lambda connection: connection.exec_driver_sql("delete from access_log"))


def test_several_that_migrate_at_once_do_it_once(empty: Database) -> None:
    history = HISTORIES["vault"]
    empty.write_now(history.metadata.create_all)
    several = [Database(empty.url) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda one: one.write_now(lambda connection: migrate(connection, history)), several))
    assert sorted(len(each.revisions) for each in done) == [0, 0, 0, len(history.revisions)]
    for each in several:
        each.close_now()


def test_every_primary_table_has_one_history_and_read_models_have_none(read_models: list[Rebuildable]) -> None:
    owners: dict[str, list[str]] = {}
    for name, history in HISTORIES.items():
        assert history.name == name
        for table in history.metadata.tables:
            owners.setdefault(table, []).append(history.name)
    assert {table: names for table, names in owners.items() if len(names) > 1} == {}
    rebuilt = {table.name for one in read_models for table in one.view.define(MetaData(), "")}
    assert rebuilt.isdisjoint(owners)
    histories = {id(history.metadata) for history in HISTORIES.values()}
    views = {id(one.metadata) for one in read_models}
    assert views.isdisjoint(histories)


def test_no_metadata_is_outside_a_history_and_the_read_models(read_models: list[Rebuildable]) -> None:
    known = {id(history.metadata) for history in HISTORIES.values()} | {id(one.metadata) for one in read_models}
    known.add(id(relations.METADATA))  # intake's read model, which its worker makes anew and no command rebuilds
    found = {name: each for name, each in module_metadata() if id(each) not in known}
    assert found == {}, "give its tables a history, or make it a read model"


# ---- a planted history, with what the next release may bring


def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *scripts: tuple[str, str]) -> History:
    """A history whose folder holds these scripts: the id, and the body of `upgrade`."""
    folder = tmp_path / "planted" / "migrations" / "planted"
    folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / "planted/__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "planted", raising=False)  # another test's
    before = None
    for name, body in scripts:
        head = f"from alembic import op\nimport sqlalchemy as sa\nrevision, down_revision = {name!r}, {before!r}\n"
        (folder / f"r{name}_words.py").write_text(f"{head}\ndef upgrade():\n    {body}\n")
        before = name
    tables = MetaData()
    Table("planted", tables, Column("id", Integer, primary_key=True), Column("added", String(9)))
    return History("planted", tables, "vault_url", "planted")


FIRST = (
    "0_0001",
    "op.create_table('planted', sa.Column('id', sa.Integer, primary_key=True), sa.Column('old', sa.Text))",
)
ADDS = (f"{LEVEL}_0002", "op.add_column('planted', sa.Column('added', sa.String(9)))")
DROPS = (f"{LEVEL}_0003_finish", "op.drop_column('planted', 'old')")
NEXT = (f"{LEVEL + 1}_0004", "op.add_column('planted', sa.Column('next', sa.Text))")
NEXT_DROPS = (f"{LEVEL + 1}_0005_finish", "op.drop_column('planted', 'added')")


def columns(connection: Connection) -> set[str]:
    return {each["name"] for each in inspect(connection).get_columns("planted")}


def test_what_the_version_before_needs_is_dropped_only_at_the_end(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = planted(tmp_path, monkeypatch, FIRST)
    empty.write_now(lambda connection: upgrade(connection, then, "0_0001"))
    now = planted(tmp_path, monkeypatch, FIRST, ADDS, DROPS)
    assert empty.write_now(lambda connection: migrate(connection, now)).revisions == (ADDS[0],)
    assert empty.read_now(columns) == {"id", "old", "added"}
    assert empty.write_now(lambda connection: migrate(connection, now)).revisions == ()
    assert empty.write_now(lambda connection: migrate(connection, now, finish=True)).revisions == (DROPS[0],)
    assert empty.read_now(columns) == {"id", "added"}
    assert empty.write_now(lambda connection: migrate(connection, now)).revisions == ()


def test_a_process_goes_on_beside_the_next_version_until_that_one_finishes(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = planted(tmp_path, monkeypatch, FIRST, ADDS)
    empty.write_now(lambda connection: upgrade(connection, now, ADDS[0]))
    for newer, goes_on in ((NEXT[0], True), (NEXT_DROPS[0], False), (f"{LEVEL + 2}_0009", False)):
        stamp = text(f"update {now.version_table} set version_num = '{newer}'")
        empty.write_now(lambda connection, of=stamp: connection.execute(of))  # type: ignore[misc]
        if goes_on:
            empty.read_now(now.require)
            assert empty.write_now(lambda connection: migrate(connection, now)) == Plan(newer, ())
        else:
            for use in (now.require, lambda connection: migrate(connection, now)):
                with pytest.raises(TooNew, match=r"planted is at revision .*start that version"):
                    empty.write_now(use)


def test_a_failed_migration_leaves_nothing_behind(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = planted(tmp_path, monkeypatch, FIRST)
    empty.write_now(lambda connection: upgrade(connection, now, "0_0001"))
    wrong = planted(tmp_path, monkeypatch, FIRST, ADDS, (f"{LEVEL}_0003", "raise RuntimeError('planted')"))
    with pytest.raises(RuntimeError, match="planted"):
        empty.write_now(lambda connection: migrate(connection, wrong))
    assert empty.read_now(columns) == {"id", "old"}
    assert empty.read_now(now.revision) == "0_0001"


@every_history
def test_postgresql_without_migrations_is_refused_by_name_of_the_command(postgres: Postgres, history: History) -> None:
    database = Database(postgres.empty_database(), history)
    with pytest.raises(
        NotMigrated, match=rf"{history.name} .*SATUPINTU_{history.setting.upper()}.*`satupintu migrate`"
    ):
        database.read_now(lambda connection: connection.execute(text("select 1")))
    database.close_now()


@every_history
def test_revisions_stand_in_the_order_in_which_they_run(history: History) -> None:
    ends = [each.endswith("_finish") for each in history.revisions]
    levels = [int(each.partition("_")[0]) for each in history.revisions]
    assert levels == sorted(levels)
    for level in set(levels):
        of_level = [end for end, its in zip(ends, levels, strict=True) if its == level]
        assert of_level == sorted(of_level), "what ends an upgrade comes after what prepares it"
    assert max(levels) <= LEVEL
