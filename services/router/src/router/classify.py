"""What is it about? A trained model's reading of a text: sector, class, suspicion of misconduct, urgency.

Text in, scores out; where a model lies and how it is made are told elsewhere (`models`, `training`). The scores of
sectors are probabilities: of the readings at 0.9, nine in ten are right on texts like those it learned from.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from router.features import CACHED_WORDS, Said, pieces, terms, words
from router.rules import Scored
from schemas.values import ComplaintClass

UNCLEAR: Final = "?"
"""What a model answers to a text without any clue."""
CLASSES: Final = tuple(ComplaintClass)
HEADS: Final = len(CLASSES) + 2
"""Outputs after those of the labels: the classes, supervision grade, urgency."""
SHOWN: Final = 5
STRONGEST: Final = 4
PLACE_WEIGHT, HINT_WEIGHT = 0.5, 1.0

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


class Guess(NamedTuple):
    """What the model makes of a text. `sectors` are the likeliest, best first; `words` spoke most for the best of them.

    `sector` is the best one where its probability reaches the model's threshold, else None: a person reads it.
    `class_score`, `supervision` and `urgency` are 0 to 1.
    """

    model: str
    sector: str | None
    sectors: tuple[Scored, ...]
    words: tuple[str, ...]
    class_: ComplaintClass
    class_score: float
    supervision: float
    urgency: float


class Vocabulary(NamedTuple):
    """Column of each feature, and how rare it is (inverse document frequency)."""

    terms: Mapping[str, int]
    pieces: Mapping[str, int]
    place: Mapping[str, int]
    hints: Mapping[str, int]
    idf: Floats


class Weights(NamedTuple):
    """Of the linear model: features x outputs, the outputs' bias, and what sharpens margins into probabilities."""

    matrix: Floats
    bias: Floats
    sharpness: float
    head_sharpness: Floats


class Encoder:
    """Texts as sparse vectors: the columns that are not zero, and their values."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._pieces = lru_cache(maxsize=CACHED_WORDS)(self._pieces_of)

    def encode(self, said: Said, found: Sequence[str]) -> tuple[Ints, Floats]:
        """The vector of a text whose words are `found`."""
        known = self.vocabulary
        counted = Counter(column for term in terms(found) if (column := known.terms.get(term)) is not None)
        own = [np.fromiter(counted.keys(), np.int32), np.fromiter(counted.values(), np.float32)]
        split = [self._pieces(word) for word in found]
        parts = np.unique(np.concatenate(split), return_counts=True) if split else _NOTHING
        placed = [column for name in said.place if (column := known.place.get(name)) is not None]
        where = (np.array(placed, np.int32), np.ones(len(placed), np.float32))
        hinted = {column: score for name, score in said.hints if (column := known.hints.get(name)) is not None}
        hints = (np.fromiter(hinted.keys(), np.int32), np.fromiter(hinted.values(), np.float32) * HINT_WEIGHT)
        blocks = [self._block(own, 1.0), self._block(parts, 1.0), self._block(where, PLACE_WEIGHT), hints]
        return np.concatenate([b[0] for b in blocks]), np.concatenate([b[1] for b in blocks])

    def _block(self, counted: Sequence[Any], weight: float) -> tuple[Ints, Floats]:
        """Rare features weigh more, repetition little, and a long text no more than a short one."""
        columns, counts = counted
        values = (1 + np.log(counts, dtype=np.float32)) * self.vocabulary.idf[columns]
        length = float(np.sqrt(values @ values))
        return columns, values * (weight / length) if length else values

    def _pieces_of(self, word: str) -> Ints:
        known = self.vocabulary.pieces
        return np.array([column for piece in pieces(word) if (column := known.get(piece)) is not None], np.int32)


class Model:
    """A model of one version.

    `tellable` are its words that may be shown: ours, never a reporter's own. `thresholds` are those of labels that
    have one of their own; above 1: never by itself.
    """

    def __init__(
        self,
        version: str,
        labels: Sequence[str],
        vocabulary: Vocabulary,
        weights: Weights,
        threshold: float,
        tellable: frozenset[str],
        thresholds: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.version, self.labels = version, tuple(labels)
        self.threshold, self.thresholds = threshold, thresholds
        self.vocabulary, self.weights, self.tellable = vocabulary, weights, tellable
        self.encoder = Encoder(vocabulary)

    def read(self, said: Said) -> Guess:
        """The reading of one text."""
        found = words(said.text)
        margins = self._margins(said, found)
        count = len(self.labels)
        chances = _softmax(margins[:count] * self.weights.sharpness)
        ranked = np.argsort(-chances, kind="stable")[: SHOWN + 1]
        scored = [Scored(self.labels[at], float(chances[at])) for at in ranked]
        best = scored[0]
        heads = margins[count:] * self.weights.head_sharpness
        classes = _softmax(heads[: len(CLASSES)])
        supervision, urgency = (float(1 / (1 + np.exp(-x))) for x in heads[len(CLASSES) :])
        kind = int(np.argmax(classes))
        return Guess(
            self.version,
            best.sector if self.sure(best) else None,
            tuple(one for one in scored if one.sector != UNCLEAR)[:SHOWN],
            self._strongest(found, int(next(at for at in ranked if self.labels[at] != UNCLEAR))),
            CLASSES[kind],
            float(classes[kind]),
            supervision,
            urgency,
        )

    def sure(self, best: Scored) -> bool:
        """Whether a text whose best label is this may go on without a person."""
        least = self.thresholds.get(best.sector, self.threshold)
        return best.sector != UNCLEAR and best.score >= least

    def chances(self, said: Said) -> Floats:
        """Probability of every label, in their order."""
        margins = self._margins(said, words(said.text))
        return _softmax(margins[: len(self.labels)] * self.weights.sharpness)

    def _margins(self, said: Said, found: Sequence[str]) -> Floats:
        columns, values = self.encoder.encode(said, found)
        return np.asarray(values @ self.weights.matrix[columns] + self.weights.bias, np.float32)

    def _strongest(self, found: Sequence[str], label: int) -> tuple[str, ...]:
        known = {term: self.vocabulary.terms[term] for term in terms(found) if term in self.tellable}
        if not known:
            return ()
        columns = np.fromiter(known.values(), np.int32)
        said = self.weights.matrix[columns, label] * self.vocabulary.idf[columns]
        ranked = sorted(zip(known, said.tolist(), strict=True), key=lambda item: -item[1])
        return tuple(term for term, weight in ranked[:STRONGEST] if weight > 0)


_NOTHING: Final = (np.empty(0, np.int32), np.empty(0, np.float32))


def _softmax(margins: Floats) -> Floats:
    raised = np.exp(margins - margins.max())
    return np.asarray(raised / raised.sum(), np.float32)
