"""Whether two words are one in two spellings, or one of them is a typing error."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

_NEW: Final = {"oe": "u", "dj": "j", "tj": "c", "sj": "sy", "nj": "ny", "dh": "d", "th": "t", "kh": "k"}
_OLD: Final = re.compile("|".join(_NEW))
_DOUBLED: Final = re.compile(r"([a-z])\1+$")
_BESIDE: Final = frozenset(
    frozenset(pair)
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qaz", "wsx", "edc", "rfv", "tgb", "yhn", "ujm", "ik", "ol")
    for pair in pairwise(row)
)
"""Keys beside each other."""
_TYPO_FROM: Final = 5
"""Characters of the shortest word in which a typing error is accepted."""


def is_one_name(one: str, other: str) -> bool:
    """Whether these are one name in two spellings, an old one and a new one, or a drawn out one."""
    return _spelled(one) == _spelled(other)


@lru_cache(maxsize=16384)
def _spelled(name: str) -> str:
    return _DOUBLED.sub(r"\1", _OLD.sub(lambda found: _NEW[found[0]], name))


def is_typo(one: str, other: str) -> bool:
    """Whether both are one word, or long words that differ by one typing error."""
    if one == other:
        return True
    if min(len(one), len(other)) < _TYPO_FROM or abs(len(one) - len(other)) > 1 or not (one + other).isalpha():
        return False
    head = next(_unequal(one, other), min(len(one), len(other)))
    a, b = one[head:], other[head:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def is_slip(one: str, other: str) -> bool:
    """Whether a finger slipped: a letter left out, doubled, swapped with the next or hit on the key beside it."""
    if not is_typo(one, other):
        return False
    wrong = [(a, b) for a, b in zip(one, other, strict=False) if a != b]
    return len(one) != len(other) or len(wrong) != 1 or frozenset(wrong[0]) in _BESIDE


def _unequal(one: str, other: str) -> Iterator[int]:
    return (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
