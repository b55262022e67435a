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
    """One line of the table: ours, the bare library's, their ratio, and the mark it must reach (None: none set)."""

    name: str
    ours: float
    bare: float
    unit: str
    mark: float | None = None
    notes: dict[str, float | str] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours / self.bare if self.bare else 0.0


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
