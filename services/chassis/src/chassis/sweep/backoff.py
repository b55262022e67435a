"""What was looked at in vain rests a while, longer each time: a thing that cannot be done yet must not keep us busy."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

FREE: Final = 3
"""Looks in vain before the first rest."""
FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
MOST: Final = 50_000
"""Remembered at most; forgetting costs one more look."""


class Backoff:
    """Remembered in this process only: whoever starts anew looks at everything once more."""

    def __init__(self) -> None:
        self._until: dict[UUID, tuple[int, datetime]] = {}

    def over(self, complaint: UUID, now: datetime) -> bool:
        """Whether it may be looked at."""
        return complaint not in self._until or self._until[complaint][1] <= now

    def note(self, looked: Mapping[UUID, bool], now: datetime) -> None:
        """These were looked at; True: in vain."""
        if len(self._until) > MOST:
            self._until.clear()
        for complaint, in_vain in looked.items():
            if not in_vain:
                self._until.pop(complaint, None)
                continue
            tries = self._until.get(complaint, (0, now))[0] + 1
            wait_s = 0.0 if tries < FREE else min(LONGEST_S, FIRST_S * 2 ** min(tries - FREE, 10))
            self._until[complaint] = tries, now + timedelta(seconds=wait_s)
