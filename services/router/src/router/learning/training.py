"""Making a reading model from labelled texts: a linear one over words and pieces of words, with honest probabilities.

Linear machines give the margins (`machines`). What makes probabilities of these, for each label and then together
(Platt 1999; Guo et al. 2017), and the threshold, come from texts that the machines had not seen (cross-fitting). All of
it is linear, so it ends up in one matrix.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from router.learning.examples import Example
from router.learning.linear_models import SEED, fitted
from router.learning.metrics import ScoredTexts, log_loss, threshold_for
from router.reading.classifier import CLASSES, HEADS, UNCLEAR, ForwardingRule, Model, Weights
from router.reading.features import ModelInput, char_ngrams, terms, words
from router.reading.rules import SectorScore
from router.reading.vectors import Encoder, Floats, SparseRows, Vocabulary

MOST_COLUMNS: Final = 100_000
"""Of words and pairs, and again of pieces: the most frequent ones. Keeps a model of 70 labels under 30 MB."""
EVEN: Final = 0.2
"""Share of a label's rarity that is taken back, for the sake of rare labels (Menon et al. 2021)."""
ENOUGH: Final = 300
"""From so many reporters' texts on, a model is as sure as it was right about these."""
HEAD_SOFTNESS: Final = 20.0
SHARPNESSES: Final = tuple(np.geomspace(0.2, 20, 60).tolist())
TARGET: Final = 0.95
"""At most one in twenty of those that go on by themselves may be wrong."""

Hints = Callable[[str], Iterable[SectorScore]]
"""The rules' scores of a text."""
Array = npt.NDArray[Any]


class TrainingOptions(NamedTuple):
    """How a model is made."""

    hints: Hints
    seen: int = 2
    """A word must occur in so many texts, a piece in one more."""
    folds: int = 3
    target: float = TARGET


class TrainedModel(NamedTuple):
    """The model, and what it said of the texts of its own data while it had not seen them."""

    model: Model
    unseen: ScoredTexts


def train(examples: Sequence[Example], version: str, tellable: Iterable[str], making: TrainingOptions) -> TrainedModel:
    """A model of these.

    Raises:
        ValueError: fewer than two labels.
    """
    said = [ModelInput(each.text, each.place, tuple(making.hints(each.text))) for each in examples]
    labelled = np.array([at for at, each in enumerate(examples) if each.label is not None])
    wanted = np.array([examples[at].label for at in labelled])
    groups = np.array([examples[at].group or f"#{at}" for at in labelled])
    labels = sorted(set(wanted.tolist()))
    if len(labels) < 2:
        raise ValueError("a model needs examples of at least two labels")
    encoder = Encoder(vocabulary(said, labelled.tolist(), making.seen))
    matrix = encoded(encoder, said)
    trust = np.array([examples[at].weight for at in labelled])
    margins = _unseen_margins(matrix[labelled], wanted, trust, groups, labels, making.folds)
    judging = _judging([examples[at] for at in labelled])
    telling = judging | ~np.isin(wanted, wanted[judging])
    slope, shift = _levelled(margins[telling], wanted[telling], labels)
    margins = margins * slope + shift
    sharpness = min(SHARPNESSES, key=lambda by: log_loss(margins[judging] * by, wanted[judging], labels))
    unseen = ScoredTexts.of(margins[judging] * sharpness, wanted[judging].tolist(), labels)
    weights, bias = fitted(matrix[labelled], wanted, trust, labels)
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
        ForwardingRule(threshold_for(unseen, making.target)),
        frozenset(term for term in tellable if term in encoder.vocabulary.terms),
    )
    return TrainedModel(model, unseen)


def _judging(labelled: Sequence[Example]) -> Array:
    """Which examples tell how sure to be: reporters' own words, where there are enough. Our sentences are easier."""
    real = np.array([not each.own for each in labelled])
    return real if real.sum() >= ENOUGH else np.ones(len(labelled), bool)


def vocabulary(said: Sequence[ModelInput], labelled: Sequence[int], seen: int) -> Vocabulary:
    """The features worth a column. How rare they are is counted in labelled texts."""
    found = [words(each.text) for each in said]
    terms_in = [set(terms(each)) for each in found]
    counted = [
        _occurrences(terms_in, labelled),
        _of_pieces(found, labelled),
        _occurrences([set(each.place) for each in said], labelled),
        _occurrences([{name for name, _ in each.hints} for each in said], labelled),
    ]
    blocks: list[dict[str, int]] = []
    frequencies: list[int] = []
    for (everywhere, own), least in zip(counted, (seen, seen + 1, seen, 1), strict=True):
        kept = sorted((-own[name], name) for name, count in everywhere.items() if count >= least)[:MOST_COLUMNS]
        blocks.append({name: at for at, (_, name) in enumerate(kept, len(frequencies))})
        frequencies += [-count for count, _ in kept]
    rarity = np.log((1 + len(labelled)) / (1 + np.array(frequencies, np.float32))) + 1
    rarest = float(np.log((1 + len(labelled)) / 2) + 1)
    return Vocabulary(blocks[0], blocks[1], blocks[2], blocks[3], rarity.astype(np.float32), rarest)


