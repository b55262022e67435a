"""Trains a reading model: a linear one over words and character n-grams, with calibrated probabilities.

`linear_models` gives the margins. The parameters that turn margins into probabilities, per label and for all labels
together (Platt 1999; Guo et al. 2017), and the threshold come from texts that the linear models had not seen
(cross-fitting). Everything is linear, so the result is one matrix.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from router.learning.examples import Example
from router.learning.linear_models import SEED, fitted
from router.learning.metrics import Array, ScoredTexts, log_loss, threshold_for
from router.reading.classifier import CLASSES, HEADS, ForwardingRule, Model, Weights, softmax
from router.reading.features import ModelInput, char_ngrams, terms, words
from router.reading.rules import SectorScore
from router.reading.vectors import Encoder, Floats, SparseRows, Vocabulary

MOST_COLUMNS: Final = 100_000
"""Most terms, and most n-grams, that get a column: the most frequent ones. Keeps a model of 70 labels under 30 MB."""
EVEN: Final = 0.2
"""Share of the logarithm of a label's frequency that is taken off its margin, in favour of rare labels (Menon 2021)."""
ENOUGH: Final = 300
"""With this many reporters' texts, probabilities are calibrated on them alone."""
HEAD_SOFTNESS: Final = 20.0
SHARPNESSES: Final = tuple(np.geomspace(0.2, 20, 60).tolist())
TARGET: Final = 0.95
"""Share of automatically forwarded texts that must be correct."""
_WIDE, _LEAST_SLOPE = 4.0, 0.5

Hints = Callable[[str], Iterable[SectorScore]]
"""The rules' scores of a text."""


class TrainingOptions(NamedTuple):
    """Parameters of training. `seen`: a word must occur in this many texts, an n-gram in one more."""

    hints: Hints
    seen: int = 2
    folds: int = 3
    target: float = TARGET


class TrainedModel(NamedTuple):
    """The model, and the cross-fitted scores of its own training texts."""

    model: Model
    unseen: ScoredTexts


def train(
    examples: Sequence[Example], version: str, showable: Iterable[str], options: TrainingOptions
) -> TrainedModel:  # fmt: skip
    """Train a model.

    Raises:
        ValueError: fewer than two labels.
    """
    inputs = inputs_of(examples, options)
    labelled = np.array([at for at, each in enumerate(examples) if each.label is not None])
    expected = np.array([examples[at].label for at in labelled])
    groups = np.array([examples[at].group or f"#{at}" for at in labelled])
    labels = sorted(set(expected.tolist()))
    if len(labels) < 2:
        raise ValueError("a model needs examples of at least two labels")
    encoder = Encoder(_vocabulary(inputs, labelled.tolist(), options.seen))
    matrix = _encoded(encoder, inputs)
    trust = np.array([examples[at].weight for at in labelled])
    margins = _unseen_margins(matrix[labelled], expected, trust, groups, labels, options.folds)
    real = _calibration_texts([examples[at] for at in labelled])
    for_levels = real | ~np.isin(expected, expected[real])
    slope, shift = _levelled(margins[for_levels], expected[for_levels], labels)
    margins = (margins * slope + shift)[real]
    sharpness = min(SHARPNESSES, key=lambda by: log_loss(margins * by, expected[real], labels))
    unseen = ScoredTexts(tuple(labels), softmax(margins * sharpness), tuple(expected[real].tolist()))
    weights, bias = fitted(matrix[labelled], expected, trust, labels)
    heads, head_bias = _heads(matrix, examples)
    model = Model(
        version,
        labels,
        encoder.vocabulary,
        Weights(
            np.vstack([weights * slope[:, None], heads]).T.astype(np.float16).astype(np.float32).copy(),
            np.concatenate([bias * slope + shift, head_bias]).astype(np.float32),
            float(sharpness),
            np.ones(HEADS, np.float32),
        ),
        ForwardingRule(threshold_for(unseen, options.target)),
        frozenset(term for term in showable if term in encoder.vocabulary.terms),
    )
    return TrainedModel(model, unseen)


def inputs_of(examples: Iterable[Example], options: TrainingOptions) -> list[ModelInput]:
    """The examples as the model reads them."""
    return [
        ModelInput(each.text, each.place, tuple(options.hints(f"{each.text}\n{each.addressed_to}")))
        for each in examples
    ]


def _calibration_texts(labelled: Sequence[Example]) -> Array:
    """Mask of the reporters' own texts if there are enough, else of all. Synthetic sentences are easier to read."""
    real = np.array([not each.own for each in labelled])
    return real if real.sum() >= ENOUGH else np.ones(len(labelled), bool)


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


def _unseen_margins(
    matrix: csr_matrix, expected: Array, trust: Array, groups: Array, labels: Sequence[str], folds: int
) -> Array:
    margins = np.zeros((len(expected), len(labels)))
    splits = GroupKFold(folds, shuffle=True, random_state=SEED).split(matrix, expected, groups)
    for known, held in splits:
        weights, bias = fitted(matrix[known], expected[known], trust[known], labels)
        margins[held] = matrix[held] @ weights.T + bias
    return margins


def _levelled(margins: Array, expected: Array, labels: Sequence[str]) -> tuple[Floats, Floats]:
    """Slope and shift per label that turn its margins into log odds, so that labels can be compared."""
    slope, shift = np.ones(len(labels), np.float32), np.zeros(len(labels), np.float32)
    for at, label in enumerate(labels):
        odds = LogisticRegression().fit(_WIDE * margins[:, [at]], expected == label)
        slope[at], shift[at] = max(_WIDE * odds.coef_[0, 0], _LEAST_SLOPE), odds.intercept_[0]
        shift[at] -= EVEN * np.log(np.mean(expected == label))
    return slope, shift


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
