"""Whose is the folder where state is kept? One platform's at a time, and of the secrets that opened it before."""

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
    """Nobody else keeps state here meanwhile, also not on other ports: two brokers would wreck each other's files.

    Raises:
        CannotRun: somebody does.
    """
    with _lock_of(state) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotRun(
                f"another Satupintu keeps its state in {state}: stop it, or set SATUPINTU_STATE_DIR to another folder."
            ) from error
        yield


def _lock_of(state: Path) -> BinaryIO:
    try:
        return (state / ".lock").open("ab")
    except OSError as error:
        raise CannotRun(f"{state}, where state is kept, cannot be written: {error.strerror}.") from error


def make_secrets(state: Path) -> None:
    """The master key and the code secret, made once.

    Raises:
        CannotRun: one was there before and is gone; with a new one every text and code would be lost for good.
    """
    folder = state / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (folder / name for name in SECRETS):
        if path.exists():
            continue
        if any(state.glob("*.db")):
            raise CannotRun(f"{path} is gone, and what {state} holds cannot be read without it: put it back.")
        unfinished = path.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_hex(SECRET_BYTES) + "\n")
        unfinished.replace(path)
