"""The first thing that sets two reports apart, by their contrasts; None if nothing does.

A join hides one report behind another, so silence of one of them counts as a difference wherever the detail says
which of several like things is meant: a side, a number, a code, a claim. Times count where both tell one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from router.duplicates.contrast_data import contrast_data
from router.duplicates.contrasts import Contrasts, Sets

AGES: Final = 5.0
"""Reports of one matter do not differ more than this many times in how long ago it began."""
CLOCK_MIN: Final = 75
"""Nor by more than this many minutes of the day."""
_HALF_DAY_MIN: Final = 720
_WEEK: Final = 7
_NEW: Final = {"oe": "u", "dj": "j", "tj": "c", "sj": "sy", "nj": "ny", "dh": "d", "th": "t", "kh": "k"}
_OLD: Final = re.compile("|".join(_NEW))
_DOUBLED: Final = re.compile(r"(.)\1+")
_SWAPPED_FROM: Final = 5
_TYPO_FROM: Final = 5
"""Characters of the shortest word in which a typing error is accepted."""
_PREFIX: Final = re.compile(r"^(?:mem|men|meng|meny|me|di|ter|ber|pem|pen|peng|per|ke|se|nge|ng|ny|n|m)(?=[a-z]{4})")
_SUFFIX: Final = re.compile(r"(?:kan|an|i|nya|e|ne)$")
_SWALLOWED: Final = re.compile(r"^[ptsk](?=[aeiou])")
"""`penuh`, `memenuhi`: a prefix swallows the first letter."""
_STEMMED_FROM: Final = 4
ONE_TEXT: Final = 0.65
"""With this share of words in common and in order two texts are one text with changes."""
FEW: Final = 2
"""More words than these in one place are another way to say it."""
COPY: Final = 0.6
"""With this share of words in common a text is a copy with changes: then each changed word may be what matters."""


def difference(one: Contrasts, other: Contrasts) -> str | None:
    """What sets them apart, in a word. Symmetric."""
    return next(_differences(one, other), None)


def _differences(one: Contrasts, other: Contrasts) -> Iterator[str]:
    checks: tuple[tuple[str, Callable[[Contrasts, Contrasts], bool]], ...] = (
        ("code", lambda a, b: a.codes != b.codes),
        ("claim", lambda a, b: a.claims != b.claims),
        ("number", lambda a, b: _numbers_differ(a.numbers, b.numbers)),
        ("amount", lambda a, b: _share_nothing(a.amounts, b.amounts)),
        ("side", _sides_differ),
        ("relation", lambda a, b: _share_nothing(a.relations, b.relations)),
        ("time", _times_differ),
        ("kind", lambda a, b: _share_nothing(a.kinds, b.kinds)),
        ("negation", lambda a, b: bool((a.negated - b.negated) & b.words or (b.negated - a.negated) & a.words)),
        ("name", _names_differ),
        ("word", _words_differ),
        ("replaced", lambda a, b: _replaced(*sorted((a.tokens, b.tokens)))),
    )
    return (name for name, differ in checks if differ(one, other))


def _times_differ(one: Contrasts, other: Contrasts) -> bool:
    return (
        _share_nothing(one.times, other.times)
        or _dated_otherwise(one, other)
        or _ages_differ(one.days, other.days)
        or _clocks_differ(one, other)
    )


def _share_nothing(one: Sets, other: Sets) -> bool:
    return any(not one[name] & other[name] for name in one.keys() & other.keys())


def _sides_differ(one: Contrasts, other: Contrasts) -> bool:
    loose = contrast_data().loose.lists | {"region"}
    if one.strict != other.strict or one.toward != other.toward:
        return True
    return any(
        one.sides.get(name) != other.sides.get(name)
        for name in one.sides.keys() | other.sides.keys()
        if name not in loose or (name in one.sides and name in other.sides)
    )


def _numbers_differ(one: Sets, other: Sets) -> bool:
    """After one word they are the same; those after other words are the same, or only one text has any."""
    if any(one[label] != other[label] for label in one.keys() & other.keys()):
        return True
    left, right = _values(one, other), _values(other, one)
    return bool(left - right) and bool(right - left)


def _values(one: Sets, other: Mapping[str, object]) -> set[str]:
    return {value for label in one.keys() - other.keys() for value in one[label]}


def _dated_otherwise(one: Contrasts, other: Contrasts) -> bool:
    """Whether one is dated and the other tells how long ago: nobody can see that these agree."""
    return any(
        bool(a.times.keys() & {"date", "month"} and b.days and not b.times.keys() & {"date", "month"})
        or bool("weekday" in a.times and b.days and min(b.days) > _WEEK)
        for a, b in ((one, other), (other, one))
    )


def _ages_differ(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return bool(one and other) and (min(one) > AGES * max(other) or min(other) > AGES * max(one))


def _clocks_differ(one: Contrasts, other: Contrasts) -> bool:
    gaps = [abs(a - b) % _HALF_DAY_MIN for a in one.clock for b in other.clock]
    return bool(gaps) and min(min(gap, _HALF_DAY_MIN - gap) for gap in gaps) > CLOCK_MIN


def _names_differ(one: Contrasts, other: Contrasts) -> bool:
    """Whether each has a name that the other lacks. A typing error in a name is a difference: Salak is not Salam."""
    return bool(_unlike(one.names, other.names, is_one_name) and _unlike(other.names, one.names, is_one_name))


def _words_differ(one: Contrasts, other: Contrasts) -> bool:
    """Whether one is a copy of the other with changed words."""
    names = one.names, other.names

    def same(a: str, b: str) -> bool:
        return _is_one_word(a, b) or is_one_name(a, b) or (sum(a in n or b in n for n in names) == 1 and is_typo(a, b))

    return _is_changed_copy(one.words, other.words, same) or _is_changed_copy(one.said, other.said, same)


def _is_changed_copy(one: frozenset[str], other: frozenset[str], same: Callable[[str, str], bool]) -> bool:
    effects = contrast_data().effects.words
    mine, theirs = one - effects, other - effects
    changed = _unlike(mine, theirs, same), _unlike(theirs, mine, same)
    return all(changed) and min(len(mine), len(theirs)) * (1 - COPY) >= min(map(len, changed))


def _replaced(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the texts are one text in which a word stands in the place of another. Not symmetric: sort them."""
    found = SequenceMatcher(None, one, other, autojunk=False)
    if found.real_quick_ratio() < ONE_TEXT or found.quick_ratio() < ONE_TEXT or found.ratio() < ONE_TEXT:
        return False
    plain = contrast_data().copies.plain
    for kind, a, b, c, d in found.get_opcodes():
        left, right = set(one[a:b]) - plain, set(other[c:d]) - plain
        words = kind == "replace" and 0 < len(left) <= FEW and 0 < len(right) <= FEW
        if words and not any(_is_one_word(x, y) or is_one_name(x, y) for x in left for y in right):
            return True
    return False


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


def _is_one_word(one: str, other: str) -> bool:
    """Whether these are forms of one word: `penuh`, `memenuhi`, `dipenuhi`."""
    return one == other or (not one.isupper() and not other.isupper() and _stem(one) == _stem(other))


@lru_cache(maxsize=16384)
def _stem(word: str) -> str:
    stem = _PREFIX.sub("", word) if len(word) > _STEMMED_FROM else word
    stem = _SUFFIX.sub("", stem) if len(stem) > _STEMMED_FROM else stem
    return _SWALLOWED.sub("", stem) if len(stem) > _STEMMED_FROM else stem


def is_typo(one: str, other: str) -> bool:
    """The same word, or one typing error apart in a long word."""
    if one == other:
        return True
    if min(len(one), len(other)) < _TYPO_FROM or abs(len(one) - len(other)) > 1 or not (one + other).isalpha():
        return False
    head = next(_unequal(one, other), min(len(one), len(other)))
    a, b = one[head:], other[head:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _unequal(one: str, other: str) -> Iterator[int]:
    return (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
