"""How good are readings? Accuracy, macro-F1, top three, calibration, and how many go on by themselves how rightly."""

from collections.abc import Sequence
from math import sqrt
from typing import Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

UNCLEAR: Final = "?"
BINS: Final = 10
LEAST: Final = 20
"""A share of fewer than these is no ground for a threshold."""
_T_95: Final = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Student's t, two-sided 95 %, by degrees of freedom from 1."""

Array = npt.NDArray[Any]


class ScoredTexts(NamedTuple):
    """Probabilities of each label for some texts, and what they should have been."""

    labels: tuple[str, ...]
    chances: Array
    wanted: tuple[str, ...]

    @classmethod
    def of(cls, margins: Array, wanted: Sequence[str], labels: Sequence[str]) -> Self:
        """From sharpened margins."""
        return cls(tuple(labels), softmax(margins), tuple(wanted))

    @property
    def real(self) -> Array:
        """The probabilities of the labels that say something."""
        hidden = [at for at, label in enumerate(self.labels) if label == UNCLEAR]
        real = self.chances.copy()
        real[:, hidden] = -1.0
        return real

    @property
    def right(self) -> Array:
        """Which best readings are right."""
        return np.asarray(np.array(self.labels)[self.real.argmax(1)] == np.array(self.wanted))

    @property
    def sure(self) -> Array:
        """How sure of the best one; 0 where the text says nothing."""
        clear = self.real.argmax(1) == self.chances.argmax(1)
        return np.where(clear, self.real.max(1), 0.0)


def softmax(margins: Array) -> Array:
    """Rows that sum to 1."""
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def log_loss(margins: Array, wanted: Array, labels: Sequence[str]) -> float:
    """Mean surprise at what was wanted."""
    at = np.searchsorted(np.array(labels), wanted)
    return float(-np.log(softmax(margins)[np.arange(len(at)), at] + 1e-9).mean())


def accuracy(judged: ScoredTexts) -> float:
    """Share of best readings that are right."""
    return float(judged.right.mean())


def macro_f1(judged: ScoredTexts) -> float:
    """Mean of F1 over the labels wanted or said, each the same weight."""
    said, wanted = np.array(judged.labels)[judged.real.argmax(1)], np.array(judged.wanted)
    labels = set(said.tolist()) | set(wanted.tolist())
    return float(
        np.mean([2 * ((said == w) & (wanted == w)).sum() / ((said == w).sum() + (wanted == w).sum()) for w in labels])
    )


def top(judged: ScoredTexts, count: int = 3) -> float:
    """Share of texts whose label is among the best `count`."""
    ranked = np.array(judged.labels)[np.argsort(-judged.real, axis=1)[:, :count]]
    return float((ranked == np.array(judged.wanted)[:, None]).any(axis=1).mean())


def calibration_error(judged: ScoredTexts) -> float:
    """Expected difference between how sure and how right, in ten equal steps (ECE)."""
    sure, right = judged.real.max(1), judged.right
    steps = np.minimum((sure * BINS).astype(int), BINS - 1)
    parts = [(steps == step) for step in range(BINS)]
    return float(sum(part.mean() * abs(right[part].mean() - sure[part].mean()) for part in parts if part.any()))


def curve(judged: ScoredTexts) -> tuple[Array, Array]:
    """Coverage and how right it is, from the surest text to all."""
    order = np.argsort(-judged.sure, kind="stable")
    counts = np.arange(1, len(order) + 1)
    return counts / len(order), judged.right[order].cumsum() / counts


def coverage_at(judged: ScoredTexts, target: float) -> float:
    """The largest share of the surest texts that is right at `target`."""
    covered, right = curve(judged)
    enough = right >= target
    return float(covered[enough].max()) if enough.any() else 0.0


def threshold_for(judged: ScoredTexts, target: float) -> float:
    """The lowest probability from which on readings are right at `target`; above 1 where none is."""
    order = np.argsort(-judged.sure, kind="stable")
    right = judged.right[order].cumsum() / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= target)
    if not len(enough) or enough[-1] < min(LEAST, len(order)) - 1:
        return 1.01
    return float(judged.sure[order[enough[-1]]])


def forwarded(judged: ScoredTexts, threshold: float) -> tuple[float, float]:
    """Share that goes on by itself at this threshold, and how right that is."""
    on = judged.sure >= threshold
    return float(on.mean()), float(judged.right[on].mean()) if on.any() else 1.0


def mean_with_interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean over folds, and half of its 95 % interval by Student's t."""
    if len(values) < 2:
        return float(np.mean(values)), float("nan")
    spread = float(np.std(values, ddof=1)) / sqrt(len(values))
    return float(np.mean(values)), _T_95[min(len(values) - 1, len(_T_95)) - 1] * spread
