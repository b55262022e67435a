"""Has this source asked too often? A token bucket for each: bursts are fine, a flood is not."""

import math
import time
from collections.abc import Callable

from intake.settings import SOURCES_REMEMBERED


class RateLimiter:
    """`per_minute` from one source on average, and as many at once; 0: no limit."""

    def __init__(self, per_minute: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_s, self._most, self._monotonic = per_minute / 60, max(per_minute, 1.0), monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_s(self, source: str) -> int:
        """Take one; 0 if it was there, else the seconds after which to ask again."""
        if not self._per_s:
            return 0
        now = self._monotonic()
        tokens, since = self._buckets.pop(source, (self._most, now))
        tokens = min(self._most, tokens + (now - since) * self._per_s)
        if tokens < 1:
            self._remember(source, tokens, now)
            return math.ceil((1 - tokens) / self._per_s)
        self._remember(source, tokens - 1, now)
        return 0

    def _remember(self, source: str, tokens: float, now: float) -> None:
        # The sources unheard of for longest are forgotten first: their buckets are the fullest.
        self._buckets[source] = (tokens, now)
        if len(self._buckets) > SOURCES_REMEMBERED:
            del self._buckets[next(iter(self._buckets))]
