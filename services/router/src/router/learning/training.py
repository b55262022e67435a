"""Trains a reading model: a linear one over words and character n-grams, with calibrated probabilities.

`linear_parts` gives what examples of one place teach, and blends it with what another place teaches. Everything is
linear over one vocabulary, so the result is one matrix.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from router.learning.examples import Example
from router.learning.linear_models import SEED
from router.learning.linear_parts import LinearPart, blended, linear_part
from router.learning.metrics import NEVER, Array, ScoredTexts
from router.reading.classifier import CLASSES, HEADS, ForwardingRule, Model, Weights, softmax
from router.reading.features import ModelInput, char_ngrams, terms, words
from router.reading.rules import SectorScore
from router.reading.vectors import Encoder, SparseRows, Vocabulary

MOST_COLUMNS: Final = 100_000
"""Most terms, and most n-grams, that get a column: the most frequent ones. Keeps a model of 70 labels under 30 MB."""
LEAST_LOCAL: Final = 50
"""Fewest local examples that are blended with those from elsewhere."""
HEAD_SOFTNESS: Final = 20.0
TARGET: Final = 0.95
"""Share of automatically forwarded texts that must be correct."""

Hints = Callable[[str], Iterable[SectorScore]]
"""The rules' scores of a text."""


class TrainingOptions(NamedTuple):
    """Parameters of training. `seen`: a word must occur in this many texts, an n-gram in one more."""

    hints: Hints
    seen: int = 2
    folds: int = 3
    target: float = TARGET


class TrainedModel(NamedTuple):
    """The model, and the cross-fitted scores of its own training texts, with these texts."""

    model: Model
    unseen: ScoredTexts
    texts: tuple[Example, ...]


class Corpus:
    """Examples as one matrix over one vocabulary. What the examples from elsewhere teach is worked out once.

    Raises:
        ValueError: fewer than two labels.
    """

    def __init__(self, examples: Sequence[Example], options: TrainingOptions) -> None:
        self.examples, self.options = examples, options
        inputs = inputs_of(examples, options)
        self.labelled = np.array([at for at, each in enumerate(examples) if each.label is not None], np.int64)
        self.labels = sorted({str(examples[at].label) for at in self.labelled})
        if len(self.labels) < 2:
            raise ValueError("a model needs examples of at least two labels")
        self.encoder = Encoder(_vocabulary(inputs, self.labelled.tolist(), options.seen))
        self.matrix = _encoded(self.encoder, inputs)
        self._heads: tuple[Array, Array] | None = None
        self._elsewhere: LinearPart | None = None

    @property
    def heads(self) -> tuple[Array, Array]:
        """Weights and bias of the outputs after the labels."""
        self._heads = self._heads or _heads(self.matrix, self.examples)
        return self._heads

    def labels_without(self, held: Container[int]) -> set[str]:
        """The labels of all examples but these."""
        return {str(self.examples[at].label) for at in self.labelled.tolist() if at not in held}

    def part(self, rows: Array) -> LinearPart:
        """A linear part learned from these rows."""
        examples, options = [self.examples[at] for at in rows], self.options
        return linear_part(self.matrix[rows], examples, self.labels, options.folds)

    def trained(self, version: str, showable: Iterable[str], held: Container[int] = ()) -> TrainedModel:
        """A model of all examples but those `held`, which are indices of local ones.

        Raises:
            ValueError: fewer than two labels.
        """
        local = np.array([at for at in self.labelled if not self.examples[at].elsewhere and at not in held], np.int64)
        others = np.array([at for at in self.labelled if self.examples[at].elsewhere], np.int64)
        if not len(others):
            return self._model(self.part(local), local, version, showable)
        self._elsewhere = self._elsewhere or self.part(others)
        if len(local) < LEAST_LOCAL or len({self.examples[at].label for at in local}) < 2:
            return self._model(self._elsewhere, others, version, showable)
        expected = np.array([self.examples[at].label for at in local])
        away = self.matrix[local] @ self._elsewhere.weights.T + self._elsewhere.bias
        return self._model(blended(self._elsewhere, away, self.part(local), expected, self.labels), local, version,
                           showable)  # fmt: skip

    def _model(self, part: LinearPart, rows: Array, version: str, showable: Iterable[str]) -> TrainedModel:
        texts = tuple(self.examples[rows[at]] for at in part.rows)
        expected = tuple(str(each.label) for each in texts)
        vocabulary, (heads, head_bias) = self.encoder.vocabulary, self.heads
        model = Model(
            version,
            self.labels,
            vocabulary,
            Weights(
                np.vstack([part.weights, heads]).T.astype(np.float16).astype(np.float32).copy(),
                np.concatenate([part.bias, head_bias]).astype(np.float32),
                1.0,
                np.ones(HEADS, np.float32),
            ),
            ForwardingRule(NEVER),
            frozenset(term for term in showable if term in vocabulary.terms),
        )
        return TrainedModel(model, ScoredTexts(tuple(self.labels), softmax(part.unseen), expected), texts)


def train(
    examples: Sequence[Example], version: str, showable: Iterable[str], options: TrainingOptions
) -> TrainedModel:  # fmt: skip
    """Train a model, which forwards nothing before `check` gave it a forwarding rule.

    Raises:
        ValueError: fewer than two labels.
    """
    return Corpus(examples, options).trained(version, showable)


