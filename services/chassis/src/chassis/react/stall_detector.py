"""Does a consumer still get on, partition by partition? Consumers have been seen to stop fetching without a word."""

from collections.abc import Callable, Hashable, Mapping
from typing import Final, Generic, NamedTuple, TypeVar

STALLED_S: Final = 60.0
BUSY_S: Final = 300.0
"""The same while a batch is in hand: it may be waiting for a store that is away."""
MARKERS: Final = 50
"""Transaction markers take offsets too: so far behind the end a partition may be and have nothing left to read."""

P = TypeVar("P", bound=Hashable)


class OffsetPosition(NamedTuple):
    """The next offset to handle, and the end of the partition."""

    handled: int
    end: int

    @property
    def behind(self) -> int:
        """How many offsets are left."""
        return max(0, self.end - self.handled)


class StallDetector(Generic[P]):
    """Remembers when each partition last moved, or had nothing to do."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._moved: dict[P, tuple[int, float]] = {}

    def stalled(self, standings: Mapping[P, OffsetPosition], *, busy: bool) -> list[P]:
        """Partitions with work left that have stood still too long. Those not named are forgotten."""
        now, limit_s = self._clock(), BUSY_S if busy else STALLED_S
        before, self._moved = self._moved, {}
        for partition, at in standings.items():
            last = before.get(partition)
            stands = last is not None and last[0] == at.handled and at.behind > MARKERS
            self._moved[partition] = (at.handled, last[1] if stands and last is not None else now)
        return [partition for partition, (_, since) in self._moved.items() if now - since > limit_s]
