"""Detects events that were removed from the store.

A complaint whose whole stream is gone leaves no gap in a stream, and the books balance without it. Its global
positions are missing.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from audit.finding import Violation
from schemas.base.envelope import RecordedEvent

SHOWN: Final = 5
"""Number of gaps shown; all are counted."""


class Gap(NamedTuple):
    """Positions without an event, and the event before them."""

    first: int
    last: int
    after: str


class Gaps:
    """Counts missing positions while the store is read, in constant memory."""

    def __init__(self) -> None:
        self._last, self._before = 0, "the beginning"
        self._missing, self._holes = 0, 0
        self._shown: list[Gap] = []

    def page(self, events: Sequence[RecordedEvent]) -> None:
        """The next events of the store, in order."""
        for event in events:
            if event.position > self._last + 1:
                self._missing += event.position - self._last - 1
                if len(self._shown) < SHOWN:
                    self._shown.append(Gap(self._last + 1, event.position - 1, self._before))
            self._last, self._before = event.position, f"{event.stream} {event.version}"

    def stream(self, events: Sequence[RecordedEvent]) -> None:
        """A stream's own gaps are reported as `stream-cut` and not counted here."""
        if events:
            self._holes += events[-1].version + 1 - len(events)

    def found(self) -> Iterator[Violation]:
        """The missing positions that no stream accounts for."""
        if self._missing <= self._holes:
            return
        where = "; ".join(f"{_span(gap)} after {gap.after}" for gap in self._shown)
        more = "; and more" if self._missing > sum(gap.last - gap.first + 1 for gap in self._shown) else ""
        what = f"{self._missing - self._holes} events are missing and belong to no stream: positions {where}{more}"
        yield Violation("facts-missing", "the store", -1, what)


def _span(gap: Gap) -> str:
    return str(gap.first) if gap.first == gap.last else f"{gap.first} to {gap.last}"
