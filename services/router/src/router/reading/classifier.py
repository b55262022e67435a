"""What is it about? A trained model's reading of a text: sector, class, suspicion of misconduct, urgency.

Text in, scores out; where a model lies and how it is made are told elsewhere (`models`, `training`). The scores of
sectors are probabilities: of the readings at 0.9, nine in ten are right on texts like those it learned from.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from router.reading.features import ModelInput, terms, words
from router.reading.rules import SectorScore
from router.reading.vectors import Encoder, Floats, Vocabulary, WordContributions, summed
from schemas.base.values import ComplaintClass

UNCLEAR: Final = "?"
"""What a model answers to a text without any clue."""
CLASSES: Final = tuple(ComplaintClass)
HEADS: Final = len(CLASSES) + 2
"""Outputs after those of the labels: the classes, supervision grade, urgency."""
SHOWN: Final = 5
STRONGEST: Final = 4


class Prediction(NamedTuple):
    """What the model makes of a text. `sectors` are the likeliest, best first.

    `sector` is the best one where its probability reaches the model's threshold, else None: a person reads it. `words`
    spoke most for it; none where there is no sector.
    `class_score`, `supervision` and `urgency` are 0 to 1.
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
    """Of the linear model: features x outputs, the outputs' bias, and what sharpens margins into probabilities."""

    matrix: Floats
    bias: Floats
    sharpness: float
    head_sharpness: Floats


class ForwardingRule(NamedTuple):
    """What besides a probability a model needs to let a text go on by itself. `thresholds`: of labels that have one of
    their own; above 1: never. `agreement`: the rules must say the same. `doubtful`: words that make nothing sure.
    """

    threshold: float
    thresholds: Mapping[str, float] = MappingProxyType({})
    agreement: bool = False
    doubtful: frozenset[str] = frozenset()

    def sure(self, best: SectorScore, found: Sequence[str]) -> bool:
        """Whether a text of these words, whose best label is this, may go on as far as the model has a say."""
        least = self.thresholds.get(best.sector, self.threshold)
        return best.sector != UNCLEAR and best.score >= least and self.doubtful.isdisjoint(found)


class Model:
    """A model of one version. `tellable` are its words that may be shown: ours, never a reporter's own."""

    def __init__(
        self,
        version: str,
        labels: Sequence[str],
        vocabulary: Vocabulary,
        weights: Weights,
        caution: ForwardingRule,
        tellable: frozenset[str],
    ) -> None:
        self.version, self.labels, self.caution = version, tuple(labels), caution
        self.vocabulary, self.weights, self.tellable = vocabulary, weights, tellable
        self.encoder = Encoder(vocabulary)
        self._shares = WordContributions(self.encoder, weights.matrix)
        self._told = {term: column for term, column in vocabulary.terms.items() if term in tellable}
        self._lock = Lock()

    def with_rule(self, caution: ForwardingRule) -> "Model":
        """The same with another caution."""
        return Model(self.version, self.labels, self.vocabulary, self.weights, caution, self.tellable)

    def read(self, said: ModelInput) -> Prediction:
        """The reading of one text."""
        return self.read_many([said])[0]

    def read_many(self, batch: Sequence[ModelInput]) -> list[Prediction]:
        """The readings of these texts, in their order: each is the same in any company."""
        found = [words(each.text) for each in batch]
        margins = self._margins(batch, found)
        count = len(self.labels)
        chances = softmax(margins[:, :count] * self.weights.sharpness)
        ranked = np.argsort(-chances, axis=1, kind="stable")[:, : SHOWN + 1]
        best = np.take_along_axis(chances, ranked, axis=1).tolist()
        heads = margins[:, count:] * self.weights.head_sharpness
        classes = softmax(heads[:, : len(CLASSES)])
        kinds, others = classes.argmax(axis=1).tolist(), (1 / (1 + np.exp(-heads[:, len(CLASSES) :]))).tolist()
        return [
            self._guess(said, list(zip(order, scores, strict=True)), kind, float(all_kinds[kind]), *other)
            for said, order, scores, kind, all_kinds, other in zip(
                found, ranked.tolist(), best, kinds, classes, others, strict=True
            )
        ]

    def chances(self, batch: Sequence[ModelInput]) -> Floats:
        """Texts x labels: the probability of each, in their order."""
        margins = self._margins(batch, [words(each.text) for each in batch])
        return softmax(margins[:, : len(self.labels)] * self.weights.sharpness)

    def _guess(
        self, found: Sequence[str], ranked: Sequence[tuple[int, float]], kind: int, class_score: float,
        supervision: float, urgency: float,
    ) -> Prediction:  # fmt: skip
        at, score = ranked[0]
        best = SectorScore(self.labels[at], score)
        sure = self.caution.sure(best, found)
        return Prediction(
            self.version,
            best.sector if sure else None,
            tuple(SectorScore(self.labels[at], score) for at, score in ranked if self.labels[at] != UNCLEAR)[:SHOWN],
            self._strongest(found, at) if sure else (),
            CLASSES[kind],
            class_score,
            supervision,
            urgency,
        )

    def _margins(self, batch: Sequence[ModelInput], found: Sequence[Sequence[str]]) -> Floats:
        blocks = self.encoder.encode(batch, found)
        matrix = self.weights.matrix
        with self._lock:
            pieces = self._shares.of(found)
        return np.asarray(sum((summed(each, matrix, len(batch)) for each in blocks), pieces) + self.weights.bias)

    def _strongest(self, found: Sequence[str], label: int) -> tuple[str, ...]:
        known = {term: column for term in terms(found) if (column := self._told.get(term)) is not None}
        columns = np.fromiter(known.values(), np.int32)
        said = self.weights.matrix[columns, label] * self.vocabulary.idf[columns]
        ranked = sorted(zip(known, said.tolist(), strict=True), key=lambda item: -item[1])
        return tuple(term for term, weight in ranked[:STRONGEST] if weight > 0)


def softmax(margins: Floats) -> Floats:
    """Rows that sum to 1."""
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)
