"""Quality measures: accuracy, macro-F1, top three, calibration, and how many texts are forwarded how correctly."""

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import beta
from sklearn.metrics import f1_score

from router.reading.classifier import UNCLEAR, softmax

BINS: Final = 10
SURE: Final = 0.95
"""Confidence of the one-sided interval by which a threshold is chosen."""
NEVER: Final = 1.01
"""A threshold that no text reaches."""
_T_95: Final = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Student's t, two-sided 95 %, by degrees of freedom from 1."""

Array = npt.NDArray[Any]


class ScoredTexts(NamedTuple):
    """Texts x labels: the predicted probabilities, and the expected label of each text."""

    labels: tuple[str, ...]
    probabilities: Array
    expected: tuple[str, ...]

    @property
    def of_sectors(self) -> Array:
        """The probabilities with the label `UNCLEAR` set to -1, so that it is never the best."""
        hidden = [at for at, label in enumerate(self.labels) if label == UNCLEAR]
        found = self.probabilities.copy()
        found[:, hidden] = -1.0
        return found

    def part(self, rows: Sequence[int]) -> "ScoredTexts":
        """These texts alone."""
        return ScoredTexts(self.labels, self.probabilities[list(rows)], tuple(self.expected[at] for at in rows))

    @property
    def best(self) -> Array:
        """The likeliest label of each text."""
        return np.asarray(np.array(self.labels)[self.of_sectors.argmax(1)])

    @property
    def correct(self) -> Array:
        """Whether the likeliest label of each text is the expected one."""
        return np.asarray(self.best == np.array(self.expected))

    @property
    def confidence(self) -> Array:
        """The probability of the likeliest label; 0 where `UNCLEAR` is likelier still."""
        found = self.of_sectors
        return np.where(found.argmax(1) == self.probabilities.argmax(1), found.max(1), 0.0)

    def ranked(self, count: int) -> Array:
        """Texts x the `count` likeliest labels, best first."""
        return np.asarray(np.array(self.labels)[np.argsort(-self.of_sectors, axis=1)[:, :count]])


def joined(parts: Iterable[ScoredTexts]) -> ScoredTexts:
    """Texts that several models scored, over all of their labels; a label that a model does not know has 0."""
    every = list(parts)
    labels = tuple(sorted({label for part in every for label in part.labels}))
    rows = np.zeros((sum(len(part.expected) for part in every), len(labels)))
    start = 0
    for part in every:
        at = [labels.index(label) for label in part.labels]
        rows[start : start + len(part.expected), at] = part.probabilities
        start += len(part.expected)
    return ScoredTexts(labels, rows, tuple(label for part in every for label in part.expected))


def log_loss(margins: Array, expected: Array, labels: Sequence[str]) -> float:
    """Mean negative logarithm of the probability of the expected label."""
    at = np.searchsorted(np.array(labels), expected)
    return float(-np.log(softmax(margins)[np.arange(len(at)), at] + 1e-9).mean())


def accuracy(scored: ScoredTexts) -> float:
    """Share of texts whose likeliest label is correct."""
    return float(scored.correct.mean())


def macro_f1(scored: ScoredTexts) -> float:
    """Unweighted mean of F1 over the labels expected or predicted."""
    return float(f1_score(np.array(scored.expected), scored.best, average="macro", zero_division=0.0))


def top(scored: ScoredTexts, count: int = 3) -> float:
    """Share of texts whose expected label is among the `count` likeliest."""
    return float((scored.ranked(count) == np.array(scored.expected)[:, None]).any(axis=1).mean())


def calibration(scored: ScoredTexts) -> list[tuple[float, int, float, float]]:
    """For each of ten equal bins of confidence that has texts: lower end, texts, mean confidence, share correct."""
    confidence, correct = scored.of_sectors.max(1), scored.correct
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    parts = [(index / BINS, bins == index) for index in range(BINS)]
    return [
        (start, int(part.sum()), float(confidence[part].mean()), float(correct[part].mean()))
        for start, part in parts
        if part.any()
    ]  # fmt: skip


def calibration_error(scored: ScoredTexts) -> float:
    """Expected calibration error (ECE) over ten equal bins."""
    total = len(scored.expected)
    return sum(texts / total * abs(correct - sure) for _, texts, sure, correct in calibration(scored))


def curve(scored: ScoredTexts) -> tuple[Array, Array]:
    """Share of texts forwarded, from the most confident one to all, and the share correct among them."""
    order = np.argsort(-scored.confidence, kind="stable")
    counts = np.arange(1, len(order) + 1)
    return counts / len(order), scored.correct[order].cumsum() / counts


def coverage_at(scored: ScoredTexts, target: float) -> float:
    """The largest share of texts, taken by confidence, of which `target` are correct."""
    covered, correct = curve(scored)
    enough = correct >= target
    return float(covered[enough].max()) if enough.any() else 0.0


def threshold_for(confidence: Array, correct: Array, target: float, latest: Array | None = None) -> float:
    """The lowest confidence from which `target` of the texts are surely correct; above 1 if there is none.

    `latest`: which of them are the newest; of these alone `target` must be correct too. Surely: at the lower end of a
    one-sided 95 % interval (Clopper and Pearson 1934), so that a threshold that is right by luck is not chosen. With
    no wrong text it takes 59 of them for a target of 0.95.
    """
    ranked, share = _from_each(confidence, correct, latest)
    enough = np.flatnonzero(share >= target)
    return float(ranked[enough[-1]]) if len(enough) else NEVER


def surest(confidence: Array, correct: Array, latest: Array | None = None) -> float:
    """The highest share that is surely correct from any confidence on: what `threshold_for` holds against a target."""
    return float(_from_each(confidence, correct, latest)[1].max(initial=0.0))


def _from_each(confidence: Array, correct: Array, latest: Array | None) -> tuple[Array, Array]:
    """Each confidence, falling, and the share that is surely correct from there on, or that of the newest if lower."""
    order = np.argsort(-confidence, kind="stable")
    right, counts = correct[order].cumsum(), np.arange(1, len(order) + 1)
    new = np.ones(len(order), bool) if latest is None else latest[order]
    newest = np.where(new.cumsum() > 0, (new & correct[order]).cumsum() / np.maximum(new.cumsum(), 1), 1.0)
    ranked = confidence[order]
    # Texts of one confidence are forwarded together, so they count together.
    last = np.append(ranked[1:] < ranked[:-1], True)[: len(ranked)]
    return ranked, np.where(last & (ranked > 0), np.minimum(lower_bound(right, counts), newest), 0.0)


def lower_bound(right: Array, counts: Array) -> Array:
    """The lower end of a one-sided interval for the share correct."""
    found = beta.ppf(1 - SURE, np.maximum(right, 1), counts - right + 1)
    return np.where(right > 0, found, 0.0)


def forwarded(scored: ScoredTexts, threshold: float) -> tuple[float, float]:
    """Share of texts forwarded at this threshold, and the share correct among them."""
    on = scored.confidence >= threshold
    return float(on.mean()), float(scored.correct[on].mean()) if on.any() else 1.0


def mean_with_interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean over folds, and half the width of its 95 % interval by Student's t (NaN for a single fold)."""
    if len(values) < 2:
        return float(np.mean(values)), float("nan")
    spread = float(np.std(values, ddof=1)) / sqrt(len(values))
    return float(np.mean(values)), _T_95[min(len(values) - 1, len(_T_95)) - 1] * spread
