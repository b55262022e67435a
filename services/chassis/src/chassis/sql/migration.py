"""Carries out the migrations of a history: `satupintu migrate`, and on SQLite whoever opens the database first.

An empty database gets today's tables at once. One that was made before there were revisions is brought to the first
revision, whatever version made it, by that revision's own script (`chassis.sql.migrate.adopt`).
"""

from importlib.resources import files
from threading import Lock
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, text

from chassis.sql.database_schema import make_schema
from chassis.sql.engine import POSTGRESQL
from chassis.sql.history import History

MIGRATION_LOCK: Final = 0x5A7_0917_0002
"""PostgreSQL advisory lock of whoever migrates. Not the lock of appends: the platform goes on meanwhile."""
WAIT_FOR_OTHERS: Final = "15min"
_ALEMBIC: Final = Lock()
"""Alembic's `op` is one per process."""


class Plan(NamedTuple):
    """What is to be done: `revisions` to run. `found`: the database's revision, or "empty", or "before revisions"."""

    found: str
    revisions: tuple[str, ...]


def plan(connection: Connection, history: History, *, finish: bool = False) -> Plan:
    """What `migrate` would do. Changes nothing. Raises TooNew."""
    revision = history.revision(connection)
    found = revision or ("before revisions" if history.tables_in(connection) else "empty")
    return Plan(found, history.missing(revision, finish=finish))


def migrate(connection: Connection, history: History, *, finish: bool = False) -> Plan:
    """Bring the database up to date in the caller's transaction; what was done. Processes may call it at once: on
    PostgreSQL they wait for each other here, on SQLite they waited at the beginning of the transaction.

    Raises:
        TooNew: the database belongs to a version that this one cannot work beside.
        OldTable: a table of before there were revisions cannot be brought up to date.
    """
    _wait_for_others(connection)
    make_schema(connection)
    planned = plan(connection, history, finish=finish)
    if not planned.revisions:
        return planned
    if planned.found == "empty":
        _create(connection, history)
    else:
        upgrade(connection, history, planned.revisions[-1])
    return planned


def upgrade(connection: Connection, history: History, to: str) -> None:
    """Run the scripts up to this revision."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "history": history})
    config.set_main_option("script_location", _escaped(files("chassis") / "migrations"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", _escaped(history.folder))
    with _ALEMBIC:
        command.upgrade(config, to)


def _create(connection: Connection, history: History) -> None:
    # A test compares what this makes with what the scripts make.
    history.metadata.create_all(connection)
    version = Table(history.version_table, MetaData(), Column("version_num", String(32), primary_key=True))
    version.create(connection)
    connection.execute(insert(version).values(version_num=history.target(finish=True)))


def _wait_for_others(connection: Connection) -> None:
    if connection.dialect.name != POSTGRESQL:
        return
    connection.execute(text(f"set local lock_timeout = '{WAIT_FOR_OTHERS}'"))
    # A busy machine may pause between two statements for longer than a process that serves may hold a transaction.
    connection.execute(text(f"set local idle_in_transaction_session_timeout = '{WAIT_FOR_OTHERS}'"))
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    # A statement that waits for a table makes everybody else wait behind it.
    connection.execute(text("set local lock_timeout = '5s'"))


def _escaped(path: Any) -> str:
    return str(path).replace("%", "%%")
