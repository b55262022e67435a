"""Evaluates a reading model on labelled texts: fold by fold beside a baseline, with confidence intervals."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Final, NamedTuple

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from router.learning.baseline import Baseline
from router.learning.check import BATCH, scored_by
from router.learning.examples import Example
from router.learning.metrics import (
    Array,
    ScoredTexts,
    accuracy,
    calibration_error,
    coverage_at,
    forwarded,
    macro_f1,
    mean_with_interval,
    threshold_for,
    top,
)
from router.learning.train import as_elsewhere, with_own
from router.learning.training import TARGET, TrainingOptions, inputs_of, train
from router.reading.classifier import UNCLEAR, Model
from router.reading.model_files import SUFFIX, ModelCard, write

MEASURES: Final[Mapping[str, Callable[[ScoredTexts], float]]] = {
    "accuracy": accuracy,
    "macro_f1": macro_f1,
    "top_3": top,
    "calibration_error": calibration_error,
    "coverage_at_95": partial(coverage_at, target=TARGET),
}


class FoldResult(NamedTuple):
    """One fold: how our model and the baseline scored its texts after training on the others.

    `threshold`, `size` (bytes of the file) and `ms` (of one core per text, in batches) are those of our model.
    """

    fold: str
    ours: ScoredTexts
    baseline: ScoredTexts
    examples: list[Example]
    threshold: float
    size: int
    ms: float


def frequent(examples: Sequence[Example], least: int) -> list[Example]:
    """The examples whose label occurs at least this often."""
    counted = Counter(each.label for each in examples)
    return [each for each in examples if counted[each.label] >= least]


def by_fold(examples: Sequence[Example], options: TrainingOptions, only: Sequence[str] = ()) -> Iterator[FoldResult]:
    """Evaluate each fold by what was learned from the others."""
    baseline = Baseline([each.text for each in examples])
    folds = np.array([each.fold for each in examples])
    for fold in only or sorted(set(folds.tolist())):
        yield evaluate(fold, examples, folds == fold, options, baseline)


def evaluate(
    fold: str, examples: Sequence[Example], held: Array, options: TrainingOptions, baseline: Baseline,
    *, elsewhere: bool = False,
) -> FoldResult:  # fmt: skip
    """Train on the texts outside the mask `held`, score those inside it. `elsewhere`: they are of another place."""
    known = [examples[at] for at in np.flatnonzero(~held).tolist()]
    unseen = [examples[at] for at in np.flatnonzero(held).tolist()]
    known = as_elsewhere(known) if elsewhere else known
    trained = train(with_own(known, elsewhere=elsewhere), fold, (), options)
    model = trained.model
    theirs = baseline.scored(np.array([str(each.label) for each in examples]), held)
    return FoldResult(
        fold,
        scored_by(model, unseen, options),
        theirs,
        unseen,
        threshold_for(trained.unseen.confidence, trained.unseen.correct, options.target),
        _size(model),
        median_ms(model, unseen, options),
    )


def _size(model: Model) -> int:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"model{SUFFIX}"
        write(path, model, ModelCard.bare(model.version))
        return path.stat().st_size


def median_ms(model: Model, examples: Sequence[Example], options: TrainingOptions) -> float:
    """Milliseconds of one core per text, the rules' scores included: median over batches."""
    spent = []
    for at in range(0, len(examples), BATCH):
        batch, start = examples[at : at + BATCH], process_time()
        model.read_many(inputs_of(batch, options))
        spent.append(1000 * (process_time() - start) / len(batch))
    return float(np.median(spent))


def summary(folds: Sequence[FoldResult]) -> dict[str, Any]:
    """Every measure: mean over folds with its 95 % interval, ours, the baseline's, and their paired difference."""
    found: dict[str, Any] = {"folds": [each.fold for each in folds], "texts": sum(len(j.examples) for j in folds)}
    for name, measure in MEASURES.items():
        ours, baseline = [measure(each.ours) for each in folds], [measure(each.baseline) for each in folds]
        differences = [one - other for one, other in zip(ours, baseline, strict=True)]
        found[name] = {"ours": _interval(ours), "baseline": _interval(baseline), "difference": _interval(differences)}
    on = [forwarded(each.ours, each.threshold) for each in folds]
    found["forwarded_at_threshold"] = _interval([share for share, _ in on])
    found["right_among_forwarded"] = _interval([right for _, right in on])
    found["file_mb"] = round(max(each.size for each in folds) / 1e6, 1)
    found["ms_a_text"] = round(max(each.ms for each in folds), 3)
    return found


