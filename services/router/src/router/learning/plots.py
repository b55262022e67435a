"""Three pictures of an evaluation: coverage against accuracy, calibration, confusion."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import numpy as np
from matplotlib import pyplot as plt

from router.learning.evaluation import FoldResult
from router.learning.metrics import Array, ScoredTexts, curve
from router.learning.training import TARGET


def draw(folder: Path, judgings: Sequence[FoldResult], ours: ScoredTexts, confused: tuple[list[str], Array]) -> None:
    """Write coverage.png, calibration.png and confusion.png."""
    _coverage(folder / "coverage.png", judgings)
    _calibration(folder / "calibration.png", ours)
    _confusion(folder / "confusion.png", *confused)


def _coverage(path: Path, judgings: Sequence[FoldResult]) -> None:
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for judging in judgings:
        axes.plot(*curve(judging.ours), color="tab:blue", alpha=0.5, label="model")
        axes.plot(*curve(judging.baseline), color="tab:gray", alpha=0.5, label="plain baseline")
    axes.axhline(TARGET, linestyle=":", color="black")
    axes.set(xlabel="share forwarded by itself", ylabel="share right", xlim=(0, 1))
    axes.legend(*_once(axes))
    _save(figure, path)


def _calibration(path: Path, ours: ScoredTexts) -> None:
    figure, axes = plt.subplots(figsize=(4, 4), layout="constrained")
    sure, right = ours.real.max(1), ours.right
    steps = np.minimum((sure * 10).astype(int), 9)
    there = [step for step in range(10) if (steps == step).any()]
    axes.plot([0, 1], [0, 1], linestyle=":", color="black")
    axes.plot([sure[steps == s].mean() for s in there], [right[steps == s].mean() for s in there], marker="o")
    axes.set(xlabel="how sure", ylabel="how right", xlim=(0, 1), ylim=(0, 1))
    _save(figure, path)


def _confusion(path: Path, labels: list[str], table: Array) -> None:
    size = max(5.0, len(labels) * 0.32)
    figure, axes = plt.subplots(figsize=(size + 2, size), layout="constrained")
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    short = [label[:24] for label in labels]
    axes.set_xticks(range(len(labels)), short, rotation=90, fontsize=7)
    axes.set_yticks(range(len(labels)), short, fontsize=7)
    axes.set(xlabel="said", ylabel="should be")
    _save(figure, path)


def _once(axes: Any) -> tuple[list[Any], list[str]]:
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    return list(handles.values()), list(handles)


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=120)
    plt.close(figure)
