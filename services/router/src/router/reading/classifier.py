"""The trained model that reads a text: sector, class, suspected misconduct and urgency.

Text in, scores out. `model_files` stores and loads models, `learning.training` makes them. The sector scores are
calibrated probabilities: of the texts scored 0.9, nine in ten are right on texts like those of the training data.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from router.reading.features import ModelInput, terms, words
from router.reading.rules import SectorScore
from router.reading.vectors import Encoder, Floats, Vocabulary, WordContributions, summed
from schemas.base.values import ComplaintClass

UNCLEAR: Final = "?"
"""Label of a text that names no sector."""
CLASSES: Final = tuple(ComplaintClass)
HEADS: Final = len(CLASSES) + 2
"""Outputs after those of the labels: one per class, then misconduct, then urgency."""
SHOWN: Final = 5
STRONGEST: Final = 4


class Prediction(NamedTuple):
    """What the model predicts for a text.

    `sector`: the likeliest one if the model's forwarding rule allows it, else None: a person reads the text.
    `sectors`: the likeliest, best first. `words`: those that spoke most for `sector`; empty without one.
    `class_score`, `supervision` (misconduct) and `urgency` are 0 to 1.
    """

    model: str
    sector: str | None
    sectors: tuple[SectorScore, ...]
    words: tuple[str, ...]
    class_: ComplaintClass
    class_score: float
    supervision: float
    urgency: float


class Weights(NamedTuple):
    """The linear model: features x outputs, bias per output, and factors that turn margins into probabilities."""

    matrix: Floats
    bias: Floats
    sharpness: float
    head_sharpness: Floats


class ForwardingRule(NamedTuple):
    """When a text may be forwarded automatically.

    `threshold`: least probability; `thresholds`: for labels that have their own; above 1 means never.
    `agreement`: the rules must find the same sector. `doubtful`: words that always send a text to a person.
    `sources`: by the code of a regency or city the least probability there, and for `` that of a text without a place;
    every other place has `threshold`.
    """

    threshold: float
    thresholds: Mapping[str, float] = MappingProxyType({})
    agreement: bool = False
    doubtful: frozenset[str] = frozenset()
    sources: Mapping[str, float] = MappingProxyType({})

    @property
    def forwards(self) -> bool:
        """Whether any text may be forwarded; a model that was not checked on local labels forwards none."""
        return min((self.threshold, *self.thresholds.values(), *self.sources.values())) <= 1

    def allows(self, best: SectorScore, tokens: Sequence[str], place: Sequence[str] = ()) -> bool:
        """Whether a text of these words and this place may be forwarded by its best label.

        `agreement` is checked by the reader.
        """
        least = self.thresholds.get(best.sector)
        if least is None:
            least = self.sources.get(source_of(place), self.threshold)
        return best.sector != UNCLEAR and best.score >= least and self.doubtful.isdisjoint(tokens)


def source_of(place: Sequence[str]) -> str:
    """The source that a text belongs to: the code of its regency or city among its place features, `` for none."""
    return place[1] if len(place) > 1 else ""


class Model:
    """One trained model. `showable`: its words that may appear in an explanation; never words of reporters."""

    def __init__(
        self,
        version: str,
        labels: Sequence[str],
        vocabulary: Vocabulary,
        weights: Weights,
        rule: ForwardingRule,
        showable: frozenset[str],
    ) -> None:
        self.version, self.labels, self.rule = version, tuple(labels), rule
        self.vocabulary, self.weights, self.showable = vocabulary, weights, showable
        self.encoder = Encoder(vocabulary)
        self._contributions = WordContributions(self.encoder, weights.matrix)
        self._showable_columns = {term: column for term, column in vocabulary.terms.items() if term in showable}
        self._lock = Lock()

    def with_rule(self, rule: ForwardingRule) -> "Model":
        """A copy with another forwarding rule."""
        return Model(self.version, self.labels, self.vocabulary, self.weights, rule, self.showable)

    def read(self, text: ModelInput) -> Prediction:
        """Predict for one text."""
        return self.read_many([text])[0]

    def read_many(self, batch: Sequence[ModelInput]) -> list[Prediction]:
        """Predict for each text, in order. A prediction does not depend on the other texts of the batch."""
        tokens = [words(each.text) for each in batch]
        margins = self._margins(batch, tokens)
        count = len(self.labels)
        probabilities = softmax(margins[:, :count] * self.weights.sharpness)
        ranked = np.argsort(-probabilities, axis=1, kind="stable")[:, : SHOWN + 1]
        best = np.take_along_axis(probabilities, ranked, axis=1).tolist()
        heads = margins[:, count:] * self.weights.head_sharpness
        classes = softmax(heads[:, : len(CLASSES)])
        others = (1 / (1 + np.exp(-heads[:, len(CLASSES) :]))).tolist()
        return [
            self._prediction(found, each.place, list(zip(order, scores, strict=True)), by_class, *rest)
            for each, found, order, scores, by_class, rest in zip(
                batch, tokens, ranked.tolist(), best, classes, others, strict=True
            )
        ]

    def probabilities(self, batch: Sequence[ModelInput]) -> Floats:
        """Texts x labels."""
        margins = self._margins(batch, [words(each.text) for each in batch])
        return softmax(margins[:, : len(self.labels)] * self.weights.sharpness)

    def _prediction(
        self, tokens: Sequence[str], place: Sequence[str], ranked: Sequence[tuple[int, float]], classes: Floats,
        supervision: float, urgency: float,
    ) -> Prediction:  # fmt: skip
        first = ranked[0][0]
        scores = [SectorScore(self.labels[label], score) for label, score in ranked]
        allowed = self.rule.allows(scores[0], tokens, place)
        best_class = int(classes.argmax())
        return Prediction(
            self.version,
            scores[0].sector if allowed else None,
            tuple(each for each in scores if each.sector != UNCLEAR)[:SHOWN],
            self._strongest(tokens, first) if allowed else (),
            CLASSES[best_class],
            float(classes[best_class]),
            supervision,
            urgency,
        )

    def _margins(self, batch: Sequence[ModelInput], tokens: Sequence[Sequence[str]]) -> Floats:
        blocks = self.encoder.encode(batch, tokens)
        matrix = self.weights.matrix
        with self._lock:
            ngrams = self._contributions.of(tokens)
        return np.asarray(sum((summed(each, matrix, len(batch)) for each in blocks), ngrams) + self.weights.bias)

    def _strongest(self, tokens: Sequence[str], label: int) -> tuple[str, ...]:
        found = {term: column for term in terms(tokens) if (column := self._showable_columns.get(term)) is not None}
        columns = np.fromiter(found.values(), np.int32)
        shares = self.weights.matrix[columns, label] * self.vocabulary.idf[columns]
        ranked = sorted(zip(found, shares.tolist(), strict=True), key=lambda item: -item[1])
        return tuple(term for term, weight in ranked[:STRONGEST] if weight > 0)


def softmax(margins: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Rows of probabilities that sum to 1."""
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
