"""How good is a way of reading on labelled texts? Fold by fold beside a plain baseline, with intervals."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Final, NamedTuple

import numpy as np

from router.learning.baseline import Baseline
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
    top,
)
from router.learning.train import with_own
from router.learning.training import TARGET, TrainingOptions, train
from router.reading.classifier import UNCLEAR, Model
from router.reading.features import ModelInput
from router.reading.model_files import SUFFIX, ModelCard, write
from router.reading.reader import Reader, TextToRead

MEASURES: Final[Mapping[str, Callable[[ScoredTexts], float]]] = {
    "accuracy": accuracy,
    "macro_f1": macro_f1,
    "top_3": top,
    "calibration_error": calibration_error,
    "coverage_at_95": partial(coverage_at, target=TARGET),
}
BATCH: Final = 200


class ModelCost(NamedTuple):
    """What a model takes: its file in bytes, and milliseconds of one core for a text, read many at once."""

    size: int
    ms: float


class FoldResult(NamedTuple):
    """One fold: what our model and the baseline said of texts they had not seen, and our model's threshold."""

    fold: str
    ours: ScoredTexts
    baseline: ScoredTexts
    threshold: float
    examples: list[Example]
    cost: ModelCost


def frequent(examples: Sequence[Example], least: int) -> list[Example]:
    """Those whose label occurs so often."""
    counted = Counter(each.label for each in examples)
    return [each for each in examples if counted[each.label] >= least]


def by_fold(examples: Sequence[Example], making: TrainingOptions, only: Sequence[str] = ()) -> Iterator[FoldResult]:
    """Each fold judged by what was learned from the others."""
    plain = Baseline([each.text for each in examples])
    folds = np.array([each.fold for each in examples])
    for fold in only or sorted(set(folds.tolist())):
        yield judge(fold, examples, folds == fold, making, plain)


def judge(
    fold: str,
    examples: Sequence[Example],
    held: Array,
    making: TrainingOptions,
    plain: Baseline,
    *,
    elsewhere: bool = False,
) -> FoldResult:
    """What is said of those of the mask `held` by what was learned from the others. `elsewhere`: in another place."""
    known = [examples[at] for at in np.flatnonzero(~held).tolist()]
    unseen = [examples[at] for at in np.flatnonzero(held).tolist()]
    made = train(with_own(known, elsewhere=elsewhere), fold, (), making)
    ours, cost = said_of(made.model, unseen, making), _cost(made.model, unseen, making)
    other = plain.judged(np.array([str(each.label) for each in examples]), held)
    return FoldResult(fold, ours, other, made.model.caution.threshold, unseen, cost)


def said_of(model: Model, held: Sequence[Example], making: TrainingOptions) -> ScoredTexts:
    """What a model says of texts."""
    said = _said(held, making)
    parts = [model.chances(said[at : at + BATCH]) for at in range(0, len(said), BATCH)]
    chances = np.concatenate(parts).astype(np.float64)
    return ScoredTexts(model.labels, chances, tuple(str(each.label) for each in held))


def _said(held: Sequence[Example], making: TrainingOptions) -> list[ModelInput]:
    return [ModelInput(each.text, each.place, tuple(making.hints(each.text))) for each in held]


def _cost(model: Model, held: Sequence[Example], making: TrainingOptions) -> ModelCost:
    return ModelCost(size_of(model), median_ms(model, held, making))


def size_of(model: Model) -> int:
    """Bytes of its file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"model{SUFFIX}"
        write(path, model, ModelCard.bare(model.version))
        return path.stat().st_size


def median_ms(model: Model, held: Sequence[Example], making: TrainingOptions) -> float:
    """Milliseconds of one core for a text, the rules' scores included: median over batches."""
    spent = []
    for at in range(0, len(held), BATCH):
        some, start = held[at : at + BATCH], process_time()
        model.read_many(_said(some, making))
        spent.append(1000 * (process_time() - start) / len(some))
    return float(np.median(spent))


def summary(judgings: Sequence[FoldResult]) -> dict[str, Any]:
    """Every measure: mean over folds with its 95 % interval, ours and the baseline's, and their paired difference."""
    found: dict[str, Any] = {"folds": [each.fold for each in judgings], "texts": sum(len(j.examples) for j in judgings)}
    for name, measure in MEASURES.items():
        ours, plain = [measure(j.ours) for j in judgings], [measure(j.baseline) for j in judgings]
        differences = [one - other for one, other in zip(ours, plain, strict=True)]
        found[name] = {"ours": _interval(ours), "baseline": _interval(plain), "difference": _interval(differences)}
    on = [forwarded(j.ours, j.threshold) for j in judgings]
    found["forwarded_at_threshold"] = _interval([share for share, _ in on])
    found["right_among_forwarded"] = _interval([right for _, right in on])
    found["file_mb"] = round(max(j.cost.size for j in judgings) / 1e6, 1)
    found["ms_a_text"] = round(max(j.cost.ms for j in judgings), 3)
    return found


def by_fold_rows(judgings: Sequence[FoldResult]) -> list[dict[str, Any]]:
    """One row a fold, for whoever wants one alone."""
    return [
        {"fold": j.fold, "texts": len(j.examples)}
        | {f"ours_{name}": round(measure(j.ours), 4) for name, measure in MEASURES.items()}
        | {f"baseline_{name}": round(measure(j.baseline), 4) for name, measure in MEASURES.items()}
        for j in judgings
    ]


