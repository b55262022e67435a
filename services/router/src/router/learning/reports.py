"""What an evaluation leaves as files: tables as CSV, a summary as JSON, plots as PNG where matplotlib is installed."""

import csv
import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from router.learning import evaluation
from router.learning.evaluation import FoldResult
from router.learning.metrics import BINS, ScoredTexts, curve
from router.learning.training import TARGET

CURVE_POINTS: Final = 101


def write_task(folder: Path, judgings: Sequence[FoldResult]) -> dict[str, Any]:
    """All files of one task; its summary."""
    folder.mkdir(parents=True, exist_ok=True)
    ours = evaluation.pooled(judgings)
    examples = [example for each in judgings for example in each.examples]
    found = evaluation.summary(judgings)
    (folder / "summary.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    write_rows(folder / "folds.csv", evaluation.by_fold_rows(judgings))
    write_rows(folder / "labels.csv", evaluation.per_label(ours))
    write_rows(folder / "regions.csv", evaluation.per_region(ours, examples))
    write_rows(folder / "coverage.csv", _curve_rows(ours))
    write_rows(folder / "calibration.csv", calibration_rows(ours))
    labels, table = evaluation.confusion(ours)
    confused = (dict(zip(labels, row.tolist(), strict=True)) for row in table)
    rows = [{"wanted \\ said": label, **row} for label, row in zip(labels, confused, strict=True)]
    write_rows(folder / "confusion.csv", rows)
    if find_spec("matplotlib"):
        from router.learning.plots import draw

        draw(folder, judgings, ours, (labels, table))
    return found


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """A table; numbers with four decimals."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(
            {name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()}
            for row in rows
        )


def calibration_rows(judged: ScoredTexts) -> list[dict[str, Any]]:
    """How sure and how right, in ten equal steps."""
    sure, right = judged.real.max(1), judged.right
    steps = np.minimum((sure * BINS).astype(int), BINS - 1)
    return [
        {"from": step / BINS, "texts": int(part.sum()), "sure": float(sure[part].mean()),
         "right": float(right[part].mean())}
        for step in range(BINS)
        if (part := steps == step).any()
    ]  # fmt: skip


def _curve_rows(judged: ScoredTexts) -> list[dict[str, Any]]:
    covered, right = curve(judged)
    at = np.unique(np.linspace(0, len(covered) - 1, CURVE_POINTS).astype(int))
    return [
        {"coverage": float(covered[i]), "right": float(right[i]), "target": TARGET}
        for i in at.tolist()
    ]  # fmt: skip
