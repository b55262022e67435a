"""The one way to a SQL database, SQLite or PostgreSQL alike: stores, key ring, vault and read models stand on it.

    database = Database("sqlite:///var/intake.db", metadata)
    row = await database.read(lambda connection: connection.execute(select(...)).one())
    await database.run(lambda connection: connection.execute(insert(...), rows))

Functions are handed a `Connection` inside a transaction and run on a thread, never on the event loop. They may be run
more than once (a deadlock, a lost connection), so they touch nothing but the connection, and do not commit.
"""

import asyncio
import math
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, MetaData, PoolProxiedConnection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from chassis.base.errors import StoreUnavailable
from chassis.base.group_commit import GroupCommit
from chassis.sql.connections import ThreadConnections
from chassis.sql.engine import POSTGRESQL, SQLITE, prepare_file, reading_engine, take_write_lock, writing_engine
from chassis.sql.errors import retry_while_locked, translate_commit_error, translate_error
from chassis.sql.migrate import upgrade

T = TypeVar("T")

READERS = 4
WRITERS = 4
MOST_AT_ONCE = 512

Work = Callable[[Connection], Any]


class Database:
    """One database with the tables of `metadata`, made at first use (safe when several processes start at once).

    Every method raises `StoreUnavailable` (nothing was written: no connection, five seconds behind a lock, disk full),
    `AccessDenied`, or `OutcomeUnknown` (a commit whose answer was lost). Faults of a function's own statements
    (a constraint, a wrong column) come as SQLAlchemy raises them.
    """

    def __init__(self, url: str, metadata: MetaData | None = None, *, busy_after_s: float = math.inf) -> None:
        """`busy_after_s`: how long a backlog of `run` may grow before callers are told `Busy`.

        Raises:
            ValueError: not a URL of SQLite (with a file) or PostgreSQL.
        """
        self._url = make_url(url)
        self.dialect = self._url.get_backend_name()
        if self.dialect not in (SQLITE, POSTGRESQL):
            raise ValueError(f"a SQL database is sqlite:///... or postgresql+psycopg://..., not {self.dialect}://")
        if self.dialect == SQLITE and self._url.database in (None, "", ":memory:"):
            raise ValueError("a SQLite database of ours is a file: sqlite:///path/to/file.db")
        self._metadata = metadata or MetaData()
        self._writing = writing_engine(self._url, WRITERS)
        self._reading = reading_engine(self._url, READERS + 1)
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="sql-read")
        self._writer = GroupCommit("sql-write", self._run_together, busy_after_s=busy_after_s)
        self._kept_writing, self._kept_reading = (
            ThreadConnections(self._writing, WRITERS),
            ThreadConnections(self._reading, READERS),
        )
        self._made = False
        self._making = Lock()
        self._closed = False

    async def run(self, function: Callable[[Connection], T]) -> T:
        """What `function` returns, once its writes are committed. If it raises, its writes are undone, it alone fails.

        Functions run one after another on one thread per process; those that wait share a transaction and its commit.
        """
        result: T = await self._writer.submit(function)
        return result

    async def read(self, function: Callable[[Connection], T]) -> T:
        """What `function` returns. All its statements see the same moment, and it cannot write."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, function)

    def write_now(self, function: Callable[[Connection], T]) -> T:
        """`run`, on the calling thread and in a transaction of its own: for writer threads and command lines."""
        self._make()
        return retry_while_locked(lambda: self._write_once(function))

    def read_now(self, function: Callable[[Connection], T]) -> T:
        """`read`, on the calling thread."""
        self._make()
        return retry_while_locked(lambda: self._read_once(function))

    def purge(self, table: str) -> None:
        """Get what was deleted from `table`, or overwritten in it, out of the database's own files and logs, as far as
        the database lets go now; the rest goes with its next checkpoint or vacuum. Blocks the calling thread.
        """
        connection = self._writing.raw_connection()
        try:
            if self.dialect == POSTGRESQL:
                connection.driver_connection.autocommit = True  # type: ignore[union-attr]
            cursor = connection.cursor()
            cursor.execute(f"vacuum {table}" if self.dialect == POSTGRESQL else "PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()
        finally:
            connection.invalidate()

    def watching(self) -> PoolProxiedConnection:
        """A bare connection that reads without transactions, for a thread that asks one small question for ever."""
        self._make()
        connection = self._reading.raw_connection()
        if self.dialect == POSTGRESQL:
            connection.driver_connection.autocommit = True  # type: ignore[union-attr]
        return connection

    def paramstyle(self, statement: str) -> str:
        """`statement`, written with `%s`, in the parameter style of this database's driver."""
        return statement if self.dialect == POSTGRESQL else statement.replace("%s", "?")

    async def close(self) -> None:
        """Finish what was accepted, then let go of every connection and thread. Repeatable."""
        await self._writer.close()
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)
        self._kept_writing.close()
        self._kept_reading.close()
        self._writing.dispose()
        self._reading.dispose()

    def _make(self) -> None:
        if self._closed:
            raise StoreUnavailable(f"{self._url.database} is closed")
        if self._made:
            return
        with self._making:
            if not self._made:
                prepare_file(self._url)
                retry_while_locked(lambda: self._write_once(self._make_tables))
                self._made = True

    def _make_tables(self, connection: Connection) -> None:
        take_write_lock(connection)
        self._metadata.create_all(connection)
        upgrade(connection, self._metadata)

    def _write_once(self, function: Callable[[Connection], T]) -> T:
        with self._kept_writing.connection() as connection:
            transaction = connection.begin()
            try:
                result = function(connection)
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
            except DBAPIError as error:
                raise translate_commit_error(error) or translate_error(error) from error
            return result

    def _read_once(self, function: Callable[[Connection], T]) -> T:
        with self._kept_reading.connection() as connection, connection.begin():
            return function(connection)

    def _run_together(self, functions: Sequence[Work]) -> list[Any]:
        if len(functions) == 1:
            return [self.write_now(functions[0])]
        return self.write_now(lambda connection: [_apart(connection, function) for function in functions])


