"""Tracks which offset of each partition may be committed: the lowest one in flight, else the next to read. Skipped
messages and offsets without a message do not hold it back.
"""

from collections.abc import Collection, Hashable
from typing import Generic, TypeVar

P = TypeVar("P", bound=Hashable)


class OffsetTracker(Generic[P]):
    """The offsets in flight and the next offset of each partition. Offsets ascend, except after a seek."""

    def __init__(self) -> None:
        self._next: dict[P, int] = {}
        self._in_flight: dict[P, set[int]] = {}

    def started(self, partition: P, offset: int) -> None:
        """The message was passed on for handling."""
        self.skipped(partition, offset)
        self._in_flight.setdefault(partition, set()).add(offset)

    def skipped(self, partition: P, offset: int) -> None:
        """The message was read and needs no handling."""
        self._next[partition] = max(offset + 1, self._next.get(partition, 0))

    def finished(self, partition: P, offset: int) -> None:
        """The message was handled."""
        self._in_flight.get(partition, set()).discard(offset)

    def committable(self, partition: P) -> int | None:
        """The offset to commit, where a restart resumes; None: nothing was read yet."""
        in_flight = self._in_flight.get(partition)
        return min(in_flight) if in_flight else self._next.get(partition)

    def forget(self, partitions: Collection[P]) -> None:
        """Another consumer has these partitions now."""
        for partition in partitions:
            self._next.pop(partition, None)
            self._in_flight.pop(partition, None)
