"""Calibrated linear parts of a model: what the examples of one place teach, and two parts blended.

The parameters that turn margins into logits, per label and for all labels together (Platt 1999; Guo et al. 2017), come
from texts that the linear models had not seen (cross-fitting). A blend is a weighted mean of logarithms of
probabilities (a logarithmic opinion pool, Genest and Zidek 1986) and, with many local examples, a regression on the
logits of both. All of it is linear, so it stays one matrix.
"""

import warnings
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, logsumexp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold

from router.learning.examples import Example
from router.learning.linear_models import SEED, fitted
from router.learning.metrics import Array, log_loss
from router.reading.features import words

EVEN: Final = 0.2
"""Share of the logarithm of a label's frequency that is taken off its margin, in favour of rare labels (Menon 2021)."""
ENOUGH: Final = 300
"""With this many reporters' texts, probabilities are calibrated on them alone."""
SHARPNESSES: Final = tuple(np.geomspace(0.2, 20, 60).tolist())
FOR_REGRESSION: Final = 1_000
"""Fewest local examples for a regression on both parts."""
REGRESSION_SOFTNESS: Final = 0.01
FLOOR: Final = -5.0
"""Mean logarithm of the probability that a part gives to a label which it never saw."""
_WIDE, _LEAST_SLOPE = 4.0, 0.5


class LinearPart(NamedTuple):
    """Weights (labels x features) and bias of logits. `unseen`: cross-fitted logits of its examples `rows`."""

    weights: Array
    bias: Array
    unseen: Array
    rows: Array


def text_key(text: str) -> str:
    """A key that is equal for texts which differ at most in case, punctuation and spaces."""
    return " ".join(words(text))


def linear_part(matrix: csr_matrix, examples: Sequence[Example], labels: Sequence[str], folds: int) -> LinearPart:
    """What these examples teach about `labels`, some of which they may lack.

    Raises:
        ValueError: fewer than two labels, or all texts are the same.
    """
    expected = np.array([each.label for each in examples])
    trust = np.array([each.weight for each in examples])
    groups = np.array([each.group or text_key(each.text) for each in examples])
    own = sorted(set(expected.tolist()))
    if len(own) < 2:
        raise ValueError("a model needs examples of at least two labels")
    margins = _unseen_margins(matrix, expected, trust, groups, own, folds)
    real = _calibration_texts(examples)
    for_levels = real | ~np.isin(expected, expected[real])
    slope, shift = _levelled(margins[for_levels], expected[for_levels], own)
    margins = (margins * slope + shift)[real]
    sharpness = _sharpness(margins, expected[real], own)
    weights, bias = fitted(matrix, expected, trust, own)
    part = LinearPart(
        weights * slope[:, None] * sharpness,
        (bias * slope + shift) * sharpness,
        margins * sharpness,
        np.flatnonzero(real),
    )
    return _widened(part, own, labels)


def blended(
    elsewhere: LinearPart, away: Array, local: LinearPart, expected: Array, labels: Sequence[str]
) -> LinearPart:  # fmt: skip
    """The two parts as one. `away`: logits of the local examples by the part from elsewhere, which saw none of them."""
    away, here, wanted = away[local.rows], local.unseen, expected[local.rows]
    first, second = _shares(away, here, np.searchsorted(np.array(labels), wanted))
    weights = first * elsewhere.weights + second * local.weights
    bias = first * elsewhere.bias + second * local.bias
    unseen = first * away + second * here
    if len(wanted) >= FOR_REGRESSION:
        logits = np.hstack([_centred(away), _centred(here)])
        both = [_centred(each.weights.T).T for each in (elsewhere, local)]
        biases = np.concatenate([_centred(each.bias[None])[0] for each in (elsewhere, local)])
        coefficients, shift = _regression(logits, wanted, labels)
        half = len(labels)
        weights = weights + coefficients[:, :half] @ both[0] + coefficients[:, half:] @ both[1]
        bias = bias + coefficients @ biases + shift
        unseen = unseen + _unseen_regression(logits, wanted, labels)
    sharpness = _sharpness(unseen, wanted, labels)
    return LinearPart(weights * sharpness, bias * sharpness, unseen * sharpness, local.rows)


