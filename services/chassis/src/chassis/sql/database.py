"""Access to a SQL database, SQLite or PostgreSQL, for stores, key ring, vault and read models.

    database = Database("sqlite:///var/intake.db", metadata)
    row = await database.read(lambda connection: connection.execute(select(...)).one())
    await database.run(lambda connection: connection.execute(insert(...), rows))

Functions get a `Connection` inside a transaction and run on a thread, not on the event loop. They may run more than
once (after a deadlock or a lost connection), so they use nothing but the connection, and do not commit.
"""

import asyncio
import math
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, MetaData, PoolProxiedConnection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from chassis.base.errors import Retryable, StoreUnavailable
from chassis.base.group_commit import GroupCommit
from chassis.sql.connections import ThreadConnections
from chassis.sql.database_schema import make_schema
from chassis.sql.engine import POSTGRESQL, SQLITE, prepare_file, reading_engine, take_write_lock, writing_engine
from chassis.sql.errors import retry_while_locked, translate_commit_error, translate_error
from chassis.sql.history import History
from chassis.sql.migrate import upgrade
from chassis.sql.migration import migrate

T = TypeVar("T")

READERS = 4
WRITERS = 4
CHUNK = 512

Work = Callable[[Connection], Any]


class Database:
    """A database with the given tables; several processes may start at once.

    Read models, given as `MetaData`, are created at first use. Primary tables, given as their `History`, are migrated
    at first use on SQLite, whose processes share one machine and one version; on PostgreSQL `satupintu migrate` does
    it, and a database that lacks migrations is refused.

    Every method raises `StoreUnavailable` (nothing was written: no connection, locked for five seconds, disk full),
    `AccessDenied`, or `OutcomeUnknown` (a commit without an answer). Errors of a function's own statements (a
    constraint, a wrong column) are SQLAlchemy's. The first use also raises `NotMigrated`, `TooNew` or `OldTable`.
    """

    def __init__(
        self,
        url: str,
        tables: MetaData | History | None = None,
        *,
        busy_after_s: float = math.inf,
        refuse: Callable[[Connection], None] = lambda _connection: None,
    ) -> None:
        """`busy_after_s`: backlog of `run`, in seconds, above which it raises `Busy`. `refuse`: raises what forbids the
        use of the database; called before its tables are created.

        Raises:
            ValueError: not a URL of SQLite (with a file) or PostgreSQL.
        """
        self.url, self._url = url, make_url(url)
        self.dialect = self._url.get_backend_name()
        if self.dialect not in (SQLITE, POSTGRESQL):
            raise ValueError(f"a SQL database is sqlite:///... or postgresql+psycopg://..., not {self.dialect}://")
        if self.dialect == SQLITE and self._url.database in (None, "", ":memory:"):
            raise ValueError("a SQLite database of ours is a file: sqlite:///path/to/file.db")
        self._tables, self._refuse = tables or MetaData(), refuse
        self._writing = writing_engine(self._url, WRITERS)
        self._reading = reading_engine(self._url, READERS + 1)
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="sql-read")
        self._writer = GroupCommit("sql-write", self._run_together, busy_after_s=busy_after_s)
        self._write_connections, self._read_connections = (
            ThreadConnections(self._writing, WRITERS),
            ThreadConnections(self._reading, READERS),
        )
        self._created = False
        self._creating = Lock()
        self._closed = False

    async def run(self, function: Callable[[Connection], T]) -> T:
        """The result of `function` once its writes are committed. If it raises, only its own writes are undone.

        Functions run one after another on one thread per process; waiting ones share a transaction and its commit.
        """
        result: T = await self._writer.submit(function)
        return result

    async def read(self, function: Callable[[Connection], T]) -> T:
        """The result of `function`. Its statements see one snapshot and cannot write."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, function)

    def write_now(self, function: Callable[[Connection], T]) -> T:
        """As `run`, on the calling thread and in its own transaction: for writer threads and command lines."""
        self._create()
        return retry_while_locked(lambda: self._write_once(function))

    def read_now(self, function: Callable[[Connection], T]) -> T:
        """As `read`, on the calling thread."""
        self._create()
        return retry_while_locked(lambda: self._read_once(function))

    def purge(self, table: str, *, rewrite: bool = False) -> bool:
        """Remove what was deleted or overwritten in `table` from the database's files and logs, as far as possible now;
        the next checkpoint or vacuum removes the rest. Blocks the calling thread. False: a reader prevented it.

        `rewrite`: on PostgreSQL write the table and its indexes anew, because a vacuum leaves the bytes of dead rows
        in their pages and the words of dead rows in a GIN index. Nobody reads the table meanwhile.
        """
        connection = self._writing.raw_connection()
        try:
            if self.dialect == POSTGRESQL:
                connection.driver_connection.autocommit = True  # type: ignore[union-attr]
            cursor = connection.cursor()
            if self.dialect == POSTGRESQL:
                cursor.execute(f"vacuum {'full ' if rewrite else ''}{table}")
                busy = False
            else:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, *_ = cursor.fetchone() or (True,)
        except self._writing.dialect.loaded_dbapi.OperationalError:
            if not rewrite:
                raise
            return False
        else:
            return not busy
        finally:
            connection.invalidate()

    def polling_connection(self) -> PoolProxiedConnection:
        """A connection that reads without transactions, for a thread that polls with one small statement."""
        self._create()
        connection = self._reading.raw_connection()
        if self.dialect == POSTGRESQL:
            connection.driver_connection.autocommit = True  # type: ignore[union-attr]
        return connection

    def paramstyle(self, statement: str) -> str:
        """`statement`, written with `%s`, in the parameter style of the database's driver."""
        return statement if self.dialect == POSTGRESQL else statement.replace("%s", "?")

    async def check(self) -> None:
        """Bring its tables up to date, or refuse them, before anybody asks for something. A database that is away is
        checked at its first use.

        Raises:
            NotMigrated, TooNew, OldTable: a person must act.
        """
        with suppress(Retryable):
            await asyncio.to_thread(self._create)

    async def close(self) -> None:
        """Finish accepted work, then close every connection and thread. Repeatable."""
        await self._writer.close()
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """As `close`, for a caller that used nothing but `write_now` and `read_now`."""
        self._closed = True
        self._threads.shutdown()
        self._write_connections.close()
        self._read_connections.close()
        self._writing.dispose()
        self._reading.dispose()

    def _create(self) -> None:
        if self._closed:
            raise StoreUnavailable(f"{self._url.database} is closed")
        if self._created:
            return
        with self._creating:
            if not self._created:
                prepare_file(self._url)
                retry_while_locked(self._create_once)
                self._created = True

    def _create_once(self) -> None:
        # Not this thread's own connection, which it would keep.
        with self._writing.connect() as connection, connection.begin():
            self._create_tables(connection)

    def _create_tables(self, connection: Connection) -> None:
        self._refuse(connection)
        if isinstance(self._tables, History):
            if self.dialect == SQLITE:
                migrate(connection, self._tables, finish=True)
            else:
                self._tables.require(connection)
        elif self._tables.tables:
            take_write_lock(connection)
            make_schema(connection)
            self._tables.create_all(connection)
            upgrade(connection, self._tables)

    def _write_once(self, function: Callable[[Connection], T]) -> T:
        with self._write_connections.connection() as connection:
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
        with self._read_connections.connection() as connection, connection.begin():
            return function(connection)

    def _run_together(self, functions: Sequence[Work]) -> list[Any]:
        if len(functions) == 1:
            return [self.write_now(functions[0])]
        return self.write_now(lambda connection: [_in_savepoint(connection, function) for function in functions])


