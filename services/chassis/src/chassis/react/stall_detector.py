"""Detects partitions without progress: consumers have been seen to stop fetching without an error."""

from collections.abc import Callable, Hashable, Mapping
from typing import Final, Generic, NamedTuple, TypeVar

STALLED_S: Final = 60.0
BUSY_S: Final = 300.0
"""The limit while a batch is being handled: it may wait for a store that is down."""
MARKERS: Final = 50
"""A partition this close to its end may have nothing left to read: transaction markers use offsets too."""

P = TypeVar("P", bound=Hashable)


class OffsetPosition(NamedTuple):
    """The next offset to handle, and the end of the partition."""

    handled: int
    end: int

    @property
    def behind(self) -> int:
        """Offsets left to handle."""
        return max(0, self.end - self.handled)


class StallDetector(Generic[P]):
    """Records when each partition last progressed or had nothing to read."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._moved: dict[P, tuple[int, float]] = {}

    def stalled(self, positions: Mapping[P, OffsetPosition], *, busy: bool) -> list[P]:
        """Partitions with messages left and no progress for too long. Forgets partitions that are not given."""
        now, limit_s = self._clock(), BUSY_S if busy else STALLED_S
        before, self._moved = self._moved, {}
        for partition, at in positions.items():
            last = before.get(partition)
            stuck = last is not None and last[0] == at.handled and at.behind > MARKERS
            self._moved[partition] = (at.handled, last[1] if stuck and last is not None else now)
        return [partition for partition, (_, since) in self._moved.items() if now - since > limit_s]
