"""Cache of recently loaded complaints, so that a later load reads and folds only the new events.

It holds plain text: no entry is used for longer than a cached key may be, and erased complaints are not cached.
"""

import time
from collections.abc import Callable, Collection
from typing import Final, NamedTuple
from uuid import UUID

from chassis.write.loaded import LoadedStream

LONGEST_S: Final = 30.0
"""Together with the age of its keys, a minute at most."""
LIMIT: Final = 4_000


class CacheEntry(NamedTuple):
    """`born_s`: when its keys were loaded; later folds do not change it."""

    loaded: LoadedStream
    born_s: float


class StreamCache:
    """The newest state that this process has read, of the `limit` complaints read last."""

    def __init__(self, limit: int = LIMIT, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limit, self.now_s = limit, monotonic
        self._entries: dict[UUID, CacheEntry] = {}

    def find(self, complaints: Collection[UUID]) -> dict[UUID, CacheEntry]:
        """Those of them that are cached."""
        oldest_s = self.now_s() - LONGEST_S
        return {
            complaint: entry
            for complaint in complaints
            if (entry := self._entries.get(complaint)) is not None and entry.born_s > oldest_s
        }

    def keep(self, complaint: UUID, entry: CacheEntry) -> None:
        """Add an entry, unless a newer one is cached or the complaint is erased."""
        known = self._entries.pop(complaint, None)
        state = entry.loaded.state
        if state.erased or state.version < 0 or not self._limit:
            return
        newer = known is not None and known.loaded.state.version > state.version
        self._entries[complaint] = known if known is not None and newer else entry
        self._evict()

    def drop(self, complaints: Collection[UUID]) -> None:
        """Remove the entries of these complaints."""
        for complaint in complaints:
            self._entries.pop(complaint, None)

    def _evict(self) -> None:
        oldest_s = self.now_s() - LONGEST_S
        while self._entries:
            complaint, entry = next(iter(self._entries.items()))
            if len(self._entries) <= self._limit and entry.born_s > oldest_s:
                return
            del self._entries[complaint]
