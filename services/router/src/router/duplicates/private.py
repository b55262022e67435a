"""What a report tells that may be one person's or one household's alone, told without "my"."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from router.duplicates.contrast_data import ContrastData
from router.duplicates.evidence import canonical, damage, evidence_data, implied_by, unlisted
from router.duplicates.spots import SpotReader
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

GONE: Final = "hilang"
DRAIN, TARIFF = "selokan", "tarif"


class PrivateReader:
    """Finds the words of one text's matter that no list of public matters knows."""

    def __init__(self, data: ContrastData, vocabulary: Vocabulary, tokens: Tokens, spots: SpotReader) -> None:
        self._data, self._vocabulary, self._tokens, self._spots = data, vocabulary, tokens, spots
        self._lists = evidence_data()

    def strange(self, words: Sequence[tuple[int, str]]) -> frozenset[str]:
        """Numbers, times and names of places aside. What people drive is public unless it is lost or broken."""
        implied = implied_by([word for _, word in words])
        told = {
            word for at, word in words if not self._spots.is_of_spot(at, word) and not self._spots.is_placed(at)
        } - implied
        plain = {word for word in map(_bare, told) if len(word) > 1 and word not in self._data.time.parts}
        lost = not told.isdisjoint({canonical(GONE), *damage()})
        gone = plain & self._data.own.things - self._lists.supplies if lost else set()
        private = gone | self._housed(told) | self._billed(told) | self._lost(told)
        return unlisted(plain - implied, lambda word: self._vocabulary.issue(word) is not None) | private

    def _housed(self, told: AbstractSet[str]) -> AbstractSet[str]:
        """Parts of a building, where no building but homes or a street is named: they may be of two houses."""
        places = {word for word in self._tokens if self._vocabulary.marker(word)}
        indoors = self._lists.parts if places.isdisjoint(self._lists.homes) else self._lists.parts | {DRAIN}
        return told & set(map(canonical, indoors)) if places <= self._lists.dwellings else set()

    def _billed(self, told: AbstractSet[str]) -> AbstractSet[str]:
        """What a supply costs stands on somebody's bill."""
        return told & {TARIFF} if told & set(map(canonical, self._lists.supplies)) else set()

    def _lost(self, told: AbstractSet[str]) -> AbstractSet[str]:
        """That something is gone, unless it is a thing that is fixed in public space."""
        gone = told & {canonical(GONE)}
        return set() if told & set(map(canonical, self._lists.fixtures)) else gone


def _bare(word: str) -> str:
    """The word without what stands before it."""
    bare = word.rpartition("-")[2]
    return bare if bare.isalpha() else ""
