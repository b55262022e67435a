"""Was something taken out of the store? A life that is gone as a whole leaves no stream with a hole, and the books
balance without it; but positions that should follow each other do not.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from audit.finding import Violation
from schemas.base.envelope import RecordedEvent

SHOWN: Final = 5
"""Gaps told one by one; all are counted."""


class Gap(NamedTuple):
    """Positions without an event, and who stands before them."""

    first: int
    last: int
    after: str


class Gaps:
    """Counts them while the store is walked, in a few numbers however long it is."""

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
        """A stream's own holes are told as its own: `stream-cut`."""
        if events:
            self._holes += events[-1].version + 1 - len(events)

    def found(self) -> Iterator[Violation]:
        """What no stream misses."""
        if self._missing <= self._holes:
            return
        where = "; ".join(f"{_span(gap)} after {gap.after}" for gap in self._shown)
        more = "; and more" if self._missing > sum(gap.last - gap.first + 1 for gap in self._shown) else ""
        what = f"{self._missing - self._holes} facts are gone of which no stream tells: positions {where}{more}"
        yield Violation("facts-missing", "the store", -1, what)


def _span(gap: Gap) -> str:
    return str(gap.first) if gap.first == gap.last else f"{gap.first} to {gap.last}"
