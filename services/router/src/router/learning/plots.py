"""Three plots of an evaluation: coverage against accuracy, calibration, confusion matrix."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import numpy as np
from matplotlib import pyplot as plt

from router.learning.evaluation import FoldResult
from router.learning.metrics import Array, ScoredTexts, calibration, curve
from router.learning.training import TARGET


def draw(folder: Path, folds: Sequence[FoldResult], ours: ScoredTexts, confusion: tuple[list[str], Array]) -> None:
    """Write coverage.png, calibration.png and confusion.png."""
    _coverage(folder / "coverage.png", folds)
    _calibration(folder / "calibration.png", ours)
    _confusion(folder / "confusion.png", *confusion)


def _coverage(path: Path, folds: Sequence[FoldResult]) -> None:
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for fold in folds:
        axes.plot(*curve(fold.ours), color="tab:blue", alpha=0.5, label="model")
        axes.plot(*curve(fold.baseline), color="tab:gray", alpha=0.5, label="baseline")
    axes.axhline(TARGET, linestyle=":", color="black")
    axes.set(xlabel="share forwarded automatically", ylabel="share correct", xlim=(0, 1))
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    axes.legend(list(handles.values()), list(handles))
    _save(figure, path)


def _calibration(path: Path, ours: ScoredTexts) -> None:
    figure, axes = plt.subplots(figsize=(4, 4), layout="constrained")
    axes.plot([0, 1], [0, 1], linestyle=":", color="black")
    bins = calibration(ours)
    axes.plot([confidence for _, _, confidence, _ in bins], [correct for *_, correct in bins], marker="o")
    axes.set(xlabel="confidence", ylabel="share correct", xlim=(0, 1), ylim=(0, 1))
    _save(figure, path)


def _confusion(path: Path, labels: list[str], table: Array) -> None:
    size = max(5.0, len(labels) * 0.32)
    figure, axes = plt.subplots(figsize=(size + 2, size), layout="constrained")
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    short = [label[:24] for label in labels]
    axes.set_xticks(range(len(labels)), short, rotation=90, fontsize=7)
    axes.set_yticks(range(len(labels)), short, fontsize=7)
    axes.set(xlabel="predicted", ylabel="expected")
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=120)
    plt.close(figure)