def by_fold_rows(folds: Sequence[FoldResult]) -> list[dict[str, Any]]:
    """The measures of each fold."""
    return [
        {"fold": each.fold, "texts": len(each.examples)}
        | {f"ours_{name}": round(measure(each.ours), 4) for name, measure in MEASURES.items()}
        | {f"baseline_{name}": round(measure(each.baseline), 4) for name, measure in MEASURES.items()}
        for each in folds
    ]


def pooled(folds: Sequence[FoldResult]) -> ScoredTexts:
    """The texts of all folds together; a label that a fold did not know has probability 0 there."""
    labels = tuple(sorted({label for each in folds for label in each.ours.labels}))
    expected = tuple(label for each in folds for label in each.ours.expected)
    probabilities, start = np.zeros((len(expected), len(labels))), 0
    for each in folds:
        end = start + len(each.ours.expected)
        probabilities[start:end, [labels.index(label) for label in each.ours.labels]] = each.ours.probabilities
        start = end
    return ScoredTexts(labels, probabilities, expected)


def per_label(scored: ScoredTexts) -> list[dict[str, Any]]:
    """Precision, recall and F1 of every label."""
    labels = sorted(set(scored.expected))
    found = precision_recall_fscore_support(scored.expected, scored.best, labels=labels, zero_division=0.0)
    return [
        {"label": label, "texts": int(texts), "precision": precision, "recall": recall, "f1": f1}
        for label, precision, recall, f1, texts in zip(labels, *found, strict=True)
    ]


def per_region(scored: ScoredTexts, examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Accuracy by the most precise region code of the place."""
    places = np.array([each.place[-1] if each.place else "-" for each in examples])
    return [
        {"region": name, "texts": int((places == name).sum()), "accuracy": float(scored.correct[places == name].mean())}
        for name in sorted(set(places.tolist()))
    ]


def confusion(scored: ScoredTexts) -> tuple[list[str], Array]:
    """Labels, and counts by expected label (rows) and likeliest label (columns)."""
    labels = [label for label in scored.labels if label != UNCLEAR]
    return labels, confusion_matrix(scored.expected, scored.best, labels=labels)


def by_itself(
    sectors: Sequence[str | None], expected: Sequence[str], offices: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """How many texts were forwarded, and how many to a sector of the office that answered; then one row per sector.

    `sectors`: None for a text that is not forwarded. `offices`: sectors by kind of office.
    """
    judged = [
        (sector, sector in offices[want]) for sector, want in zip(sectors, expected, strict=True) if want in offices
    ]
    by_sector: dict[str, list[bool]] = {}
    for sector, is_right in judged:
        if sector is not None:
            by_sector.setdefault(sector, []).append(is_right)
    rows: list[dict[str, Any]] = [
        {"sector": sector, "forwarded": len(each), "right": sum(each)} for sector, each in sorted(by_sector.items())
    ]
    count, right = (sum(row[name] for row in rows) for name in ("forwarded", "right"))
    share = {"texts": len(judged), "forwarded": count / max(1, len(judged))}
    return {**share, "right_among_forwarded": right / count if count else None}, rows


def as_sectors(scored: ScoredTexts, offices: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A model of sectors on texts labelled with offices: correct is a sector that the office has."""
    held = [at for at, want in enumerate(scored.expected) if offices.get(want)]
    ranked = scored.ranked(3)
    right = np.array([[sector in offices[scored.expected[at]] for sector in ranked[at]] for at in held])
    return {"texts": len(held), "top_1": float(right[:, 0].mean()), "top_3": float(right.any(axis=1).mean())}


def as_offices(scored: ScoredTexts, offices: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """The same ranked by office, whose probability is the sum over its sectors."""
    names = sorted(offices)
    at = {label: index for index, label in enumerate(scored.labels)}
    columns = [[at[sector] for sector in offices[name] if sector in at] for name in names]
    sums = np.stack([np.clip(scored.of_sectors[:, column], 0, None).sum(axis=1) for column in columns], axis=1)
    held = [index for index, want in enumerate(scored.expected) if want in offices]
    ranked = np.array(names)[np.argsort(-sums[held], axis=1)[:, :3]]
    right = ranked == np.array([scored.expected[index] for index in held])[:, None]
    return {"top_1": float(right[:, 0].mean()), "top_3": float(right.any(axis=1).mean())}


def _interval(values: Sequence[float]) -> dict[str, float | None]:
    mean, half = mean_with_interval(values)
    return {"mean": round(mean, 4), "half_width_95": None if np.isnan(half) else round(half, 4)}