def inputs_of(examples: Iterable[Example], options: TrainingOptions) -> list[ModelInput]:
    """The examples as the model reads them."""
    return [
        ModelInput(each.text, each.place, tuple(options.hints(f"{each.text}\n{each.addressed_to}")))
        for each in examples
    ]


def _vocabulary(inputs: Sequence[ModelInput], labelled: Sequence[int], seen: int) -> Vocabulary:
    """The features that get a column. Document frequencies are counted in the labelled texts only."""
    tokens = [words(each.text) for each in inputs]
    counted = [
        _occurrences([set(terms(each)) for each in tokens], labelled),
        _ngram_occurrences(tokens, labelled),
        _occurrences([set(each.place) for each in inputs], labelled),
        _occurrences([{name for name, _ in each.hints} for each in inputs], labelled),
    ]
    blocks: list[dict[str, int]] = []
    frequencies: list[int] = []
    for (everywhere, own), least in zip(counted, (seen, seen + 1, seen, 1), strict=True):
        frequent = sorted((-own[name], name) for name, count in everywhere.items() if count >= least)[:MOST_COLUMNS]
        blocks.append({name: at for at, (_, name) in enumerate(frequent, len(frequencies))})
        frequencies += [-count for count, _ in frequent]
    rarity = np.log((1 + len(labelled)) / (1 + np.array(frequencies, np.float32))) + 1
    rarest = float(np.log((1 + len(labelled)) / 2) + 1)
    return Vocabulary(blocks[0], blocks[1], blocks[2], blocks[3], rarity.astype(np.float32), rarest)


Counts = Mapping[str, int]


def _occurrences(names: Sequence[set[str]], labelled: Iterable[int]) -> tuple[Counts, Counts]:
    """The number of texts with each name: of all texts, and of the labelled ones."""
    return Counter(chain.from_iterable(names)), Counter(chain.from_iterable(names[at] for at in labelled))


def _ngram_occurrences(tokens: Sequence[Sequence[str]], labelled: Sequence[int]) -> tuple[Counts, Counts]:
    """As `_occurrences`, for the n-grams of the words; each distinct word is split once."""
    numbers = {word: at for at, word in enumerate(dict.fromkeys(chain.from_iterable(tokens)))}
    names: dict[str, int] = {}
    split = [[names.setdefault(ngram, len(names)) for ngram in set(char_ngrams(word))] for word in numbers]
    in_texts = _binary([[numbers[word] for word in set(each)] for each in tokens], numbers) @ _binary(split, names)
    everywhere, own = (
        np.bincount(rows.indices, minlength=len(names)).tolist() for rows in (in_texts, in_texts[labelled])
    )
    return dict(zip(names, everywhere, strict=True)), dict(zip(names, own, strict=True))


def _binary(rows: Sequence[Sequence[int]], names: Mapping[str, int]) -> csr_matrix:
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter(chain.from_iterable(rows), np.int32)
    return csr_matrix((np.ones(len(columns), np.int32), columns, ends), shape=(len(rows), len(names)))


def _encoded(encoder: Encoder, inputs: Sequence[ModelInput]) -> csr_matrix:
    """Texts x features, with the same values as `Model` computes."""
    tokens = [words(each.text) for each in inputs]
    numbers = {word: at for at, word in enumerate(dict.fromkeys(chain.from_iterable(tokens)))}
    rarity = np.array([encoder.rarity(word) for word in numbers], np.float32)
    size = len(encoder.vocabulary.idf)
    of_words = _sparse(encoder.words(tokens, numbers, rarity), (len(inputs), len(numbers)))
    blocks = (_sparse(each, (len(inputs), size)) for each in encoder.encode(inputs, tokens))
    return csr_matrix(sum(blocks, of_words @ _ngrams(encoder, numbers, size)))


def _ngrams(encoder: Encoder, names: Iterable[str], size: int) -> csr_matrix:
    """Words x features."""
    rows = [encoder.char_ngrams(word) for word in names]
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns, values = (np.concatenate([row[at] for row in rows]) for at in (0, 1))
    return csr_matrix((values, columns, ends), shape=(len(rows), size))


def _sparse(block: SparseRows, shape: tuple[int, int]) -> csr_matrix:
    return csr_matrix((block.values, (block.rows, block.columns)), shape=shape)


def _heads(matrix: csr_matrix, examples: Sequence[Example]) -> tuple[Array, Array]:
    """Weights and bias for classes, misconduct and urgency, each from the examples that state it."""
    stated = [[None if each.kind is None else each.kind is kind for each in examples] for kind in CLASSES]
    stated += [[each.supervision for each in examples], [each.urgent for each in examples]]
    heads = [_yes_or_no(matrix, values) for values in stated]
    return np.vstack([weights for weights, _ in heads]), np.array([bias for _, bias in heads])


def _yes_or_no(matrix: csr_matrix, stated: Sequence[bool | None]) -> tuple[Array, float]:
    known = np.array([at for at, each in enumerate(stated) if each is not None], np.int64)
    expected = np.array([stated[at] for at in known], bool)
    if not expected.any() or expected.all():
        return np.zeros(matrix.shape[1]), 3.0 if expected.any() else -3.0
    machine = LogisticRegression(C=HEAD_SOFTNESS, max_iter=200, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(matrix[known], expected)
    return machine.coef_[0], float(machine.intercept_[0])
