"""The state folder: locked by one platform at a time, with the secrets that encrypt its content."""

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from local.errors import CannotRun

SECRETS: Final = ("master.key", "code.secret")
SECRET_BYTES: Final = 32


@contextmanager
def state_lock(state: Path) -> Iterator[None]:
    """Lock the folder, also against a platform on other ports: two brokers would destroy each other's files.

    Raises:
        CannotRun: it is locked by another platform, or cannot be written.
    """
    with _lock_of(state) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotRun(
                f"another Satupintu uses the folder {state}: stop it, or set SATUPINTU_STATE_DIR to another folder."
            ) from error
        yield


def _lock_of(state: Path) -> BinaryIO:
    try:
        return (state / ".lock").open("ab")
    except OSError as error:
        raise CannotRun(f"the state folder {state} cannot be written: {error.strerror}.") from error


def make_secrets(state: Path) -> None:
    """Create the master key and the code secret unless they exist.

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
        unfinished = path.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_hex(SECRET_BYTES) + "\n")
        unfinished.replace(path)
