"""Back-off per complaint: work that stays due although it was handled is tried less and less often."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.base.retry import RetryPolicy

FREE: Final = 3
"""Tries without result before the first wait."""
WAITS: Final = RetryPolicy(first_s=1.0, longest_s=60.0, certain=1.0)
LIMIT: Final = 50_000
"""Most complaints remembered; forgetting one costs one more try."""


class Backoff:
    """In memory only: a new process tries everything once more."""

    def __init__(self) -> None:
        self._until: dict[UUID, tuple[int, datetime]] = {}

    def over(self, complaint: UUID, now: datetime) -> bool:
        """Whether it may be tried."""
        return complaint not in self._until or self._until[complaint][1] <= now

    def note(self, tried: Mapping[UUID, bool], now: datetime) -> None:
        """These were tried; True: without result."""
        if len(self._until) > LIMIT:
            self._until.clear()
        for complaint, failed in tried.items():
            if not failed:
                self._until.pop(complaint, None)
                continue
            tries = self._until.get(complaint, (0, now))[0] + 1
            wait_s = 0.0 if tries < FREE else WAITS.wait_s(tries - FREE + 1)
            self._until[complaint] = tries, now + timedelta(seconds=wait_s)