def _apart(connection: Connection, function: Work) -> Any:
    """What `function` gives or raises, its writes undone if it raises and its neighbours' kept."""
    try:
        with connection.begin_nested():
            return function(connection)
    except DBAPIError:
        raise  # the database may have ended the whole transaction: each is then tried by itself
    except Exception as error:  # noqa: BLE001 - handed to the one who asked
        return error


def fetch(connection: Connection, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The plain tuples a driver gives: for thousands of rows, or thousands of times, where SQLAlchemy's own cost more
    than the query. Errors are SQLAlchemy's.
    """
    values = tuple(parameters)
    if connection.dialect.name == SQLITE:
        found: list[tuple[Any, ...]] = _straight(connection, "execute", statement, values).fetchall()
        return found
    cursor = connection.exec_driver_sql(statement, values).cursor
    return [] if cursor is None else cursor.fetchall()  # type: ignore[return-value]


def execute_many(connection: Connection, statement: str, values: Sequence[tuple[Any, ...]]) -> int:
    """Carry out `statement` for each of these; how many rows it wrote. As `fetch`."""
    if connection.dialect.name == SQLITE:
        return int(_straight(connection, "executemany", statement, values).rowcount)
    return connection.exec_driver_sql(statement, list(values)).rowcount


def _straight(connection: Connection, how: str, statement: str, values: Sequence[Any]) -> Any:
    try:
        return getattr(connection.connection.driver_connection, how)(statement, values)
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error, dialect=connection.dialect) from error


def chunks(values: Sequence[T]) -> Iterator[list[T]]:
    """`values` in lists short enough for one statement, each as long as a power of two (the last value is repeated),
    so that a driver prepares ten statements and not five hundred. For `in (...)`, where a repeat does no harm.
    """
    for start in range(0, len(values), MOST_AT_ONCE):
        part = list(values[start : start + MOST_AT_ONCE])
        yield part + [part[-1]] * ((1 << (len(part) - 1).bit_length()) - len(part))


def placeholders(count: int, mark: str = "%s") -> str:
    """`%s, %s, %s`: the marks of a list."""
    return ", ".join([mark] * count)
