"""Cache of recently used keys: at most `LIMIT`, for at most 30 seconds. `chassis.write.cache` may keep text that was
decrypted with them for another 30 seconds, so an erasure by another process takes effect here within a minute.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from schemas.base.sealed import Keys

LONGEST_S: Final = 30.0
LIMIT: Final = 20_000


class ReadToken(NamedTuple):
    """When a database read began: the time, and the number of evictions so far."""

    at: float
    evictions: int


class KeyCache:
    """Caches living keys only: a complaint without keys may get one from another process at any time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._cached: dict[UUID, tuple[float, Keys]] = {}
        self._evictions = 0

    def find(self, complaints: Collection[UUID]) -> dict[UUID, Keys]:
        now = self._monotonic()
        found = {complaint: self._cached.get(complaint) for complaint in complaints}
        return {complaint: entry[1] for complaint, entry in found.items() if entry and now < entry[0]}

    def begin(self) -> ReadToken:
        """Call before token the database."""
        return ReadToken(self._monotonic(), self._evictions)

    def keep(self, read: Mapping[UUID, Keys], token: ReadToken) -> Mapping[UUID, Keys]:
        """Cache what was read, unless something was evicted meanwhile; returns it."""
        if token.evictions == self._evictions:
            for complaint, keys in read.items():
                if keys.generations:
                    self._cached.pop(complaint, None)
                    self._cached[complaint] = (token.at + LONGEST_S, keys)
            while len(self._cached) > LIMIT:
                del self._cached[next(iter(self._cached))]
        return read

    def evict(self, complaint: UUID) -> None:
        self._evictions += 1
        self._cached.pop(complaint, None)
