"""Finds the phrases of a list in a text, in one pass; the longest phrase at each position wins.

Words are compared in lower case, with variants reduced to one spelling (`jln`, `jl` -> `jalan`), without Indonesian
suffixes (-nya, -lah, -kah, -ku, -mu) and with repeated characters (`paraaah`) reduced to one.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Generic, NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)

_WORD: Final = re.compile(r"[a-z0-9]+")
_REPEATED: Final = re.compile(r"(.)\1{2,}")
_ENDINGS: Final = ("nya", "lah", "kah", "ku", "mu")
_SHORTEST_STEM: Final = 3
_END: Final = ""
"""Key of the meanings of the phrase that ends at a node. No word is empty, so it cannot clash."""


class PhraseMatch(NamedTuple, Generic[T]):
    """A phrase that was found, in the spelling of the list; its meanings; up to two words before it."""

    phrase: str
    meanings: tuple[T, ...]
    before: tuple[str, ...]


class PhraseIndex(Generic[T]):
    """A trie of phrases of one or more words, each with its meanings.

    `vocabulary`: words of other indexes that read the same spelled words (`spelled`).
    """

    def __init__(
        self, entries: Iterable[tuple[str, T]], variants: Mapping[str, str], vocabulary: Iterable[str] = ()
    ) -> None:
        self._variants = variants
        self._root: dict[str, Any] = {}
        self._vocabulary = {*variants.values(), *vocabulary}
        for phrase, meaning in entries:
            self._add(phrase, meaning)
        self._spell = lru_cache(maxsize=65536)(self._one_spelling)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word of the phrases, in its one spelling."""
        return frozenset(self._vocabulary)

    def spelled(self, text: str) -> list[str]:
        """The words of a text, each in the one spelling that it has in the vocabulary."""
        return list(map(self._spell, _WORD.findall(text.lower())))

    def find(self, text: str) -> Iterator[PhraseMatch[T]]:
        """The phrases in the text, from left to right, without overlaps."""
        return self.find_in(self.spelled(text))

    def find_in(self, words: list[str]) -> Iterator[PhraseMatch[T]]:
        """The phrases in spelled words, from left to right, without overlaps."""
        root, end = self._root, 0
        for at, word in enumerate(words):
            if at < end or word not in root:
                continue
            found, end = self._longest(words, at)
            if found is not None:
                yield PhraseMatch(" ".join(words[at:end]), found, tuple(words[max(0, at - 2) : at]))

    def _longest(self, words: list[str], at: int) -> tuple[tuple[T, ...] | None, int]:
        node: dict[str, Any] | None = self._root.get(words[at])
        found, end, ahead = None, at + 1, at + 1
        while node is not None:
            if _END in node:
                found, end = node[_END], ahead
            node = node.get(words[ahead]) if ahead < len(words) else None
            ahead += 1
        return found, end

    def _add(self, phrase: str, meaning: T) -> None:
        node = self._root
        for word in _WORD.findall(phrase.lower()):
            spelling = self._variants.get(word, word)
            self._vocabulary.add(spelling)
            node = node.setdefault(spelling, {})
        node[_END] = (*node.get(_END, ()), meaning)

    def _one_spelling(self, word: str) -> str:
        for form in (word, _REPEATED.sub(r"\1", word)):
            if (spelling := self._variants.get(form, form)) in self._vocabulary:
                return spelling
            for ending in _ENDINGS:
                stem = form.removesuffix(ending)
                if len(stem) >= _SHORTEST_STEM and (spelling := self._variants.get(stem, stem)) in self._vocabulary:
                    return spelling
        return word
