"""Limits requests by whom they come from, with counts in memory; `chassis.http.shared_limits` shares them between
processes.

A sliding window: of the minute before counts the share that is less than 60 s ago, as if its requests had come evenly.
"""

import math
import time
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from fastapi import HTTPException

from chassis.base.metrics import RATE_REFUSED

WINDOW_S: Final = 60
MAX_SOURCES: Final = 100_000
"""Sources counted in one minute; beyond, the one that came first is forgotten."""


class Count(NamedTuple):
    """How many requests of a source were counted in a minute, numbered from 1970 on."""

    minute: int
    source: str
    taken: int


class RateLimiter:
    """Allows `per_minute` requests of one source in any 60 s, also in one burst; 0: no limit."""

    def __init__(self, per_minute: float, seconds: Callable[[], float] = time.time) -> None:
        self._per_minute, self._seconds = per_minute, seconds
        self._taken: dict[int, dict[str, int]] = {}
        self._unshared: dict[tuple[int, str], int] = {}

    def wait_s(self, source: str) -> int:
        """Count one request. Returns 0, or the seconds to wait if it is one too many, which is not counted."""
        if (wait_s := self.blocked_s(source)) == 0:
            self.add(source)
        return wait_s

    def blocked_s(self, source: str) -> int:
        """0 if one more request is allowed now, else the seconds to wait."""
        if not self._per_minute:
            return 0
        minute, passed_s = divmod(self._seconds(), WINDOW_S)
        now, before = self._of(int(minute), source), self._of(int(minute) - 1, source)
        if now + before * (1 - passed_s / WINDOW_S) < self._per_minute:
            return 0
        left = self._per_minute - now
        if left > 0:  # as the minute before fades
            return _ceil(WINDOW_S * (1 - left / before) - passed_s)
        return _ceil(WINDOW_S - passed_s + WINDOW_S * (1 - self._per_minute / now))

    def add(self, source: str) -> None:
        """Count one request."""
        if not self._per_minute:
            return
        minute = int(self._seconds() // WINDOW_S)
        counts = self._counts(minute)
        counts[source] = counts.get(source, 0) + 1
        self._unshared[minute, source] = self._unshared.get((minute, source), 0) + 1
        if len(counts) > MAX_SOURCES:
            first = next(iter(counts))
            del counts[first]
            self._unshared.pop((minute, first), None)

    def take_unshared(self) -> list[Count]:
        """What was counted since the last call."""
        taken, self._unshared = self._unshared, {}
        return [Count(minute, source, count) for (minute, source), count in taken.items()]

    def put_back(self, counts: Iterable[Count]) -> None:
        """Undo `take_unshared`."""
        for minute, source, taken in counts:
            self._unshared[minute, source] = self._unshared.get((minute, source), 0) + taken

    def learn(self, totals: Iterable[Count]) -> None:
        """Set what all processes have shared."""
        for minute, source, taken in totals:
            self._counts(minute)[source] = taken + self._unshared.get((minute, source), 0)

    def _counts(self, minute: int) -> dict[str, int]:
        if minute not in self._taken:
            newest = max(self._taken, default=minute)
            self._taken = {each: counts for each, counts in self._taken.items() if each >= newest - 1}
            self._taken[minute] = {}
        return self._taken[minute]

    def _of(self, minute: int, source: str) -> int:
        return self._taken.get(minute, {}).get(source, 0)


def refuse(wait_s: int) -> None:
    """Raises HTTPException 429 unless there is nothing to wait for."""
    if wait_s:
        RATE_REFUSED.inc()
        raise HTTPException(429, headers={"Retry-After": str(wait_s)})


def _ceil(wait_s: float) -> int:
    return max(1, math.floor(wait_s) + 1)
