"""Limits requests by source with a token bucket, which allows short bursts."""

import math
import time
from collections.abc import Callable

from intake.settings import MAX_SOURCES


class RateLimiter:
    """Allows `per_minute` requests from one source on average and in one burst; 0: no limit."""

    def __init__(self, per_minute: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_s, self._most, self._monotonic = per_minute / 60, max(per_minute, 1.0), monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_s(self, source: str) -> int:
        """Take one token. Returns 0, or the seconds to wait if there is none."""
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
        # The least recent source is dropped first, because its bucket is the fullest.
        self._buckets[source] = (tokens, now)
        if len(self._buckets) > MAX_SOURCES:
            del self._buckets[next(iter(self._buckets))]