Counts = Mapping[str, int]


def _occurrences(names: Sequence[set[str]], labelled: Iterable[int]) -> tuple[Counts, Counts]:
    """In how many texts each name is: of all, and of the labelled ones."""
    return Counter(chain.from_iterable(names)), Counter(chain.from_iterable(names[at] for at in labelled))


def _of_pieces(found: Sequence[Sequence[str]], labelled: Sequence[int]) -> tuple[Counts, Counts]:
    """The same of the pieces that words are made of, each word taken apart once."""
    numbers = {word: at for at, word in enumerate(dict.fromkeys(chain.from_iterable(found)))}
    names: dict[str, int] = {}
    made_of = _binary(
        [[names.setdefault(piece, len(names)) for piece in set(char_ngrams(word))] for word in numbers], names
    )
    there = _binary([[numbers[word] for word in set(each)] for each in found], numbers) @ made_of
    everywhere, own = (np.bincount(rows.indices, minlength=len(names)).tolist() for rows in (there, there[labelled]))
    return dict(zip(names, everywhere, strict=True)), dict(zip(names, own, strict=True))


def _binary(rows: Sequence[Sequence[int]], names: Mapping[str, int]) -> csr_matrix:
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter(chain.from_iterable(rows), np.int32)
    return csr_matrix((np.ones(len(columns), np.int32), columns, ends), shape=(len(rows), len(names)))


def encoded(encoder: Encoder, said: Sequence[ModelInput]) -> csr_matrix:
    """Texts x features, as `Model` reads them."""
    found = [words(each.text) for each in said]
    numbers = {word: at for at, word in enumerate(dict.fromkeys(word for each in found for word in each))}
    rarity = np.array([encoder.rarity(word) for word in numbers], np.float32)
    size = len(encoder.vocabulary.idf)
    parts = _sparse(encoder.words(found, numbers, rarity), (len(said), len(numbers))) @ _made_of(encoder, numbers, size)
    return csr_matrix(sum((_sparse(each, (len(said), size)) for each in encoder.encode(said, found)), parts))


def _made_of(encoder: Encoder, names: Iterable[str], size: int) -> csr_matrix:
    """Words x features."""
    rows = [encoder.char_ngrams(word) for word in names]
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns, values = (np.concatenate([row[at] for row in rows]) for at in (0, 1))
    return csr_matrix((values, columns, ends), shape=(len(rows), size))


def _sparse(block: SparseRows, shape: tuple[int, int]) -> csr_matrix:
    return csr_matrix((block.values, (block.rows, block.columns)), shape=shape)


def _unseen_margins(
    matrix: csr_matrix, wanted: Array, trust: Array, groups: Array, labels: Sequence[str], folds: int
) -> Array:
    margins = np.zeros((len(wanted), len(labels)))
    splits = GroupKFold(folds, shuffle=True, random_state=SEED).split(matrix, wanted, groups)
    for known, held in splits:
        weights, bias = fitted(matrix[known], wanted[known], trust[known], labels)
        margins[held] = matrix[held] @ weights.T + bias
    return margins


def _levelled(margins: Array, wanted: Array, labels: Sequence[str]) -> tuple[Floats, Floats]:
    """For each label what makes log odds of its margin, so that labels can be compared; slope and shift."""
    slope, shift = np.ones(len(labels), np.float32), np.zeros(len(labels), np.float32)
    for at, label in enumerate(labels):
        odds = LogisticRegression().fit(_WIDE * margins[:, [at]], wanted == label)
        slope[at], shift[at] = max(_WIDE * odds.coef_[0, 0], _LEAST_SLOPE), odds.intercept_[0]
        shift[at] -= EVEN * np.log(np.mean(wanted == label))
    return slope, shift


_WIDE, _LEAST_SLOPE = 4.0, 0.5


def _heads(matrix: csr_matrix, examples: Sequence[Example]) -> tuple[Array, Array]:
    """Classes, supervision grade and urgency, each from the examples that say so."""
    kinds = [_yes_or_no(matrix, [None if e.kind is None else e.kind is kind for e in examples]) for kind in CLASSES]
    others = [
        _yes_or_no(matrix, [each.supervision for each in examples]),
        _yes_or_no(matrix, [each.urgent for each in examples]),
    ]
    heads = [*kinds, *others]
    return np.vstack([weights for weights, _ in heads]), np.array([bias for _, bias in heads])


def _yes_or_no(matrix: csr_matrix, said: Sequence[bool | None]) -> tuple[Array, float]:
    known = np.array([at for at, each in enumerate(said) if each is not None], np.int64)
    wanted = np.array([said[at] for at in known], bool)
    if not wanted.any() or wanted.all():
        return np.zeros(matrix.shape[1]), 3.0 if wanted.any() else -3.0
    machine = LogisticRegression(C=HEAD_SOFTNESS, max_iter=200, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(matrix[known], wanted)
    return machine.coef_[0], float(machine.intercept_[0])


def clear(labels: Iterable[str]) -> list[str]:
    """The labels that say something."""
    return [label for label in labels if label != UNCLEAR]
