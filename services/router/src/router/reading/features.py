"""A text as the reading model sees it: words, pairs of words, pieces of words, and what is known besides.

The same in training and in use. Digits of four and more are one word, so that no number of a person is learned.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[a-z]+|[0-9]+")
_DRAWN_OUT: Final = re.compile(r"(.)\1{2,}")
_LONG_NUMBER: Final = 4
PIECE_LENGTHS: Final = (2, 3, 4, 5)
CACHED_WORDS: Final = 65_536


class ModelInput(NamedTuple):
    """What is read: the words; where it is, as codes or names; the rules' own scores by sector, 0 to 1."""

    text: str
    place: tuple[str, ...] = ()
    hints: tuple[tuple[str, float], ...] = ()


def words(text: str) -> list[str]:
    """The words in lower case, letters drawn out (`paraaah`) once, long numbers as one word."""
    return list(map(_plain, _WORD.findall(text.lower())))


def terms(found: Iterable[str]) -> Iterator[str]:
    """Words and pairs of words."""
    found = list(found)
    yield from found
    yield from map(" ".join, pairwise(found))


def char_ngrams(word: str) -> tuple[str, ...]:
    """The pieces of one word, its ends marked: what spelling noise leaves in common."""
    marked = f" {word} "
    lengths = (length for length in PIECE_LENGTHS if length <= len(marked))
    return tuple(marked[at : at + length] for length in lengths for at in range(len(marked) - length + 1))


@lru_cache(maxsize=CACHED_WORDS)
def _plain(word: str) -> str:
    if word[0].isdigit():
        return word if len(word) < _LONG_NUMBER else "0000"
    return _DRAWN_OUT.sub(r"\1", word)
