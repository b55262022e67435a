"""The plain baseline that a reading model is measured beside: word and letter counts, one linear machine.

TF-IDF of words and pairs and of 2 to 5 letters, one balanced linear support vector machine. Occurrences are counted
once for all folds; which of them are columns, and how rare they are, each fold learns from its own known texts alone.
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
from router.learning.metrics import Array, ScoredTexts, softmax

SHARPNESS: Final = 4.0
SOFTNESS: Final = 0.5


class Baseline:
    """The occurrences in these texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        counters = CountVectorizer(ngram_range=(1, 2)), CountVectorizer(analyzer="char", ngram_range=(2, 5))
        self._counts = [csr_matrix(counter.fit_transform(texts)) for counter in counters]

    def judged(self, wanted: Array, held: Array) -> ScoredTexts:
        """What is said of the texts of the mask `held` by what was learned from the others."""
        pairs = [self._weighed(counts, held) for counts in self._counts]
        known, unseen = (hstack(part, format="csr") for part in zip(*pairs, strict=True))
        machine = LinearSVC(C=SOFTNESS, class_weight="balanced", random_state=SEED)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(known, wanted[~held])
        margins = machine.decision_function(unseen)
        if margins.ndim == 1:  # of two labels only the second one's is told
            margins = np.stack([-margins, margins], axis=1)
        labels = tuple(str(label) for label in machine.classes_)
        return ScoredTexts(labels, softmax(margins * SHARPNESS), tuple(wanted[held].tolist()))

    def _weighed(self, counts: csr_matrix, held: Array) -> tuple[csr_matrix, csr_matrix]:
        known = counts[~held]
        there = np.flatnonzero(np.bincount(known.indices, minlength=counts.shape[1]))
        weights = TfidfTransformer(sublinear_tf=True)
        return weights.fit_transform(known[:, there]), weights.transform(counts[held][:, there])
