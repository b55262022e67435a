"""Feature vectors of a batch of texts: words and word pairs, character n-grams, place, and the rules' scores.

The n-grams of a word are summed within the word to a vector of length 1, as fastText does (Bojanowski et al. 2017). So
what a word adds to every output can be computed once and cached, and a batch costs one pass over numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from router.reading.features import CACHED_WORDS, ModelInput, char_ngrams, terms

PLACE_WEIGHT, HINT_WEIGHT = 0.8, 1.0
FIRST: Final = 1024
"""Initial capacity of the word cache."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[Any]


class Vocabulary(NamedTuple):
    """The column of each feature, its inverse document frequency, and that of a word without a column."""

    terms: Mapping[str, int]
    char_ngrams: Mapping[str, int]
    place: Mapping[str, int]
    hints: Mapping[str, int]
    idf: Floats
    rarest: float


class SparseRows(NamedTuple):
    """The non-zero values of a matrix. `rows`: indices of texts, ascending."""

    rows: Ints
    columns: Ints
    values: Floats


class Encoder:
    """Turns texts, already split into words, into the columns of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def encode(self, batch: Sequence[ModelInput], tokens: Sequence[Sequence[str]]) -> list[SparseRows]:
        """The features except n-grams: words and word pairs, place, hints."""
        known = self.vocabulary
        said = _counted([_columns(terms(words), known.terms) for words in tokens])
        where = _counted([_columns(each.place, known.place) for each in batch])
        hints = _counted([_columns((name for name, _ in each.hints), known.hints) for each in batch])
        scores = [score for each in batch for name, score in sorted(each.hints, key=self._hint) if name in known.hints]
        return [
            normalized(said._replace(values=_damped(said.values) * known.idf[said.columns]), 1.0),
            normalized(where._replace(values=known.idf[where.columns]), PLACE_WEIGHT),
            hints._replace(values=np.array(scores, np.float32) * HINT_WEIGHT),
        ]

    def words(self, tokens: Sequence[Sequence[str]], numbers: Mapping[str, int], rarity: Floats) -> SparseRows:
        """Texts x words: the factor on each word's n-grams. `numbers`: a word's column; `rarity`: by that column."""
        said = _counted([[numbers[word] for word in words] for words in tokens])
        return normalized(said._replace(values=_damped(said.values) * rarity[said.columns]), 1.0)

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a word."""
        column = self.vocabulary.terms.get(word)
        return self.vocabulary.rarest if column is None else float(self.vocabulary.idf[column])

    def char_ngrams(self, word: str) -> tuple[Ints, Floats]:
        """Columns and values of a word's n-grams, together of length 1."""
        columns, counts = np.unique(
            np.array(_columns(char_ngrams(word), self.vocabulary.char_ngrams), np.int32), return_counts=True
        )
        values = counts * self.vocabulary.idf[columns]
        return columns, (values / (np.sqrt(values @ values) or 1.0)).astype(np.float32)

    def _hint(self, hint: tuple[str, float]) -> int:
        return self.vocabulary.hints.get(hint[0], -1)


class WordContributions:
    """Cache of what each word's n-grams add to every output. Not thread-safe."""

    def __init__(self, encoder: Encoder, matrix: Floats) -> None:
        self._encoder, self._matrix = encoder, matrix
        self._numbers: dict[str, int] = {}
        self._table: Floats = np.zeros((FIRST, matrix.shape[1]), np.float32)
        self._rarity: Floats = np.zeros(FIRST, np.float32)

    def of(self, tokens: Sequence[Sequence[str]]) -> Floats:
        """Texts x outputs."""
        if len(self._numbers) > CACHED_WORDS:
            self._numbers = {}
        if new := [word for word in dict.fromkeys(chain.from_iterable(tokens)) if word not in self._numbers]:
            self._add(new)
        block = self._encoder.words(tokens, self._numbers, self._rarity)
        return summed(block, self._table, len(tokens))

    def _add(self, new: Sequence[str]) -> None:
        start = len(self._numbers)
        if start + len(new) > len(self._table):
            more = max(len(new), len(self._table))
            self._table = np.vstack([self._table, np.zeros((more, self._matrix.shape[1]), np.float32)])
            self._rarity = np.concatenate([self._rarity, np.zeros(more, np.float32)])
        for number, word in enumerate(new, start):
            columns, values = self._encoder.char_ngrams(word)
            self._table[number], self._rarity[number] = values @ self._matrix[columns], self._encoder.rarity(word)
        self._numbers.update(zip(new, range(start, start + len(new)), strict=True))


def summed(block: SparseRows, table: Floats, rows: int) -> Floats:
    """The product block x table, with this many rows."""
    found = np.zeros((rows, table.shape[1]), np.float32)
    there, starts = np.unique(block.rows, return_index=True)
    if len(there):
        found[there] = np.add.reduceat(table[block.columns] * block.values[:, None], starts, axis=0)
    return found


def normalized(block: SparseRows, length: float) -> SparseRows:
    """Every row scaled to this length, so that a long text weighs no more than a short one."""
    own = np.sqrt(np.bincount(block.rows, block.values**2)) if len(block.rows) else np.ones(1)
    return block._replace(values=(block.values * length / own[block.rows]).astype(np.float32))


def _columns(names: Iterable[str], known: Mapping[str, int]) -> list[int]:
    return [column for name in names if (column := known.get(name)) is not None]


def _counted(texts: Sequence[Sequence[int]]) -> SparseRows:
    columns = np.fromiter(chain.from_iterable(texts), np.int64)
    width = int(columns.max(initial=0)) + 1
    rows = np.repeat(np.arange(len(texts)), [len(each) for each in texts])
    cells, counts = np.unique(rows * width + columns, return_counts=True)
    return SparseRows(cells // width, cells % width, counts.astype(np.float32))


def _damped(counts: Floats) -> Floats:
    return np.asarray(1 + np.log(counts), np.float32)
