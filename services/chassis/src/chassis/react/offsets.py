"""Up to where is a partition handled? A message that was handed on and not yet acknowledged holds it back; whatever was
passed over, and the offsets that hold no message at all, do not.
"""

from collections.abc import Collection, Hashable
from typing import Generic, TypeVar

P = TypeVar("P", bound=Hashable)


class OffsetTracker(Generic[P]):
    """Of each partition, what is in flight and what comes next. Offsets come in ascending order, save after a seek."""

    def __init__(self) -> None:
        self._next: dict[P, int] = {}
        self._flying: dict[P, set[int]] = {}

    def begun(self, partition: P, offset: int) -> None:
        """It is handed on."""
        self.passed(partition, offset)
        self._flying.setdefault(partition, set()).add(offset)

    def passed(self, partition: P, offset: int) -> None:
        """It was read, and nothing need be done about it."""
        self._next[partition] = max(offset + 1, self._next.get(partition, 0))

    def ended(self, partition: P, offset: int) -> None:
        """It is handled."""
        self._flying.get(partition, set()).discard(offset)

    def reached(self, partition: P) -> int | None:
        """The offset to go on from after a restart; None: nothing was read yet."""
        flying = self._flying.get(partition)
        return min(flying) if flying else self._next.get(partition)

    def forget(self, partitions: Collection[P]) -> None:
        """They are another consumer's now."""
        for partition in partitions:
            self._next.pop(partition, None)
            self._flying.pop(partition, None)
