"""The place that a copy is brought back to: that nobody uses it, and what it holds."""

import asyncio
import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from backup import objects, postgresql, sqlite
from backup.databases import read_models
from backup.errors import TargetInUse
from backup.plan import STORE, Group
from chassis.attachments.objects import Objects
from chassis.base.restored import UNFINISHED
from chassis.base.settings import Settings

LOCK: Final = ".lock"
"""Of the state folder, which `make run` holds."""
FREED_S: Final = 5.0
"""How long a process that was just stopped may still hold files and connections."""
STOP: Final = "stop the platform first"


@contextmanager
def claimed(settings: Settings, groups: Sequence[Group]) -> Iterator[None]:
    """Keep `make run` from starting meanwhile. Raises TargetInUse: something runs on these databases."""
    folder = settings.state_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        lock = stack.enter_context((folder / LOCK).open("ab"))
        if not _within(lambda: _take(lock.fileno())):
            raise TargetInUse(f"the platform runs in {folder.absolute()}: {STOP}")
        for url in (*(group.url for group in groups), *read_models(settings)):
            _check_idle(url)
        yield


def is_unfinished(store: Group) -> bool:
    """Whether a restore into this store was broken off."""
    has_table = sqlite.has_table if store.kind == "sqlite" else postgresql.has_table
    return has_table(store.url, UNFINISHED)


def store_of(groups: Sequence[Group]) -> Group:
    """The group with the event store."""
    return next(group for group in groups if STORE in group.names)


def check_empty(settings: Settings, groups: Sequence[Group], files: Objects) -> None:
    """Raises TargetInUse: there are data, which a restore would delete."""
    urls = {group.url: group.shown for group in groups} | {
        url: make_url(url).render_as_string() for url in read_models(settings)
    }
    found = [f"{shown} ({count} tables)" for url, shown in urls.items() if (count := _tables(url))]
    if not asyncio.run(objects.empty(files)):
        found.append(f"attachments in {settings.attachments_url.removeprefix('file:') or settings.attachments_dir}")
    if found:
        raise TargetInUse(
            f"there are data where the copy would go: {', '.join(found)}. Move them away, or delete all of it with "
            "--replace"
        )


def _tables(url: str) -> int:
    count = sqlite.holds_tables if is_sqlite(url) else postgresql.holds_tables
    return count(url, [UNFINISHED])


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _check_idle(url: str) -> None:
    shown = make_url(url).render_as_string()
    if is_sqlite(url):
        place = sqlite.path_of(url)
        if not _within(lambda: not _users(place)):
            raise TargetInUse(f"process {', '.join(map(str, _users(place)))} uses {place}: {STOP}")
    elif not _within(lambda: not postgresql.others_connected(url)):
        raise TargetInUse(f"{postgresql.others_connected(url)} connections to {shown} are open: {STOP}")


def _users(place: Path) -> list[int]:
    """Other processes that have the file or its log open, as far as the system tells (Linux)."""
    names = {str(place.with_name(place.name + end)) for end in ("", *sqlite.BESIDE)}
    processes = [name for name in _names(Path("/proc")) if name.isdigit() and int(name) != os.getpid()]
    return sorted(int(each) for each in processes if names & set(_open_files(each)))


def _open_files(process: str) -> Iterator[str]:
    folder = Path("/proc", process, "fd")
    for name in _names(folder):
        with suppress(OSError):  # closed meanwhile
            yield str((folder / name).readlink())


def _names(folder: Path) -> list[str]:
    try:
        return [each.name for each in folder.iterdir()]
    except OSError:  # it has ended meanwhile, is another user's, or this is no Linux
        return []


def _take(handle: int) -> bool:
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _within(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + FREED_S
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.2)
    return met
