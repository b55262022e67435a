"""What did this process know of a complaint a moment ago? The beginning of a stream never changes, so whoever loads it
again reads and folds only what was added since.

Text is in the clear here: nothing is used for longer than a cached key may be, and of what was erased nothing is kept.
"""

import time
from collections.abc import Callable, Collection
from typing import Final, NamedTuple
from uuid import UUID

from chassis.write.loaded import LoadedStream

LONGEST_S: Final = 30.0
"""Together with the age of the keys that it was opened with, a minute at most."""
MOST: Final = 4_000


class CacheEntry(NamedTuple):
    """`born_s`: when its keys were loaded; what is folded on later does not make it younger."""

    loaded: LoadedStream
    born_s: float


class StreamCache:
    """Of the complaints met last, at most `most`, the newest state that this process has seen."""

    def __init__(self, most: int = MOST, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most, self.now_s = most, monotonic
        self._kept: dict[UUID, CacheEntry] = {}

    def find(self, complaints: Collection[UUID]) -> dict[UUID, CacheEntry]:
        """Those of them that are known."""
        oldest_s = self.now_s() - LONGEST_S
        return {
            complaint: kept
            for complaint in complaints
            if (kept := self._kept.get(complaint)) is not None and kept.born_s > oldest_s
        }

    def keep(self, complaint: UUID, kept: CacheEntry) -> None:
        """Unless something newer is known already, or there is something to forget."""
        known = self._kept.pop(complaint, None)
        state = kept.loaded.state
        if state.erased or state.version < 0 or not self._most:
            return
        newer = known is not None and known.loaded.state.version > state.version
        self._kept[complaint] = known if known is not None and newer else kept
        self._let_go()

    def _let_go(self) -> None:
        oldest_s = self.now_s() - LONGEST_S
        while self._kept:
            complaint, kept = next(iter(self._kept.items()))
            if len(self._kept) <= self._most and kept.born_s > oldest_s:
                return
            del self._kept[complaint]
