"""Writes an evaluation to files: tables as CSV, a summary as JSON, plots as PNG if matplotlib is installed."""

import csv
import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from router.learning import evaluation
from router.learning.evaluation import FoldResult
from router.learning.metrics import ScoredTexts, calibration, curve
from router.learning.training import TARGET

CURVE_POINTS: Final = 101


def write_task(folder: Path, folds: Sequence[FoldResult]) -> dict[str, Any]:
    """Write all files of one task; returns its summary."""
    ours = evaluation.pooled(folds)
    found = evaluation.summary(folds)
    labels, table = evaluation.confusion(ours)
    confusion = (dict(zip(labels, row.tolist(), strict=True)) for row in table)
    write_rows(folder / "folds.csv", evaluation.by_fold_rows(folds))
    write_rows(folder / "labels.csv", evaluation.per_label(ours))
    write_rows(folder / "regions.csv", evaluation.per_region(ours, [each for fold in folds for each in fold.examples]))
    write_rows(folder / "coverage.csv", _curve_rows(ours))
    names = ("from", "texts", "sure", "right")
    write_rows(folder / "calibration.csv", [dict(zip(names, each, strict=True)) for each in calibration(ours)])
    rows = [{"wanted \\ said": label, **row} for label, row in zip(labels, confusion, strict=True)]
    write_rows(folder / "confusion.csv", rows)
    (folder / "summary.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if find_spec("matplotlib"):
        from router.learning.plots import draw

        draw(folder, folds, ours, (labels, table))
    return found


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a CSV table, numbers with four decimals; makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(
            {name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()}
            for row in rows
        )


def _curve_rows(scored: ScoredTexts) -> list[dict[str, Any]]:
    covered, correct = curve(scored)
    at = np.unique(np.linspace(0, len(covered) - 1, CURVE_POINTS).astype(int))
    return [
        {"coverage": float(covered[i]), "right": float(correct[i]), "target": TARGET} for i in at.tolist()
    ]  # fmt: skip
