"""A thread's own connection: to take one from a pool and give it back costs more than most of our statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local

from sqlalchemy import Connection, Engine


class ThreadConnections:
    """Connections of one engine. The first `most` threads that ask have one for good; the others borrow."""

    def __init__(self, engine: Engine, most: int) -> None:
        self._engine, self._most = engine, most
        self._mine, self._lock = local(), Lock()
        self._all: list[Connection] = []

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """This thread's. After any error it is given up: the next use makes another."""
        connection: Connection | None = getattr(self._mine, "connection", None) or self._keep()
        if connection is None:
            with self._engine.connect() as borrowed:
                yield borrowed
            return
        try:
            yield connection
        except BaseException:
            self._give_up(connection)
            raise

    def close(self) -> None:
        """Let go of all, once no thread uses any."""
        while self._all:
            self._all.pop().close()

    def _keep(self) -> Connection | None:
        with self._lock:
            if len(self._all) >= self._most:
                return None
            connection = self._mine.connection = self._engine.connect()
            self._all.append(connection)
            return connection

    def _give_up(self, connection: Connection) -> None:
        self._mine.connection = None
        with self._lock:
            self._all.remove(connection)
        connection.close()
