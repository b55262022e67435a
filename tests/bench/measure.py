"""Results, timers and percentiles."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Result:
    """One row of the table: our figure, the bare library's, their ratio, and the least ratio allowed (`mark`).

    `most`: the largest value allowed for our figure. `void`: why the measurement does not count.
    """

    name: str
    ours: float
    bare: float
    unit: str
    mark: float | None = None
    notes: Mapping[str, float | str] = field(default_factory=dict)
    most: float | None = None
    void: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.bare if self.bare else 0.0

    @property
    def is_met(self) -> bool:
        """Whether the measurement counts and reaches its marks."""
        fast = self.mark is None or self.ratio >= self.mark
        return fast and (self.most is None or self.ours <= self.most) and not self.void

    @property
    def verdict(self) -> str:
        """The marks and whether they are met; empty without a mark."""
        marks = [] if self.mark is None else [f"{self.mark:.2f}"]
        marks += [] if self.most is None else [f"{self.most:g} {self.unit}"]
        return self.void or " ".join([*marks, "met" if self.is_met else "MISSED"] if marks else [])


class Timer:
    """Wall-clock seconds."""

    s = 0.0


@contextmanager
def timed() -> Iterator[Timer]:
    timer, start = Timer(), time.perf_counter()
    yield timer
    timer.s = time.perf_counter() - start


def cpu_s(pid: int) -> float:
    """User and system seconds that a process has used."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