def _in_savepoint(connection: Connection, function: Work) -> Any:
    """What `function` returns or raises; a savepoint undoes only its own writes if it raises."""
    try:
        with connection.begin_nested():
            return function(connection)
    except DBAPIError:
        raise  # the database may have ended the transaction: each function is then run alone
    except Exception as error:  # noqa: BLE001 - raised by the caller's await
        return error


def fetch(connection: Connection, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The driver's plain tuples, for many rows or many calls, where SQLAlchemy's rows cost more than the query.
    Placeholders are `%s` for every database. Errors are SQLAlchemy's.
    """
    values = tuple(parameters)
    if connection.dialect.name == SQLITE:
        found: list[tuple[Any, ...]] = _driver_call(connection, "execute", statement, values).fetchall()
        return found
    cursor = connection.exec_driver_sql(statement, values).cursor
    return [] if cursor is None else cursor.fetchall()  # type: ignore[return-value]


def execute_many(connection: Connection, statement: str, values: Sequence[tuple[Any, ...]]) -> int:
    """Execute `statement` for each of these; the number of rows written. Placeholders and errors as for `fetch`."""
    if connection.dialect.name == SQLITE:
        return int(_driver_call(connection, "executemany", statement, values).rowcount)
    return connection.exec_driver_sql(statement, list(values)).rowcount


def _driver_call(connection: Connection, how: str, statement: str, values: Sequence[Any]) -> Any:
    try:
        return getattr(connection.connection.driver_connection, how)(statement.replace("%s", "?"), values)
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error, dialect=connection.dialect) from error


def chunks(values: Sequence[T]) -> Iterator[list[T]]:
    """`values` in lists short enough for one statement. Each length is a power of two (the last value is repeated), so
    that a driver prepares ten statements instead of five hundred. For `in (...)`, where repeats do no harm.
    """
    for start in range(0, len(values), CHUNK):
        part = list(values[start : start + CHUNK])
        yield part + [part[-1]] * ((1 << (len(part) - 1).bit_length()) - len(part))


def placeholders(count: int, mark: str = "%s") -> str:
    """`%s, %s, %s`: the placeholders of a list."""
    return ", ".join([mark] * count)
