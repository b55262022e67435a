"""The first thing that sets two reports apart, by their contrasts; None if nothing does.

A join hides one report behind another, so what one tells and the other does not is a difference, and no list of
differences is needed. Only times count where both tell one.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

from router.duplicates.contrasts import Contrasts, Sets
from router.duplicates.evidence import Content, is_turned_round, unaccounted

AGES: Final = 5.0
"""Reports of one matter do not differ more than this many times in how long ago it began."""
_WEEK: Final = 7
_NEW: Final = {"oe": "u", "dj": "j", "tj": "c", "sj": "sy", "nj": "ny", "dh": "d", "th": "t", "kh": "k"}
_OLD: Final = re.compile("|".join(_NEW))
_DOUBLED: Final = re.compile(r"(.)\1+")
_BESIDE: Final = frozenset(
    frozenset(pair)
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qaz", "wsx", "edc", "rfv", "tgb", "yhn", "ujm", "ik", "ol")
    for pair in pairwise(row)
)
"""Keys beside each other."""
_SWAPPED_FROM: Final = 5
_TYPO_FROM: Final = 5
"""Characters of the shortest word in which a typing error is accepted."""


def difference(one: Contrasts, other: Contrasts) -> str | None:
    """What sets them apart, in a word. Symmetric."""
    return next(_differences(one, other), None)


def _differences(one: Contrasts, other: Contrasts) -> Iterator[str]:
    checks: tuple[tuple[str, Callable[[Contrasts, Contrasts], bool]], ...] = (
        ("value", lambda a, b: a.content.values != b.content.values),
        ("time", _times_differ),
        ("word", lambda a, b: bool(_unaccounted(a.content, b.content) or _unaccounted(b.content, a.content))),
        ("order", lambda a, b: is_turned_round(a.content, b.content)),
    )
    return (name for name, differ in checks if differ(one, other))


def _times_differ(one: Contrasts, other: Contrasts) -> bool:
    return _share_nothing(one.times, other.times) or _dated_otherwise(one, other) or _ages_differ(one.days, other.days)


def _share_nothing(one: Sets, other: Sets) -> bool:
    return any(not one[name] & other[name] for name in one.keys() & other.keys())


def _dated_otherwise(one: Contrasts, other: Contrasts) -> bool:
    """Whether one is dated and the other tells how long ago: nobody can see that these agree."""
    return any(
        bool(a.times.keys() & {"date", "month"} and b.days and not b.times.keys() & {"date", "month"})
        or bool("weekday" in a.times and b.days and min(b.days) > _WEEK)
        for a, b in ((one, other), (other, one))
    )


def _ages_differ(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return bool(one and other) and (min(one) > AGES * max(other) or min(other) > AGES * max(one))


def _unaccounted(one: Content, other: Content) -> set[str]:
    """The content words of one text that the other does not account for. A typing error is one where a list knows
    the word that was meant and the other text has it: of two unknown words, or of names, nobody can tell.
    """

    def same(a: str, b: str) -> bool:
        if not (a + b).isalpha():
            return False
        known = (a in one.names) + (b in other.names)
        plain = a in one.matter and b in other.matter
        return is_one_name(a, b) or (known == 1 and plain and is_slip(a, b))

    missing = unaccounted(one, other)
    return _unlike(missing, {*other.order} - {*one.order}, same) if missing else set()


def _unlike(words: Iterable[str], others: Iterable[str], same: Callable[[str, str], bool]) -> set[str]:
    return {word for word in words if not any(same(word, other) for other in others)}


def is_one_name(one: str, other: str) -> bool:
    """Whether these are one name in two spellings: old and new ones, doubled letters, two letters swapped."""
    a, b = _spelled(one), _spelled(other)
    if a == b:
        return True
    swapped = [at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y] if len(a) == len(b) else []
    return (
        len(swapped) == len("ab") and swapped[1] == swapped[0] + 1 and len(a) > _SWAPPED_FROM
        and (a[swapped[0]], a[swapped[1]]) == (b[swapped[1]], b[swapped[0]])
    )  # fmt: skip


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
