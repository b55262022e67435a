"""One connection per thread; avoids a pool checkout, which costs more than most of our statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local

from sqlalchemy import Connection, Engine


class ThreadConnections:
    """Connections of one engine. The first `limit` threads each keep one; others take one from the pool."""

    def __init__(self, engine: Engine, limit: int) -> None:
        self._engine, self._limit = engine, limit
        self._own, self._lock = local(), Lock()
        self._all: list[Connection] = []

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """This thread's connection. After any error it is closed; the next use opens another."""
        connection: Connection | None = getattr(self._own, "connection", None) or self._open()
        if connection is None:
            with self._engine.connect() as borrowed:
                yield borrowed
            return
        try:
            yield connection
        except BaseException:
            self._discard(connection)
            raise

    def close(self) -> None:
        """Close all; call it when no thread uses any."""
        while self._all:
            self._all.pop().close()

    def _open(self) -> Connection | None:
        with self._lock:
            if len(self._all) >= self._limit:
                return None
            connection = self._own.connection = self._engine.connect()
            self._all.append(connection)
            return connection

    def _discard(self, connection: Connection) -> None:
        self._own.connection = None
        with self._lock:
            self._all.remove(connection)
        connection.close()
