"""Migrates every history of the installed packages: for `satupintu migrate` and `make run`.

Each package names its histories by entry points.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy.engine import make_url

from chassis.base.errors import NeedsPerson
from chassis.base.settings import Settings
from chassis.keys.table import HISTORY as KEYS
from chassis.keys.table import raise_level, read_level
from chassis.sql.database import Database
from chassis.sql.engine import POSTGRESQL, SQLITE, sessions_of_before
from chassis.sql.history import History
from chassis.sql.migration import Plan, migrate, plan
from schemas.events.levels import LEVEL

GROUP: Final = "satupintu.histories"


class StillRunning(NeedsPerson):
    """Processes of the version before are connected to a database."""

    def __init__(self, history: str, sessions: int) -> None:
        super().__init__(
            f"{sessions} sessions of the version before use the database of {history}: replace every process first"
        )


class Step(NamedTuple):
    """What is, or was, to be done for one history."""

    history: History
    plan: Plan


def histories(settings: Settings) -> list[tuple[History, str]]:
    """Every history whose database has tables, with its URL; the key ring, which holds the level, is the last."""
    found: list[History] = [point.load() for point in entry_points(group=GROUP)]
    placed = [(each, str(getattr(settings, each.setting))) for each in found]
    sql = [(each, url) for each, url in placed if make_url(url).get_backend_name() in (SQLITE, POSTGRESQL)]
    return sorted(sql, key=lambda each: (each[0].name == KEYS.name, each[0].name))


def plans(settings: Settings, *, finish: bool = False) -> Iterator[Step]:
    """What `migrate_all` would do. Changes nothing. Raises TooNew, StoreUnavailable."""
    for history, url in histories(settings):
        if _is_absent(url):
            yield Step(history, Plan("empty", history.missing(None, finish=finish)))
            continue
        with _opened(url) as database:
            yield Step(history, database.read_now(lambda each, of=history: plan(each, of, finish=finish)))  # type: ignore[misc]


def migrate_all(settings: Settings, *, finish: bool = False) -> Iterator[Step]:
    """Migrate each database in a transaction of its own. May be repeated, also by several processes at once.

    `finish`: also what the version before could not work with, and then allow new kinds of facts. Only when no process
    of the version before runs; PostgreSQL is asked whether one is connected.

    Raises:
        TooNew, OldTable, StillRunning, StoreUnavailable: nothing was done to this history; those before are done.
    """
    if finish:
        yield from migrate_all(settings)
        _refuse_while_running(settings)
    for history, url in histories(settings):
        with _opened(url) as database:
            done = database.write_now(lambda each, of=history: migrate(each, of, finish=finish))  # type: ignore[misc]
            if done.revisions or not finish:
                yield Step(history, done)
            if finish and history.name == KEYS.name:
                database.write_now(lambda each: raise_level(each, LEVEL))


def level_of(settings: Settings) -> int | None:
    """The installation's feature level; None: it has no key ring yet."""
    if _is_absent(settings.keyring_url):
        return None
    with _opened(settings.keyring_url) as database:
        return database.read_now(lambda each: read_level(each) if KEYS.tables_in(each) else None)


def _refuse_while_running(settings: Settings) -> None:
    for history, url in histories(settings):
        if make_url(url).get_backend_name() == POSTGRESQL:
            with _opened(url) as database:
                if count := database.read_now(sessions_of_before):
                    raise StillRunning(history.name, count)


def _is_absent(url: str) -> bool:
    parts = make_url(url)
    return parts.get_backend_name() == SQLITE and not Path(str(parts.database)).exists()


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    """A database without tables of its own, closed at the end."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close_now()
