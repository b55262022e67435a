"""The linear models whose margins are summed. They see the same features and make different errors.

A support vector machine (SVM) with more weight on rare labels, complement naive Bayes (Rennie et al. 2003), and for
each label an SVM over log-count ratios (Wang and Manning 2012), which is better at rare labels. The sum is linear.
"""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from router.learning.metrics import Array

SEED: Final = 7
SOFTNESS, BALANCE = 0.35, 0.5
"""C of the first SVM; exponent of its class weights: 0 none, 1 every label weighs the same."""
COUNTED, SMOOTHED = 0.075, 0.3
"""Factor on naive Bayes in the sum, and its smoothing."""
RATIOS: Final = 0.8
"""Factor on the SVMs over log-count ratios in the sum."""
RATIO_SOFTNESS, RATIO_BALANCE = 0.1, 0.6
"""C and exponent of the class weights of these SVMs."""
UNKNOWN: Final = -1.5
"""Margin of a label without examples."""


def fitted(matrix: csr_matrix, expected: Array, trust: Array, labels: Sequence[str]) -> tuple[Array, Array]:
    """Summed weights (labels x features) and bias of all models. `trust`: weight of each example."""
    matrix = matrix.astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        known, weights, bias = _balanced(matrix, expected, trust)
        for at, (more, shift) in enumerate(_by_ratios(matrix, expected, trust, known)):
            weights[at] += RATIOS * more
            bias[at] += RATIOS * shift
    where = [labels.index(label) for label in known]
    all_weights, all_bias = np.zeros((len(labels), matrix.shape[1])), np.full(len(labels), UNKNOWN)
    all_weights[where], all_bias[where] = weights, bias
    return all_weights, all_bias


def _balanced(matrix: csr_matrix, expected: Array, trust: Array) -> tuple[list[str], Array, Array]:
    counted = Counter(expected.tolist())
    even = len(expected) / len(counted)
    rare = {name: (even / count) ** BALANCE for name, count in counted.items()}
    machine = LinearSVC(C=SOFTNESS, class_weight=rare, random_state=SEED, tol=3e-2).fit(matrix, expected, trust)
    own, bias = machine.coef_, machine.intercept_
    if len(counted) == 2:
        own, bias = np.vstack([-own, own]), np.concatenate([-bias, bias])
    bayes = ComplementNB(alpha=SMOOTHED).fit(matrix, expected, trust).feature_log_prob_
    return machine.classes_.tolist(), own + COUNTED * (bayes - bayes.mean(axis=0)), bias


def _by_ratios(
    matrix: csr_matrix, expected: Array, trust: Array, known: Sequence[str]
) -> Iterator[tuple[Array, float]]:
    there = csr_matrix((np.ones(matrix.nnz), matrix.indices, matrix.indptr), matrix.shape)
    own = there.T @ np.stack([(expected == label) * trust for label in known], axis=1)
    everywhere, scaled = own.sum(axis=1), matrix.copy()
    for at, label in enumerate(known):
        mine = expected == label
        here, others = own[:, at] + 1, everywhere - own[:, at] + 1
        ratios = np.log((here / here.sum()) / (others / others.sum())) / 2
        rare = (len(mine) / len(known) / mine.sum()) ** RATIO_BALANCE
        machine = LinearSVC(C=RATIO_SOFTNESS, class_weight={True: rare, False: 1.0}, random_state=SEED, tol=3e-2)
        np.multiply(matrix.data, ratios[matrix.indices], out=scaled.data)
        machine.fit(scaled, mine, trust)
        yield machine.coef_[0] * ratios, float(machine.intercept_[0])
