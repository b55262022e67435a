"""The linear machines whose margins are added up to one: each sees the same features and errs in its own way.

A support vector machine that weighs rare labels up, complement naive Bayes (Rennie et al. 2003), and for each label a
machine over log-count ratios (Wang and Manning 2012), which is better at rare labels. All are linear, so the sum is.
"""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

SEED: Final = 7
SOFTNESS, BALANCE = 0.35, 0.5
"""Of the first machine; how far rare labels weigh up: 0 not at all, 1 as much as frequent ones."""
COUNTED, SMOOTHED = 0.075, 0.3
"""Weight of naive Bayes beside the margins, and its smoothing."""
RATIOS: Final = 0.8
"""Weight of the machines over log-count ratios beside the margins."""
RATIO_SOFTNESS, RATIO_BALANCE = 0.1, 0.6
UNKNOWN: Final = -1.5
"""Margin of a label of which there is no example."""

Array = npt.NDArray[Any]


def fitted(matrix: csr_matrix, wanted: Array, trust: Array, labels: Sequence[str]) -> tuple[Array, Array]:
    """Weights (labels x features) and bias of all machines together. `trust`: weight of each example."""
    matrix = matrix.astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        known, weights, bias = _machine(matrix, wanted, trust)
        for at, (more, shift) in enumerate(_by_ratios(matrix, wanted, trust, known)):
            weights[at] += RATIOS * more
            bias[at] += RATIOS * shift
    where = [labels.index(label) for label in known]
    all_weights, all_bias = np.zeros((len(labels), matrix.shape[1])), np.full(len(labels), UNKNOWN)
    all_weights[where], all_bias[where] = weights, bias
    return all_weights, all_bias


def _machine(matrix: csr_matrix, wanted: Array, trust: Array) -> tuple[list[str], Array, Array]:
    counted = Counter(wanted.tolist())
    even = len(wanted) / len(counted)
    rare = {name: (even / count) ** BALANCE for name, count in counted.items()}
    machine = LinearSVC(C=SOFTNESS, class_weight=rare, random_state=SEED, tol=3e-2).fit(matrix, wanted, trust)
    own, bias = machine.coef_, machine.intercept_
    if len(counted) == 2:
        own, bias = np.vstack([-own, own]), np.concatenate([-bias, bias])
    bayes = ComplementNB(alpha=SMOOTHED).fit(matrix, wanted, trust).feature_log_prob_
    return machine.classes_.tolist(), own + COUNTED * (bayes - bayes.mean(axis=0)), bias


def _by_ratios(matrix: csr_matrix, wanted: Array, trust: Array, known: Sequence[str]) -> Iterator[tuple[Array, float]]:
    there = csr_matrix((np.ones(matrix.nnz), matrix.indices, matrix.indptr), matrix.shape)
    own = there.T @ np.stack([(wanted == label) * trust for label in known], axis=1)
    everywhere, scaled = own.sum(axis=1), matrix.copy()
    for at, label in enumerate(known):
        mine = wanted == label
        here, others = own[:, at] + 1, everywhere - own[:, at] + 1
        ratios = np.log((here / here.sum()) / (others / others.sum())) / 2
        rare = (len(mine) / len(known) / mine.sum()) ** RATIO_BALANCE
        machine = LinearSVC(C=RATIO_SOFTNESS, class_weight={True: rare, False: 1.0}, random_state=SEED, tol=3e-2)
        np.multiply(matrix.data, ratios[matrix.indices], out=scaled.data)
        machine.fit(scaled, mine, trust)
        yield machine.coef_[0] * ratios, float(machine.intercept_[0])
