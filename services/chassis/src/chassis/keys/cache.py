"""Recently used keys, at most `MOST`, for at most 30 seconds. `chassis.write.cache` may keep what was opened with
them for 30 seconds more: an erasure by another process takes effect here within a minute.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from schemas.base.sealed import Keys

LONGEST_S: Final = 30.0
MOST: Final = 20_000


class ReadToken(NamedTuple):
    """When a reading of keys began: by the clock, and in the cache's own count of evictions."""

    at: float
    evictions: int


class KeyCache:
    """Holds living keys only: what has none may get one from another process at any time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._kept: dict[UUID, tuple[float, Keys]] = {}
        self._evictions = 0

    def find(self, complaints: Collection[UUID]) -> dict[UUID, Keys]:
        now = self._monotonic()
        found = {complaint: self._kept.get(complaint) for complaint in complaints}
        return {complaint: kept[1] for complaint, kept in found.items() if kept and now < kept[0]}

    def begin(self) -> ReadToken:
        """To be asked before the database is."""
        return ReadToken(self._monotonic(), self._evictions)

    def keep(self, read: Mapping[UUID, Keys], reading: ReadToken) -> Mapping[UUID, Keys]:
        """Keep what was read, unless something was evicted meanwhile; give it back."""
        if reading.evictions == self._evictions:
            for complaint, keys in read.items():
                if keys.generations:
                    self._kept.pop(complaint, None)
                    self._kept[complaint] = (reading.at + LONGEST_S, keys)
            while len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]
        return read

    def evict(self, complaint: UUID) -> None:
        self._evictions += 1
        self._kept.pop(complaint, None)
