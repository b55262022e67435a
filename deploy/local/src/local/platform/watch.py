"""Watches all parts of the platform on one machine, restarts them, and keeps the file with their states."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from chassis.base.clock import SystemClock
from local.errors import CannotRun
from local.platform.part import Announce, Part
from local.platform.status import StatusFile

CLOCK: Final = SystemClock()
FRONT: Final = "front"
TICK_LIMIT_S: Final = 2.0
"""More time between two ticks was not spent watching: the supervisor was suspended, or the machine."""


class Watch:
    """Call `tick` every half second or so."""

    def __init__(
        self,
        parts: Sequence[Part],
        state: Path,
        announce: Announce,
        now: Callable[[], datetime] = CLOCK.now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.parts, self.state, self.status = list(parts), state, StatusFile(state)
        self._announce, self._now, self._clock, self._last = announce, now, clock, clock()

    def begin(self, parts: Sequence[Part] | None = None) -> None:
        """Start these (default: those that were not) without waiting."""
        for part in parts or self.parts:
            if part.away is None and not part.process.running:
                part.begin(self._now())
        self.status.write(self.parts)

    def tick(self, *, may_start: bool = True) -> None:
        """Look at each; restart what has ended if `may_start`."""
        clock = self._clock()
        passed_s, self._last = min(clock - self._last, TICK_LIMIT_S), clock
        for part in self.parts:
            part.tick(passed_s, self._now(), self._announce, may_start=may_start)
        self.status.write(self.parts)

    def ready(self) -> set[str]:
        """The parts that are ready now."""
        return {part.name for part in self.parts if part.away is None}

    def is_settled(self) -> bool:
        """Whether each part is ready, waits for a person, or fills its read models while it works."""
        return all(part.away is None or part.needs_person or part.filling for part in self.parts)

    def filling(self) -> list[str]:
        """How far each part is that fills its read models."""
        return [f"{part.name} is {part.filling}" for part in self.parts if part.filling]

    def check_door(self, *, open_: bool) -> None:
        """Raises CannotRun: the front cannot start before a person has acted, so nothing would be accepted."""
        for part in self.parts:
            if part.name == FRONT and part.needs_person and not open_ and part.away is not None:
                raise CannotRun(part.away.why)
