"""What time is it? The system's, or the test clock's: the same moved forwards by a file that every process reads."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

CHECK_EVERY_S: Final = 0.1
FURTHEST: Final = timedelta(days=36_500)


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine


class FixedClock:
    """Stands still until it is told to move. For tests and simulations."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, delta: timedelta) -> None:
        """Raises ValueError: time goes forwards."""
        self.set(self._now + delta)

    def set(self, now: datetime) -> None:
        """Raises ValueError: time goes forwards."""
        if now < self._now:
            raise ValueError(f"time goes forwards: it is {self._now.isoformat()}, not {now.isoformat()}")
        self._now = now.astimezone(UTC)


class FileClock:
    """The machine's time plus the seconds written in a file; no file means none.

    The file is looked at every 100 ms at most, and read when it has changed.
    """

    def __init__(self, path: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path, self._monotonic = path, monotonic
        self._offset_s = 0.0
        self._changed: tuple[int, int] | None = None
        self._look_at = -CHECK_EVERY_S

    def now(self) -> datetime:
        """Raises ValueError: the file holds no number, or a smaller one than before: time goes forwards."""
        if self._monotonic() >= self._look_at:
            self._look()
            self._look_at = self._monotonic() + CHECK_EVERY_S
        return SystemClock().now() + timedelta(seconds=self._offset_s)

    def _look(self) -> None:
        changed = _changed(self._path)
        if changed == self._changed:
            return
        offset_s = read_offset(self._path)
        if offset_s < self._offset_s:
            raise ValueError(f"{self._path}: time goes forwards, but {offset_s:g} s is less than {self._offset_s:g} s")
        self._offset_s, self._changed = offset_s, changed


def read_offset(path: Path) -> float:
    """The seconds written in a clock file; 0 if there is none.

    Raises:
        ValueError: something else than a number of seconds, from 0 on, is written there.
    """
    try:
        written = path.read_text().strip()
    except FileNotFoundError:
        return 0.0
    try:
        offset_s = float(written)
    except ValueError:
        offset_s = -1.0
    if not 0 <= offset_s < float("inf"):
        raise ValueError(f"{path} must hold a number of seconds from 0 on, not {written[:40]!r}")
    return offset_s


def advance(path: Path, delta: timedelta) -> timedelta:
    """Move the clock in `path` forwards by `delta`, and tell its whole offset. Readers see the old file or the new.

    Raises:
        ValueError: `delta` is negative or leads too far, or the file is not a clock.
    """
    if delta < timedelta(0):
        raise ValueError(f"time goes forwards: {delta} is refused")
    offset = timedelta(seconds=read_offset(path)) + delta
    # It never comes back, and nobody decrees calendars or counts working days past the end of time.
    if offset > FURTHEST:
        raise ValueError(f"at most {FURTHEST.days} days ahead: {offset} is refused")
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.write_text(f"{offset.total_seconds():.6f}\n")
    new.replace(path)
    return offset


def _changed(path: Path) -> tuple[int, int] | None:
    """When the file changed, and which file it is: two writes may fall into one tick of the file system's clock."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
