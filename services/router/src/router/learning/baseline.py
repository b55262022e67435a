"""The baseline that a reading model is compared with: TF-IDF of words, word pairs and 2 to 5 characters, one balanced
linear support vector machine.

Occurrences are counted once for all folds. Which of them are columns, and their weights, each fold learns from its own
training texts alone.
"""

import warnings
from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.svm import LinearSVC

from router.learning.linear_models import SEED
from router.learning.metrics import Array, ScoredTexts
from router.reading.classifier import softmax

SHARPNESS: Final = 4.0
SOFTNESS: Final = 0.5


class Baseline:
    """The occurrences in a set of texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        counters = CountVectorizer(ngram_range=(1, 2)), CountVectorizer(analyzer="char", ngram_range=(2, 5))
        self._counts = [csr_matrix(counter.fit_transform(texts)) for counter in counters]

    def scored(self, expected: Array, held: Array) -> ScoredTexts:
        """Train on the texts outside the mask `held`, score those inside it. `expected`: labels of all texts."""
        pairs = [self._weighed(counts, held) for counts in self._counts]
        known, unseen = (hstack(part, format="csr") for part in zip(*pairs, strict=True))
        machine = LinearSVC(C=SOFTNESS, class_weight="balanced", random_state=SEED)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(known, expected[~held])
        margins = machine.decision_function(unseen)
        if margins.ndim == 1:  # with two labels scikit-learn returns the margin of the second only
            margins = np.stack([-margins, margins], axis=1)
        labels = tuple(str(label) for label in machine.classes_)
        return ScoredTexts(labels, softmax(margins * SHARPNESS), tuple(expected[held].tolist()))

    def _weighed(self, counts: csr_matrix, held: Array) -> tuple[csr_matrix, csr_matrix]:
        known = counts[~held]
        there = np.flatnonzero(np.bincount(known.indices, minlength=counts.shape[1]))
        weights = TfidfTransformer(sublinear_tf=True)
        return weights.fit_transform(known[:, there]), weights.transform(counts[held][:, there])
