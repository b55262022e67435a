"""Passwords of Kafka's users on one machine, each in a file of its own that only its owner may read."""

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PASSWORD_BYTES: Final = 32


def ensure_passwords(folder: Path, users: Iterable[str]) -> dict[str, str]:
    """The password of each user, from `<user>.password`; missing files are made. A lost one does no harm: the user gets
    a new password at the next start.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {user: _ensured(folder / f"{user}.password") for user in users}


def _ensured(path: Path) -> str:
    if not path.exists():
        write_private(path, secrets.token_hex(PASSWORD_BYTES) + "\n")
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody but its owner can read, not even while it is written."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.replace(path)
