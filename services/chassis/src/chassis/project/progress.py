"""How far a fill is, in words for an operator: share, numbers, time left."""

import re
import time
from collections.abc import Callable
from typing import Final

PROGRESS: Final = re.compile(r"reading the store: [0-9]+ %, position [0-9]+ of [0-9]+(, about [0-9]+ (s|min) left)?")
"""The text of a progress inside of a longer one."""


class Progress:
    """Of one fill at a time; `text` is empty while there is none."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._now_s, self._running = monotonic, False
        self._begun_s, self._start, self._at, self._end = 0.0, 0, 0, 0

    def begin(self, start: int, end: int) -> None:
        """It runs from one position to another; `start`: what an interrupted one had done."""
        self._begun_s, self._start, self._at, self._end, self._running = self._now_s(), start, start, end, True

    def move(self, at: int) -> None:
        self._at = at

    def end(self) -> None:
        self._running = False

    @property
    def text(self) -> str:
        """Such as `reading the store: 42 %, position 420000 of 1000000, about 95 s left`."""
        if not self._running:
            return ""
        share = self._at / self._end if self._end else 1.0
        return f"reading the store: {share:.0%}, position {self._at} of {self._end}{self._left()}".replace("%", " %", 1)

    def _left(self) -> str:
        done, spent_s = self._at - self._start, self._now_s() - self._begun_s
        if done <= 0:
            return ""
        left_s = spent_s * (self._end - self._at) / done
        return f", about {left_s:.0f} s left" if left_s < 120 else f", about {left_s / 60:.0f} min left"
