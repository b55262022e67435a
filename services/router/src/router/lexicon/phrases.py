"""Finding the entries of a word list in a text, in one pass: the longest entry at each place wins.

Words are compared in lower case, in one spelling for each variant (`jln`, `jl` -> `jalan`), also with the endings
that Indonesian hangs on (-nya, -lah, -kah, -ku, -mu) and with letters drawn out (`paraaah`).
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Generic, NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)

_WORD: Final = re.compile(r"[a-z0-9]+")
_DRAWN_OUT: Final = re.compile(r"(.)\1{2,}")
_ENDINGS: Final = ("nya", "lah", "kah", "ku", "mu")
_SHORTEST_STEM: Final = 3
_HERE: Final = ""
"""Key of a node's own meanings: no word is empty."""


class PhraseMatch(NamedTuple, Generic[T]):
    """One entry met: its words as the list spells them, what it means, and the word before it (in one spelling)."""

    phrase: str
    meanings: tuple[T, ...]
    before: tuple[str, ...]


class PhraseIndex(Generic[T]):
    """Entries of one or more words, each with its meanings."""

    def __init__(self, entries: Iterable[tuple[str, T]], variants: Mapping[str, str]) -> None:
        self._variants = variants
        self._root: dict[str, Any] = {}
        self._vocabulary = set(variants.values())
        for phrase, meaning in entries:
            self._add(phrase, meaning)
        self._spell = lru_cache(maxsize=65536)(self._one_spelling)

    def find(self, text: str) -> Iterator[PhraseMatch[T]]:
        """The entries in the text, from left to right, none overlapping."""
        words = list(map(self._spell, _WORD.findall(text.lower())))
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
            if _HERE in node:
                found, end = node[_HERE], ahead
            node = node.get(words[ahead]) if ahead < len(words) else None
            ahead += 1
        return found, end

    def _add(self, phrase: str, meaning: T) -> None:
        node = self._root
        for word in _WORD.findall(phrase.lower()):
            spelling = self._variants.get(word, word)
            self._vocabulary.add(spelling)
            node = node.setdefault(spelling, {})
        node[_HERE] = (*node.get(_HERE, ()), meaning)

    def _one_spelling(self, word: str) -> str:
        for form in (word, _DRAWN_OUT.sub(r"\1", word)):
            if (spelling := self._variants.get(form, form)) in self._vocabulary:
                return spelling
            for ending in _ENDINGS:
                stem = form.removesuffix(ending)
                if len(stem) >= _SHORTEST_STEM and (spelling := self._variants.get(stem, stem)) in self._vocabulary:
                    return spelling
        return word
