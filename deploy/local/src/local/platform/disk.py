"""Watches the free disk space of the state folder and announces when it runs out and when there is space again."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from local.platform.part import Announce

FULL_BYTES: Final = 50_000_000
"""Less free space than this counts as a full disk: Kafka alone reserves tens of megabytes."""


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class DiskMonitor:
    """Watches the disk of one folder."""

    def __init__(self, folder: Path, free: Callable[[Path], int] = _free) -> None:
        self._folder, self._free, self._full = folder, free, False

    def has_room(self, announce: Announce) -> bool:
        """Whether there is enough space now; announces a change."""
        free = self._free(self._folder)
        if (full := free < FULL_BYTES) != self._full:
            self._full = full
            announce(
                f"the disk of {self._folder} is full ({free / 1e6:.0f} MB left): complaints are refused with 503, "
                "accepted ones are kept, and work continues by itself once there is space"
                if full
                else f"the disk of {self._folder} has space again: work continues"
            )
        return not full
