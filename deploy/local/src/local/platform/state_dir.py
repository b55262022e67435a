"""The state folder: locked by one platform at a time, with the secrets that encrypt its content."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from local.errors import CannotRun
from local.kafka.passwords import ensure_passwords, write_private
from local.paths import wait_for
from schemas.access.kafka_users import ADMINISTRATOR, BROKER, PLATFORM

SECRETS: Final = ("master.key", "code.secret")
SECRET_BYTES: Final = 32
LOCK: Final = ".lock"
_ours: set[Path] = set()
"""The files that this process has locked."""


@contextmanager
def state_lock(state: Path) -> Iterator[None]:
    """Lock the folder, also against a platform on other ports: two brokers would destroy each other's files.

    Processes that this one starts do not inherit the lock. The file keeps the id of the process that locked it last.

    Raises:
        CannotRun: it is locked by another platform, whose process is named, or cannot be written.
    """
    path = state / LOCK
    try:
        lock = path.open("ab")
    except OSError as error:
        raise CannotRun(f"the state folder {state} cannot be written: {error.strerror}.") from error
    with lock:
        if not wait_for(partial(_lock, path, lock)):
            raise CannotRun(
                f"another Satupintu uses the folder {state} ({_holders(path)}): stop it, or set SATUPINTU_STATE_DIR to "
                "another folder."
            )
        with suppress(OSError):  # a full disk: the lock holds all the same
            lock.truncate(0)
            lock.write(str(os.getpid()).encode())
            lock.flush()
        try:
            yield
        finally:
            _ours.discard(path)


def _lock(path: Path, file: BinaryIO) -> bool:
    # Not flock: a forked child would hold it too, from the fork on until it closes the file.
    if path in _ours:  # such a lock does not exclude its own process
        return False
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    _ours.add(path)
    return True


def _holders(path: Path) -> str:
    """The processes that hold the lock: those that have the file open (Linux), else the one that wrote its id there."""
    found = sorted({int(fd.parts[2]) for fd in Path("/proc").glob("[0-9]*/fd/*") if _is_same(fd, path)} - {os.getpid()})
    ids = [str(pid) for pid in found] or path.read_text(errors="replace").split()[:1]
    return f"process {', '.join(ids)}" if ids else "by an unknown process"


def _is_same(link: Path, path: Path) -> bool:
    try:
        return link.readlink() == path.resolve()
    except OSError:  # it has ended meanwhile, or is another user's
        return False


def make_secrets(state: Path) -> None:
    """Create the master key, the code secret and the passwords of Kafka's users unless they exist.

    Raises:
        CannotRun: one is missing though there is data; with a new one every text and code would be lost for good.
    """
    folder = state / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (folder / name for name in SECRETS):
        if path.exists():
            continue
        if any(state.glob("*.db")):
            raise CannotRun(f"{path} is missing, and the data in {state} cannot be read without it: restore it.")
        write_private(path, secrets.token_hex(SECRET_BYTES) + "\n")
    ensure_passwords(kafka_secrets(state), (BROKER, ADMINISTRATOR, *PLATFORM))


def kafka_secrets(state: Path) -> Path:
    """The folder of the passwords of Kafka's users."""
    return state / "secrets" / "kafka"
