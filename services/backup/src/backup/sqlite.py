"""Copies and replaces a SQLite database, by SQLite's online backup: writers go on meanwhile, and none is half in it."""

import shutil
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy.engine import make_url

from backup.errors import Tampered
from backup.folder import digest, settle

BESIDE: Final = ("-wal", "-shm", "-journal")
STAGED: Final = ".restoring"
Ask = Callable[[str], Sequence[tuple[Any, ...]]]


def path_of(url: str) -> Path:
    """The database's file."""
    return Path(str(make_url(url).database)).absolute()


def copy(url: str, to: Path, tables: Collection[str], look: Callable[[Ask], None]) -> dict[str, tuple[str, ...]] | None:
    """The whole file, whatever `tables` are. As `backup.databases.copied`."""
    source = path_of(url)
    if not source.exists():
        return None
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    to.touch(mode=0o600)
    with closing(_reading(source)) as live, closing(sqlite3.connect(to)) as made:
        live.backup(made)  # in one step: a copy in several begins anew whenever another process writes
        made.execute("PRAGMA journal_mode=DELETE").fetchone()  # one file, without a log beside it
        look(lambda statement: made.execute(statement).fetchall())
        found = {
            name: tuple(row[1] for row in made.execute(f'PRAGMA table_info("{name}")'))
            for (name,) in made.execute("select name from sqlite_master where type = 'table' order by name")
            if name in tables
        }
    settle(to)
    return found


def stage(file: Path, url: str, expected: str) -> Path:
    """Put the file of a copy beside the database that it will replace; its path.

    Raises:
        Tampered: it is not what it was, or no sound database.
    """
    staged = path_of(url)
    staged = staged.with_name(staged.name + STAGED)
    staged.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for each in (staged, *(staged.with_name(staged.name + end) for end in BESIDE)):
        each.unlink(missing_ok=True)
    staged.touch(mode=0o600)
    shutil.copyfile(file, staged)
    if digest(staged) != expected:
        raise Tampered(f"{file.name} was changed while it was read: take another copy")
    with closing(sqlite3.connect(staged)) as connection:
        if [row[0] for row in connection.execute("PRAGMA quick_check(1)")] != ["ok"]:
            raise Tampered(f"{file.name} is no sound database: take another copy")
    return staged


def put(staged: Path, url: str) -> None:
    """Let the staged file take the database's place. What the old one had beside it must not be read with it."""
    place = path_of(url)
    settle(staged)
    _remove_beside(place)
    staged.replace(place)
    settle(place.parent)


def holds_tables(url: str, but: Collection[str] = ()) -> int:
    """How many tables there are, others than these; 0 if there is no file."""
    place = path_of(url)
    if not place.exists() or not place.stat().st_size:
        return 0
    with closing(_reading(place)) as connection:
        found = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    return len([name for (name,) in found if name not in but])


def has_table(url: str, name: str) -> bool:
    """Whether there is this table."""
    place = path_of(url)
    if not place.exists() or not place.stat().st_size:
        return False
    with closing(_reading(place)) as connection:
        found = connection.execute("select 1 from sqlite_master where type = 'table' and name = ?", (name,)).fetchone()
    return found is not None


def execute(path: Path, *statements: str) -> None:
    """Execute these in one transaction on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("begin immediate")
        for statement in statements:
            connection.execute(statement)
        connection.execute("commit")


def wipe(url: str) -> None:
    """Delete the database."""
    place = path_of(url)
    _remove_beside(place)
    place.unlink(missing_ok=True)


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=30)


def _remove_beside(place: Path) -> None:
    for end in BESIDE:
        place.with_name(place.name + end).unlink(missing_ok=True)
