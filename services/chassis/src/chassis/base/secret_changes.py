"""Changes a file of secrets: one command at a time, the whole file at once. A kill leaves the old or the new one."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from chassis.base.secret_file import SecretsRead, SecretVersion, read

Made = Callable[[SecretsRead], SecretsRead]
"""From what a file holds to what it will hold."""


class CannotChange(Exception):
    """The change is not possible; the message says why."""


def change(path: Path, made: Made) -> SecretsRead:
    """Replace the file's content by what `made` makes of it; the new content, on disk.

    Raises:
        CannotChange: from `made`, or the file cannot be written.
        BadSecretFile, FileNotFoundError: as `read` says.
    """
    try:
        with _alone(path):
            new = made(read(path))
            _replace(path, new.text())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise CannotChange(
            f"{path} cannot be written here ({error.strerror}): change a copy of it, and put that in its place for "
            "every process"
        ) from error
    return new


def with_new(found: SecretsRead, secret: bytes, since: datetime, derived: dict[str, bytes]) -> SecretsRead:
    """One version more. `derived`: what to keep of the first one.

    Raises:
        CannotChange: the newest is not in use yet.
    """
    newest = found.versions[-1]
    if newest.since is not None and newest.since >= since:
        raise CannotChange(f"version {newest.version} is not in use before {newest.since.isoformat()}")
    added = SecretVersion(newest.version + 1, secret, since)
    return SecretsRead((*found.versions, added), derived | found.derived)


def with_ended(found: SecretsRead, version: int, at: datetime) -> SecretsRead:
    """This version ended.

    Raises:
        CannotChange: there is none, it is ended, or no other one is in use.
    """
    ended = _numbered(found, version)
    if ended.ended_at is not None:
        raise CannotChange(f"version {version} was ended at {ended.ended_at.isoformat()}")
    others = [each for each in found.versions if each.version != version and each.ended_at is None]
    if not any((each.since or at) <= at for each in others):
        raise CannotChange(f"no other version than {version} is in use: add one first, and wait until it is in use")
    return found._replace(
        versions=tuple(each._replace(ended_at=at) if each.version == version else each for each in found.versions)
    )


def without(found: SecretsRead, version: int) -> SecretsRead:
    """The file without this version.

    Raises:
        CannotChange: there is none, or it is the newest.
    """
    if _numbered(found, version) is found.versions[-1]:
        raise CannotChange(f"version {version} is the newest")
    return found._replace(versions=tuple(each for each in found.versions if each.version != version))


def _numbered(found: SecretsRead, version: int) -> SecretVersion:
    for each in found.versions:
        if each.version == version:
            return each
    raise CannotChange(f"there is no version {version}; there are {', '.join(str(e.version) for e in found.versions)}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    # A lock on the folder, because the file itself is replaced.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _replace(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    with open(unfinished, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