def _shares(away: Array, here: Array, wanted: Array) -> tuple[float, float]:
    """The exponents of both parts that make the wanted labels likeliest."""
    rows = np.arange(len(wanted))

    def loss(shares: Array) -> float:
        return float(-log_softmax(shares[0] * away + shares[1] * here, axis=1)[rows, wanted].mean())

    first, second = minimize(loss, [0.5, 0.5], bounds=[(0, 2), (0, 2)]).x
    return float(first), float(second)


def _regression(logits: Array, wanted: Array, labels: Sequence[str]) -> tuple[Array, Array]:
    """Coefficients (labels x logits of both parts) and bias; a label without an example gets the least bias."""
    machine = LogisticRegression(C=REGRESSION_SOFTNESS, max_iter=300, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(logits, wanted)
    found, shift = machine.coef_, machine.intercept_
    if len(found) == 1:  # with two labels scikit-learn keeps the coefficients of the second only
        found, shift = np.vstack([-found, found]) / 2, np.concatenate([-shift, shift]) / 2
    where = np.searchsorted(np.array(labels), machine.classes_)
    coefficients, bias = np.zeros((len(labels), logits.shape[1])), np.full(len(labels), shift.min())
    coefficients[where], bias[where] = found, shift
    return coefficients, bias


def _unseen_regression(logits: Array, wanted: Array, labels: Sequence[str]) -> Array:
    found = np.zeros((len(wanted), len(labels)))
    for known, held in KFold(3, shuffle=True, random_state=SEED).split(logits):
        coefficients, bias = _regression(logits[known], wanted[known], labels)
        found[held] = logits[held] @ coefficients.T + bias
    return found


def _centred(logits: Array) -> Array:
    return np.asarray(logits - logits.mean(axis=1, keepdims=True))


def _sharpness(margins: Array, expected: Array, labels: Sequence[str]) -> float:
    return float(min(SHARPNESSES, key=lambda by: log_loss(margins * by, expected, labels)))


def _widened(part: LinearPart, own: Sequence[str], labels: Sequence[str]) -> LinearPart:
    """The part with all labels. One that it lacks has the same small logit for every text."""
    if list(own) == list(labels):
        return part
    where = np.searchsorted(np.array(labels), np.array(own))
    low = float(logsumexp(part.unseen, axis=1).mean()) + FLOOR
    weights, bias = np.zeros((len(labels), part.weights.shape[1])), np.full(len(labels), low)
    unseen = np.full((len(part.unseen), len(labels)), low)
    weights[where], bias[where], unseen[:, where] = part.weights, part.bias, part.unseen
    return part._replace(weights=weights, bias=bias, unseen=unseen)


def _calibration_texts(labelled: Sequence[Example]) -> Array:
    """Mask of the reporters' own texts if there are enough, else of all. Synthetic sentences are easier to read."""
    real = np.array([not each.own for each in labelled])
    return real if real.sum() >= ENOUGH else np.ones(len(labelled), bool)


def _unseen_margins(
    matrix: csr_matrix, expected: Array, trust: Array, groups: Array, labels: Sequence[str], folds: int
) -> Array:
    margins = np.zeros((len(expected), len(labels)))
    if (folds := min(folds, len(set(groups.tolist())))) < 2:
        raise ValueError("a model needs examples with different texts")
    splits = GroupKFold(folds, shuffle=True, random_state=SEED).split(matrix, expected, groups)
    for known, held in splits:
        if len(set(expected[known].tolist())) > 1:
            weights, bias = fitted(matrix[known], expected[known], trust[known], labels)
            margins[held] = matrix[held] @ weights.T + bias
    return margins


def _levelled(margins: Array, expected: Array, labels: Sequence[str]) -> tuple[Array, Array]:
    """Slope and shift per label that turn its margins into log odds, so that labels can be compared."""
    slope, shift = np.ones(len(labels), np.float32), np.zeros(len(labels), np.float32)
    for at, label in enumerate(labels):
        odds = LogisticRegression().fit(_WIDE * margins[:, [at]], expected == label)
        slope[at], shift[at] = max(_WIDE * odds.coef_[0, 0], _LEAST_SLOPE), odds.intercept_[0]
        shift[at] -= EVEN * np.log(np.mean(expected == label))
    return slope, shift
