"""Features of a text for the reading model, the same in training and in use: words, word pairs and character n-grams.

Numbers of four and more digits become one token, so that the model learns no personal number.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[a-z]+|[0-9]+")
_REPEATED: Final = re.compile(r"(.)\1{2,}")
_LONG_NUMBER: Final = 4
NGRAM_LENGTHS: Final = (2, 3, 4, 5)
CACHED_WORDS: Final = 65_536


class ModelInput(NamedTuple):
    """One text to read, its place as region codes or names, and the rules' scores (0 to 1) by sector."""

    text: str
    place: tuple[str, ...] = ()
    hints: tuple[tuple[str, float], ...] = ()


def words(text: str) -> list[str]:
    """The words in lower case; repeated characters (`paraaah`) are reduced to one, long numbers to one token."""
    return list(map(_normalized, _WORD.findall(text.lower())))


def terms(tokens: Sequence[str]) -> Iterator[str]:
    """The words and the pairs of neighbouring words."""
    yield from tokens
    yield from map(" ".join, pairwise(tokens))


def char_ngrams(word: str) -> tuple[str, ...]:
    """Character n-grams of a word with its ends marked. Misspelt words still share most of them."""
    marked = f" {word} "
    lengths = (length for length in NGRAM_LENGTHS if length <= len(marked))
    return tuple(marked[at : at + length] for length in lengths for at in range(len(marked) - length + 1))


@lru_cache(maxsize=CACHED_WORDS)
def _normalized(word: str) -> str:
    if word[0].isdigit():
        return word if len(word) < _LONG_NUMBER else "0000"
    return _REPEATED.sub(r"\1", word)
