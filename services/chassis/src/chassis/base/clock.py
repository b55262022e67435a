"""Clocks: the system's, a fixed one for tests, and a test clock that a file shared by all processes moves forwards."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

CHECK_EVERY_S: Final = 0.1
FURTHEST: Final = timedelta(days=36_500)


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the only place that reads the machine's clock


class FixedClock:
    """Moves only when set. For tests and simulations."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, delta: timedelta) -> None:
        """Raises ValueError: `delta` is negative."""
        self.set(self._now + delta)

    def set(self, now: datetime) -> None:
        """Raises ValueError: `now` is earlier than the present time."""
        if now < self._now:
            raise ValueError(f"time goes forwards: it is {self._now.isoformat()}, not {now.isoformat()}")
        self._now = now.astimezone(UTC)


class FileClock:
    """The machine's time plus the seconds written in a file; no file means no offset.

    Checks the file at most every 100 ms and reads it when it has changed.
    """

    def __init__(self, path: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path, self._monotonic = path, monotonic
        self._offset_s = 0.0
        self._changed: tuple[int, int] | None = None
        self._check_at = -CHECK_EVERY_S

    def now(self) -> datetime:
        """Raises ValueError: the file holds no number, or a smaller one than before."""
        if self._monotonic() >= self._check_at:
            self._check()
            self._check_at = self._monotonic() + CHECK_EVERY_S
        return SystemClock().now() + timedelta(seconds=self._offset_s)

    def _check(self) -> None:
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
        ValueError: the file does not hold a number of seconds from 0 on.
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
    """Move the clock in `path` forwards by `delta`; returns its whole offset. The file is replaced atomically.

    Raises:
        ValueError: `delta` is negative, the sum is over `FURTHEST`, or the file is not a clock.
    """
    if delta < timedelta(0):
        raise ValueError(f"time goes forwards: {delta} is refused")
    offset = timedelta(seconds=read_offset(path)) + delta
    # The offset can never be reduced, and calendars and dates end somewhere.
    if offset > FURTHEST:
        raise ValueError(f"at most {FURTHEST.days} days ahead: {offset} is refused")
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.touch(mode=0o600)
    new.write_text(f"{offset.total_seconds():.6f}\n")
    new.replace(path)
    return offset


def _changed(path: Path) -> tuple[int, int] | None:
    """Modification time and inode: two writes may fall into one tick of the file system's clock."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
