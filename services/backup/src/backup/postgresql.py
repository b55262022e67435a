"""Copies and replaces a PostgreSQL database with pg_dump and pg_restore."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from backup.errors import NoSpace, ToolFailed
from backup.folder import settle

MIGRATIONS: Final = "alembic"
"""Beginning of the names of tables that say how far a database was migrated."""
_MINE: Final = "n.nspname = current_schema()"
_TABLES: Final = f"select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where {_MINE} and c.relkind in ('r', 'p') order by 1"  # noqa: E501, S608
_COLUMNS: Final = (
    "select table_name, column_name from information_schema.columns where table_schema = current_schema() "
    "order by table_name, ordinal_position"
)
_FUNCTIONS: Final = (
    f"select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace where {_MINE} "  # noqa: S608
    "and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"
)
_OTHERS: Final = (
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
    "and backend_type = 'client backend'"
)
Ask = Callable[[str], Sequence[tuple[Any, ...]]]


def copy(url: str, to: Path, tables: Collection[str], look: Callable[[Ask], None]) -> dict[str, tuple[str, ...]] | None:
    """A dump of the whole database without the tables that are not ours to keep. As `backup.databases.copied`."""
    with psycopg.connect(conninfo(url)) as connection:
        connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True

        def ask(statement: str) -> list[tuple[Any, ...]]:
            return connection.execute(statement.encode()).fetchall()

        [(snapshot,)] = ask("select pg_export_snapshot()")
        there = [str(name) for (name,) in ask(_TABLES)]
        if not set(there) & set(tables):
            return None
        look(ask)
        found: dict[str, tuple[str, ...]] = {}
        for table, column in ask(_COLUMNS):
            if table in tables:
                found[table] = (*found.get(table, ()), column)
        others = [name for name in there if name not in tables and not name.startswith(MIGRATIONS)]
        [(schema,)] = ask("select current_schema()")
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        left_out = [f'--exclude-table="{schema}"."{name}"' for name in others]
        chosen = (f'--schema="{schema}"', f"--snapshot={snapshot}")
        form = ("--format=custom", "--no-owner", "--no-privileges", f"--file={to}", *chosen)
        _run("pg_dump", url, to.parent, *form, *left_out)
    to.chmod(0o600)
    settle(to)
    return found


def restore(file: Path, url: str) -> None:
    """Bring a dump into a database without these tables, in one transaction."""
    entries = _tool("pg_restore", {}, file.parent, "--list", str(file))
    # The schema is there: every database has `public`, and `wipe` makes another.
    wanted = [line for line in entries.splitlines() if not re.match(r"\d+; \d+ \d+ (SCHEMA|ACL|COMMENT) - ", line)]
    with NamedTemporaryFile("w", suffix=".list") as chosen:
        chosen.write("\n".join(wanted) + "\n")
        chosen.flush()
        form = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", f"--use-list={chosen.name}")
        _run("pg_restore", url, file.parent, *form, str(file))


def others_connected(url: str) -> int:
    """Connections of other programs."""
    with psycopg.connect(conninfo(url)) as connection:
        return int(connection.execute(_OTHERS.encode()).fetchall()[0][0])


def holds_tables(url: str, but: Collection[str] = ()) -> int:
    """How many tables there are, others than these."""
    return len([name for name in _tables(url) if name not in but])


def has_table(url: str, name: str) -> bool:
    """Whether there is this table."""
    return name in _tables(url)


def execute(url: str, *statements: str) -> None:
    """Execute these in one transaction."""
    with psycopg.connect(conninfo(url)) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def wipe(url: str, but: Collection[str] = ()) -> None:
    """Drop every table but these, and every function, of the first schema that the address names; make that schema."""
    with psycopg.connect(conninfo(url)) as connection:
        make_schema(connection)
        for (name,) in connection.execute(_TABLES.encode()).fetchall():
            if name not in but:
                connection.execute(sql.SQL("drop table {} cascade").format(sql.Identifier(name)))
        for (function,) in connection.execute(_FUNCTIONS.encode()).fetchall():
            connection.execute(f"drop function {function} cascade".encode())


def conninfo(url: str, *, password: bool = True) -> str:
    """The address as PostgreSQL's own programs read it."""
    given = make_url(url).set(drivername="postgresql")
    return (given if password else given.set(password=None)).render_as_string(hide_password=False)


def check_tools(*names: str) -> None:
    """Raises ToolFailed: one of these programs is missing."""
    for name in names:
        if shutil.which(name) is None:
            raise ToolFailed(
                f"{name} is not in PATH: install PostgreSQL's client programs (Debian: postgresql-client), of the "
                "server's version or newer"
            )


def make_schema(connection: psycopg.Connection[Any]) -> None:
    """Make the schema that the address names, `...?options=-csearch_path%3Dintake`, unless it is there."""
    [(path, there)] = connection.execute(b"select current_setting('search_path'), current_schema()").fetchall()
    name = str(path).partition(",")[0].strip().strip('"')
    if there is None and name:
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(name)))


def _tables(url: str) -> list[str]:
    with psycopg.connect(conninfo(url)) as connection:
        return [str(name) for (name,) in connection.execute(_TABLES.encode()).fetchall()]


def _run(name: str, url: str, folder: Path, *arguments: str) -> None:
    password = make_url(url).password
    # Through the environment: arguments are visible to every user of the machine.
    secret = {"PGPASSWORD": str(password)} if password else {}
    _tool(name, secret, folder, f"--dbname={conninfo(url, password=False)}", *arguments)


def _tool(name: str, secret: Mapping[str, str], folder: Path, *arguments: str) -> str:
    check_tools(name)
    done = subprocess.run(  # noqa: S603
        [name, *arguments], env={**os.environ, **secret}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        if "No space left on device" in done.stderr:
            raise NoSpace(f"the disk of {folder}, or that of the database, is full: make room and start again")
        raise ToolFailed(f"{name} failed: {' '.join(done.stderr.split()[-60:])}")
    return done.stdout
