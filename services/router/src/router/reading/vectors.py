"""Texts as vectors, many at once: words and pairs of words, what words are made of, the place, the rules' scores.

A word's pieces are summed within the word, as fastText does (Bojanowski et al. 2017), to a vector of length 1. So what
a word adds to every output is worked out once and kept, and a batch of texts costs one pass over numbers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from router.reading.features import CACHED_WORDS, ModelInput, char_ngrams, terms

PLACE_WEIGHT, HINT_WEIGHT = 0.8, 1.0
FIRST: Final = 1024
"""So many words have room at first."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[Any]


class Vocabulary(NamedTuple):
    """Column of each feature, how rare it is (inverse document frequency), and how rare a word without column is."""

    terms: Mapping[str, int]
    char_ngrams: Mapping[str, int]
    place: Mapping[str, int]
    hints: Mapping[str, int]
    idf: Floats
    rarest: float


class SparseRows(NamedTuple):
    """What is not zero: `rows` are texts, ascending."""

    rows: Ints
    columns: Ints
    values: Floats


class Encoder:
    """Texts, whose words are found already, in the columns of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def encode(self, batch: Sequence[ModelInput], found: Sequence[Sequence[str]]) -> list[SparseRows]:
        """Words and pairs, place and hints."""
        known = self.vocabulary
        said = _counted([_columns(terms(words), known.terms) for words in found])
        where = _counted([_columns(each.place, known.place) for each in batch])
        hints = _counted([_columns((name for name, _ in each.hints), known.hints) for each in batch])
        scores = [score for each in batch for name, score in sorted(each.hints, key=self._hint) if name in known.hints]
        return [
            normalized(said._replace(values=_damped(said.values) * known.idf[said.columns]), 1.0),
            normalized(where._replace(values=known.idf[where.columns]), PLACE_WEIGHT),
            hints._replace(values=np.array(scores, np.float32) * HINT_WEIGHT),
        ]

    def words(self, found: Sequence[Sequence[str]], numbers: Mapping[str, int], rarity: Floats) -> SparseRows:
        """How much each word weighs in the pieces of its text; `numbers` name the columns, whose rarity is known."""
        said = _counted([[numbers[word] for word in words] for words in found])
        return normalized(said._replace(values=_damped(said.values) * rarity[said.columns]), 1.0)

    def rarity(self, word: str) -> float:
        """How rare a word is."""
        column = self.vocabulary.terms.get(word)
        return self.vocabulary.rarest if column is None else float(self.vocabulary.idf[column])

    def char_ngrams(self, word: str) -> tuple[Ints, Floats]:
        """A word's pieces, of length 1 together."""
        known = self.vocabulary.char_ngrams
        columns, counts = np.unique(
            np.array([column for piece in char_ngrams(word) if (column := known.get(piece)) is not None], np.int32),
            return_counts=True,
        )
        values = counts * self.vocabulary.idf[columns]
        return columns, (values / (np.sqrt(values @ values) or 1.0)).astype(np.float32)

    def _hint(self, hint: tuple[str, float]) -> int:
        return self.vocabulary.hints.get(hint[0], -1)


class WordContributions:
    """What each word's pieces add to every output, kept for the next texts."""

    def __init__(self, encoder: Encoder, matrix: Floats) -> None:
        self._encoder, self._matrix = encoder, matrix
        self._numbers: dict[str, int] = {}
        self._table: Floats = np.zeros((FIRST, matrix.shape[1]), np.float32)
        self._rarity: Floats = np.zeros(FIRST, np.float32)

    def of(self, found: Sequence[Sequence[str]]) -> Floats:
        """Texts x outputs."""
        if len(self._numbers) > CACHED_WORDS:
            self._numbers = {}
        new = [word for word in dict.fromkeys(word for words in found for word in words) if word not in self._numbers]
        if new:
            self._learn(new)
        block = self._encoder.words(found, self._numbers, self._rarity)
        return summed(block, self._table, len(found))

    def _learn(self, new: Sequence[str]) -> None:
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
    """Block x table, for so many rows."""
    found = np.zeros((rows, table.shape[1]), np.float32)
    there, starts = np.unique(block.rows, return_index=True)
    if len(there):
        found[there] = np.add.reduceat(table[block.columns] * block.values[:, None], starts, axis=0)
    return found


def normalized(block: SparseRows, length: float) -> SparseRows:
    """The same with every row of that length: a long text weighs no more than a short one."""
    own = np.sqrt(np.bincount(block.rows, block.values**2)) if len(block.rows) else np.ones(1)
    return block._replace(values=(block.values * length / own[block.rows]).astype(np.float32))


def _columns(names: Iterable[str], known: Mapping[str, int]) -> list[int]:
    return [column for name in names if (column := known.get(name)) is not None]


def _counted(texts: Sequence[Sequence[int]]) -> SparseRows:
    columns = np.fromiter(_flat(texts), np.int64)
    width = int(columns.max(initial=0)) + 1
    rows = np.repeat(np.arange(len(texts)), [len(each) for each in texts])
    cells, counts = np.unique(rows * width + columns, return_counts=True)
    return SparseRows(cells // width, cells % width, counts.astype(np.float32))


def _flat(texts: Sequence[Sequence[int]]) -> Iterator[int]:
    return (column for text in texts for column in text)


def _damped(counts: Floats) -> Floats:
    """Repetition adds little."""
    return np.asarray(1 + np.log(counts), np.float32)