def pooled(judgings: Sequence[FoldResult]) -> ScoredTexts:
    """All folds' texts together; labels that a fold did not know have no chance there."""
    labels = tuple(sorted({label for each in judgings for label in each.ours.labels}))
    parts = [_aligned(each.ours, labels) for each in judgings]
    return ScoredTexts(labels, np.vstack(parts), tuple(want for each in judgings for want in each.ours.wanted))


def per_label(judged: ScoredTexts) -> list[dict[str, Any]]:
    """Precision, recall and F1 of every label."""
    said, wanted = np.array(judged.labels)[judged.real.argmax(1)], np.array(judged.wanted)
    rows = []
    for label in sorted(set(wanted.tolist())):
        hit, said_so, is_so = (
            ((said == label) & (wanted == label)).sum(),
            (said == label).sum(),
            (wanted == label).sum(),
        )
        precision, recall = hit / said_so if said_so else 0.0, hit / is_so
        f1 = 2 * hit / (said_so + is_so)
        rows.append({"label": label, "texts": int(is_so), "precision": precision, "recall": recall, "f1": f1})
    return rows


def per_region(judged: ScoredTexts, examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Accuracy by the first name of the place."""
    places = np.array([each.place[0] if each.place else "-" for each in examples])
    return [
        {"region": name, "texts": int((places == name).sum()), "accuracy": float(judged.right[places == name].mean())}
        for name in sorted(set(places.tolist()))
    ]


def confusion(judged: ScoredTexts) -> tuple[list[str], Array]:
    """Rows: what it should be; columns: what was said."""
    labels = [label for label in judged.labels if label != UNCLEAR]
    said = np.array(judged.labels)[judged.real.argmax(1)]
    at = {label: index for index, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), int)
    for want, got in zip(judged.wanted, said.tolist(), strict=True):
        if want in at:
            table[at[want], at[got]] += 1
    return labels, table


def placed(reader: Reader, examples: Sequence[Example]) -> list[str | None]:
    """The field by which each text would go on by itself; None: to the desk, or for misconduct to an inspectorate."""
    found: list[str | None] = []
    for at in range(0, len(examples), BATCH):
        read = reader.words([TextToRead(each.text, "", each.place) for each in examples[at : at + BATCH]])
        found += [None if words.misconduct else words.sector for words, _ in read]
    return found


def by_itself(
    on: Sequence[str | None], wanted: Sequence[str], meant: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """How many went on by themselves and how rightly: to a field that the office which answered has. Then by field."""
    judged = [(field, field in meant[want]) for field, want in zip(on, wanted, strict=True) if want in meant]
    gone = [(field, right) for field, right in judged if field is not None]
    rows = [
        {"sector": field, "forwarded": len(each), "right": sum(each)}
        for field in sorted({field for field, _ in gone})
        if (each := [right for other, right in gone if other == field])
    ]
    right = sum(right for _, right in gone)
    share = {"texts": len(judged), "forwarded": len(gone) / max(1, len(judged))}
    return {**share, "right_among_forwarded": right / len(gone) if gone else None}, rows


def as_sectors(judged: ScoredTexts, meant: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A model of sectors on texts labelled with offices: right is a sector that the office has."""
    held = [at for at, want in enumerate(judged.wanted) if meant.get(want)]
    labels, offices = np.array(judged.labels), [set(meant[judged.wanted[at]]) for at in held]
    real = judged.real[held]
    ranked = labels[np.argsort(-real, axis=1)[:, :3]]
    first = np.array([row[0] in office for row, office in zip(ranked, offices, strict=True)])
    third = np.array([bool(set(row.tolist()) & office) for row, office in zip(ranked, offices, strict=True)])
    return {"texts": len(held), "top_1": float(first.mean()), "top_3": float(third.mean())}


def as_offices(judged: ScoredTexts, meant: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """The same, ranked by office: an office's chance is that of its sectors together."""
    offices = sorted(meant)
    at = {label: index for index, label in enumerate(judged.labels)}
    columns = [[at[sector] for sector in meant[office] if sector in at] for office in offices]
    chances = np.stack([np.clip(judged.real[:, column], 0, None).sum(axis=1) for column in columns], axis=1)
    held = [index for index, want in enumerate(judged.wanted) if want in meant]
    ranked = np.array(offices)[np.argsort(-chances[held], axis=1)[:, :3]]
    wanted = np.array([judged.wanted[index] for index in held])[:, None]
    right = ranked == wanted
    return {"top_1": float(right[:, 0].mean()), "top_3": float(right.any(axis=1).mean())}


def _interval(values: Sequence[float]) -> dict[str, float | None]:
    mean, half = mean_with_interval(values)
    return {"mean": round(mean, 4), "half_width_95": None if np.isnan(half) else round(half, 4)}


def _aligned(judged: ScoredTexts, labels: Sequence[str]) -> Array:
    chances = np.zeros((len(judged.wanted), len(labels)))
    chances[:, [labels.index(label) for label in judged.labels]] = judged.chances
    return chances
