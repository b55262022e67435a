"""Is there room on the disk of our state? Said once when there is none any more, and once when there is again."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

FULL_BYTES: Final = 50_000_000
"""Less than this is full: Kafka alone keeps tens of megabytes at hand."""
Announce = Callable[[str], None]


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class DiskMonitor:
    """Watches the disk of one folder."""

    def __init__(self, folder: Path, free: Callable[[Path], int] = _free) -> None:
        self._folder, self._free, self._full = folder, free, False

    def has_room(self, told: Announce) -> bool:
        """Whether there is room now; `told` hears when that has changed."""
        free = self._free(self._folder)
        if (full := free < FULL_BYTES) != self._full:
            self._full = full
            told(self._lost(free) if full else f"the disk of {self._folder} has room again: everything goes on")
        return not full

    def _lost(self, free: int) -> str:
        return (
            f"the disk of {self._folder} is full ({free / 1e6:.0f} MB left): complaints are refused with 503, "
            "what was taken is kept, and it goes on by itself once there is room"
        )
