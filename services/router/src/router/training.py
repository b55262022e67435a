"""Making a reading model from labelled texts: a linear one over words and pieces of words, with honest probabilities.

Two support vector machines, one of which weighs rare labels up, give the margins; what sharpens these into
probabilities, and the threshold, come from texts that the machine had not seen (cross-fitting).
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from router.classify import CLASSES, HEADS, UNCLEAR, Encoder, Model, Vocabulary, Weights
from router.examples import Example
from router.features import Said, pieces, terms, words
from router.measures import Judged, log_loss, threshold_for
from router.rules import Scored

SEED: Final = 7
MOST_COLUMNS: Final = 60_000
"""Of words and pairs, and again of pieces: the most frequent ones. Keeps a model of 70 labels under 20 MB."""
SOFTNESS: Final = 0.3
HEAD_SOFTNESS: Final = 20.0
SHARPNESSES: Final = tuple(np.geomspace(0.5, 20, 60).tolist())
TARGET: Final = 0.95
"""At most one in twenty of those that go on by themselves may be wrong."""

Hints = Callable[[str], Iterable[Scored]]
"""The rules' scores of a text."""
Array = npt.NDArray[Any]


class Making(NamedTuple):
    """How a model is made."""

    hints: Hints
    seen: int = 2
    """A feature must occur in so many texts."""
    folds: int = 3
    target: float = TARGET


class Made(NamedTuple):
    """The model, and what it said of the texts of its own data while it had not seen them."""

    model: Model
    unseen: Judged


def train(examples: Sequence[Example], version: str, tellable: Iterable[str], making: Making) -> Made:
    """A model of these.

    Raises:
        ValueError: fewer than two labels.
    """
    said = [Said(each.text, each.place, tuple(making.hints(each.text))) for each in examples]
    encoder = Encoder(vocabulary(said, making.seen))
    matrix = encoded(encoder, said)
    labelled = np.array([at for at, each in enumerate(examples) if each.label is not None])
    wanted = np.array([examples[at].label for at in labelled])
    groups = np.array([examples[at].group or f"#{at}" for at in labelled])
    labels = sorted(set(wanted.tolist()))
    if len(labels) < 2:
        raise ValueError("a model needs examples of at least two labels")
    margins = _unseen_margins(matrix[labelled], wanted, groups, labels, making.folds)
    sharpness = min(SHARPNESSES, key=lambda by: log_loss(margins * by, wanted, labels))
    unseen = Judged.of(margins * sharpness, wanted.tolist(), labels)
    weights, bias = _machine(matrix[labelled], wanted, labels)
    heads, head_bias = _heads(matrix, examples)
    model = Model(
        version,
        labels,
        encoder.vocabulary,
        Weights(
            np.vstack([weights, heads]).T.astype(np.float16).astype(np.float32).copy(),
            np.concatenate([bias, head_bias]).astype(np.float32),
            float(sharpness),
            np.ones(HEADS, np.float32),
        ),
        threshold_for(unseen, making.target),
        frozenset(term for term in tellable if term in encoder.vocabulary.terms),
    )
    return Made(model, unseen)


def vocabulary(said: Sequence[Said], seen: int) -> Vocabulary:
    """The features worth a column."""
    counts: list[Counter[str]] = [Counter(), Counter(), Counter(), Counter()]
    for each in said:
        found = words(each.text)
        counts[0].update(set(terms(found)))
        counts[1].update({piece for word in set(found) for piece in pieces(word)})
        counts[2].update(set(each.place))
        counts[3].update(name for name, _ in each.hints)
    blocks: list[dict[str, int]] = []
    frequencies: list[int] = []
    for counted, least in zip(counts, (seen, seen, seen, 1), strict=True):
        kept = sorted((-count, name) for name, count in counted.items() if count >= least)[:MOST_COLUMNS]
        blocks.append({name: at for at, (_, name) in enumerate(kept, len(frequencies))})
        frequencies += [-count for count, _ in kept]
    rarity = np.log((1 + len(said)) / (1 + np.array(frequencies, np.float32))) + 1
    return Vocabulary(blocks[0], blocks[1], blocks[2], blocks[3], rarity.astype(np.float32))


def encoded(encoder: Encoder, said: Sequence[Said]) -> csr_matrix:
    """Texts x features."""
    rows = [encoder.encode(each, words(each.text)) for each in said]
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([columns for columns, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return csr_matrix((values, columns, ends), shape=(len(said), len(encoder.vocabulary.idf)))


def _machine(matrix: csr_matrix, wanted: Array, labels: Sequence[str]) -> tuple[Array, Array]:
    weights: Array = np.zeros((len(labels), matrix.shape[1]))
    bias: Array = np.full(len(labels), -1.5)
    for balance in (None, "balanced"):
        machine = LinearSVC(C=SOFTNESS, class_weight=balance, random_state=SEED, tol=1e-2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(matrix, wanted)
        at = [labels.index(label) for label in machine.classes_]
        if len(at) == 2:
            own, own_bias = np.vstack([-machine.coef_, machine.coef_]), np.array([-1, 1]) * machine.intercept_
        else:
            own, own_bias = machine.coef_, machine.intercept_
        if balance is None:
            bias[at] = 0
        weights[at] += own / 2
        bias[at] += own_bias / 2
    return weights, bias


def _unseen_margins(matrix: csr_matrix, wanted: Array, groups: Array, labels: Sequence[str], folds: int) -> Array:
    margins = np.zeros((len(wanted), len(labels)))
    splits = GroupKFold(folds, shuffle=True, random_state=SEED).split(matrix, wanted, groups)
    for known, held in splits:
        weights, bias = _machine(matrix[known], wanted[known], labels)
        margins[held] = matrix[held] @ weights.T + bias
    return margins


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
