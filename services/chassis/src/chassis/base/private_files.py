"""Files of ours hold personal data, keys or logs: only their owner may read them (0600, folders 0700)."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def owner_only() -> None:
    """Every file that this process and its children make is their owner's alone. Called once, at the start."""
    os.umask(OTHERS)


def close_to_others(path: Path) -> None:
    """Take a file or folder away from all but its owner, whatever an earlier version made of it. A missing one and
    one of another owner stay as they are.
    """
    with suppress(FileNotFoundError, PermissionError):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if mode & OTHERS and not path.is_symlink():
            path.chmod(mode & ~OTHERS)


def close_folder_to_others(folder: Path) -> None:
    """The folder and everything in it."""
    close_to_others(folder)
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            close_to_others(Path(root, name))
