"""Engines for SQLite and PostgreSQL, configured for the same guarantees.

SQLite: write-ahead log, every commit synced to disk (synchronous=FULL), BEGIN IMMEDIATE for writers, because a lock
requested inside a transaction fails at once. PostgreSQL: reads see one snapshot; lock and idle timeouts.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection

from chassis.base.private_files import close_to_others
from chassis.sql.errors import retry_while_locked
from schemas.events.levels import LEVEL

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_QUIET: Final = {"hide_parameters": True}
"""An error is logged, and the values of its statement may be a person's words."""

_PRAGMAS: Final = (
    "synchronous=FULL",
    "busy_timeout=0",  # replaced by chassis.sql.errors.retry_while_locked
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is overwritten
    "wal_autocheckpoint=4000",
    "journal_size_limit=67108864",
    "cache_size=-32000",
)

_SERVER_LIMITS: Final = "-c lock_timeout=5000 -c idle_in_transaction_session_timeout=10000"
APPLICATION: Final = "satupintu-"
_CONNECT: Final = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "application_name": f"{APPLICATION}{LEVEL}"}
_SESSIONS: Final = text(
    "select application_name from pg_stat_activity where datname = current_database() and usename = current_user"
    " and pid <> pg_backend_pid() and backend_type = 'client backend'"
)

_WRITE_LOCK: Final = 0x5A7_0917_0001
"""PostgreSQL advisory lock for assigning positions and for changing tables."""


def writing_engine(url: URL, connections: int) -> Engine:
    """An engine whose transactions may write."""
    if url.get_backend_name() == POSTGRESQL:
        return create_engine(url, pool_size=connections, connect_args=_arguments(url), **_QUIET)
    return _sqlite(url, connections, "BEGIN IMMEDIATE", ())


def reading_engine(url: URL, connections: int) -> Engine:
    """A read-only engine whose transactions see one snapshot."""
    if url.get_backend_name() == POSTGRESQL:
        arguments = _arguments(url)
        engine = create_engine(
            url, pool_size=connections, connect_args=arguments, isolation_level="REPEATABLE READ", **_QUIET
        )
        return engine.execution_options(postgresql_readonly=True)
    return _sqlite(url, connections, "BEGIN", ("query_only=ON",))


def take_write_lock(connection: Connection) -> None:
    """Hold the write lock until the end of the transaction. SQLite holds it since BEGIN IMMEDIATE."""
    if connection.dialect.name == POSTGRESQL:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})


def sessions_of_before(connection: Connection) -> int:
    """How many sessions of this user in this PostgreSQL database are of a version with a lower feature level; those of
    before there were levels have no name.
    """
    names = connection.execute(_SESSIONS).scalars().all()
    levels = [name.removeprefix(APPLICATION) for name in names if not name or name.startswith(APPLICATION)]
    return sum(not level.isdigit() or int(level) < LEVEL for level in levels)


def prepare_file(url: URL) -> None:
    """Create a SQLite database's folder and file and set its log mode. Several processes may call it at once."""
    if url.get_backend_name() != SQLITE:
        return
    path = Path(str(url.database))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        close_to_others(each)  # SQLite gives the log files the mode of the database, when it makes them
    retry_while_locked(lambda: _write_ahead(path))


def _write_ahead(path: Path) -> None:
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL").fetchone()
    finally:
        connection.close()


def _sqlite(url: URL, connections: int, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        connect_args={"timeout": 0, "isolation_level": None, "check_same_thread": False},
        **_QUIET,
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS + pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "begin", _beginner(begin))
    return engine


def _beginner(begin: str) -> Callable[[Connection], None]:
    def start(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        retry_while_locked(lambda: driver.execute(begin))

    return start


def _arguments(url: URL) -> dict[str, object]:
    options = url.query.get("options", ())
    given = options if isinstance(options, str) else " ".join(options)
    return _CONNECT | {"options": f"{given} {_SERVER_LIMITS}".strip()}
