"""Small tools of measuring."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Result:
    """One line of the table: ours, the bare library's, their ratio, and the mark it must reach (None: none set).

    `most`: of a time, how much ours may be. `void`: why the measurement counts for nothing.
    """

    name: str
    ours: float
    bare: float
    unit: str
    mark: float | None = None
    notes: dict[str, float | str] = field(default_factory=dict)
    most: float | None = None
    void: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.bare if self.bare else 0.0

    @property
    def is_met(self) -> bool:
        """Whether it counts and every mark of it is reached."""
        fast = self.mark is None or self.ratio >= self.mark
        return fast and (self.most is None or self.ours <= self.most) and not self.void

    @property
    def verdict(self) -> str:
        """The mark, and whether it is met; empty if there is none."""
        wanted = [] if self.mark is None else [f"{self.mark:.2f}"]
        wanted += [] if self.most is None else [f"{self.most:g} {self.unit}"]
        return self.void or " ".join([*wanted, "met" if self.is_met else "MISSED"] if wanted else [])


class Timer:
    """Seconds of real time."""

    s = 0.0


@contextmanager
def timed() -> Iterator[Timer]:
    timer, start = Timer(), time.perf_counter()
    yield timer
    timer.s = time.perf_counter() - start


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used, user and system."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
