"""Files of a copy: hashed while they are written, on the disk before they count, the folder there as a whole or not."""

import errno
import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from backup.errors import CannotCopy, NoSpace

PIECE: Final = 1024 * 1024
PART: Final = ".part"
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def draft(target: Path) -> Iterator[Path]:
    """A folder beside `target` that becomes `target` on leaving, and is deleted after an error. What a killed process
    left there is deleted first.

    Raises:
        CannotCopy: `target` holds something, or another process writes there.
    """
    target = target.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CannotCopy(f"{target} is not empty: name a new folder for each copy, such as {target}-2")
    part = target.with_name(target.name + PART)
    with no_space(part.parent):
        part.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(part, os.O_RDONLY)
        try:
            _take(lock, part)
            _empty(part)
            yield part
            _settle_folders(part)
            part.replace(target)
            settle(target.parent)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        finally:
            os.close(lock)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def write(path: Path, content: AsyncIterator[bytes]) -> tuple[str, int]:
    """Write a new file to the disk; its SHA-256 in hex and its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    found, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        async for piece in content:
            found.update(piece)
            size += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return found.hexdigest(), size


async def pieces(path: Path) -> AsyncIterator[bytes]:
    """The content of a file."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def write_text(path: Path, text: str) -> str:
    """Write a new file of its owner alone to the disk; its SHA-256 in hex."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(text.encode()).hexdigest()


def settle(path: Path) -> None:
    """On to the disk with a file, or with the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def files_in(folder: Path) -> Iterator[Path]:
    """Every file below the folder. A link is a file too, so that none leads out of a copy unseen."""
    for root, folders, files in os.walk(folder):
        links = [name for name in folders if Path(root, name).is_symlink()]
        yield from (Path(root, name) for name in (*files, *links))


@contextmanager
def no_space(folder: Path) -> Iterator[None]:
    """Raises NoSpace for what a full disk raises."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise NoSpace(_said(folder)) from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise NoSpace(_said(folder)) from error


def check_room(folder: Path, needed_bytes: int) -> None:
    """Raises NoSpace: the disk of `folder` has less."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    free = shutil.disk_usage(there).free
    if free < needed_bytes:
        raise NoSpace(
            f"the disk of {folder} has {free / 1e6:,.0f} MB left, and {needed_bytes / 1e6:,.0f} MB are needed: nothing "
            "was changed"
        )


def _said(folder: Path) -> str:
    return f"the disk of {folder} is full: what was begun was removed; make room and start again"


def _take(lock: int, part: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CannotCopy(f"another process writes {part} just now: wait for it") from error


def _empty(folder: Path) -> None:
    for each in folder.iterdir():
        shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()


def _settle_folders(folder: Path) -> None:
    for root, _folders, _files in os.walk(folder):
        settle(Path(root))
