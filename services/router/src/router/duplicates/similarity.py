"""The similarity of two texts by their features.

Precision comes first, since a wrong join hides one reporter's problem behind another's: the issue must be the same,
both must name the spot, and no detail of the spot may differ (lane, number, side or landmark). It depends on these two
texts alone, so every process gets the same result at any time.
"""

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Final, NamedTuple

from router.duplicates.features import Features, Number

SEVERAL: Final = 3
"""Shared words of the spot that count as naming it, where none of them is a listed name."""
AGREE: Final = 0.5
"""The least share of names or numbers after one marker that both texts must have; with less they are apart."""
AGREE_EXACTLY: Final = 0.6
_TYPO_FROM: Final = 5
"""Characters of the shortest word in which a typing error is accepted."""


class Similarity(NamedTuple):
    """`score`, `issue` and `spot`, 0 to 1: the shared share of all words, of issues and of words of the spot."""

    score: float
    issue: float
    spot: float
    place: bool
    """Both texts name a spot."""
    exact: bool
    """Details of the spot in one text are in the other too."""
    shared: int
    """The number of shared words."""
    apart: str | None
    """What makes the same matter impossible, in a word."""


def similarity(one: Features, other: Features) -> Similarity:
    """Symmetric."""
    pairs = _matched(one.words, other.words)
    where = {pair for pair in pairs if pair[0] in one.where and pair[1] in other.where}
    common = one.issues & other.issues
    issue = len(common) / sqrt(len(one.issues) * len(other.issues)) if common else 0.0
    return Similarity(
        _cosine(one.words, other.words, pairs), issue, _cosine(one.where, other.where, where),
        _named_in_both(one, other, where), _exact(one, other, where), len(pairs), _apart(one, other, AGREE),
    )  # fmt: skip


def _cosine(one: Mapping[str, float], other: Mapping[str, float], pairs: set[tuple[str, str]]) -> float:
    both = sum(one[a] * other[b] for a, b in pairs)
    return min(1.0, both / (_length(one) * _length(other) or 1.0))


def _named_in_both(one: Features, other: Features, pairs: set[tuple[str, str]]) -> bool:
    spots = frozenset().union(*one.spots.values(), *other.spots.values())
    names = {pair for pair in pairs if pair[0].isalpha()}
    numbers = {pair for pair in pairs if pair[0][-2:].strip().isdigit()}
    return any(a in spots or b in spots for a, b in names) or len(names) + len(numbers) >= SEVERAL


def _exact(one: Features, other: Features, pairs: set[tuple[str, str]]) -> bool:
    details = (_details(one), _details(other))
    if any(details) and not any(a in details[0] and b in details[1] for a, b in pairs):
        return False
    sides = _by_label(one.sides), _by_label(other.sides)
    if any(sides[0].get(a) != sides[1].get(b) for a, b in pairs if a in sides[0] or b in sides[1]):
        return False
    return _apart(one, other, AGREE_EXACTLY) is None


def _details(features: Features) -> frozenset[str]:
    return frozenset(each for each in features.where if each.startswith("@") or each[-2:].strip()[:1].isdigit())


def _apart(one: Features, other: Features, agree: float) -> str | None:
    for why, mine, theirs in (
        ("spot", one.spots, other.spots),
        ("area", one.areas, other.areas),
        ("number", _by_label(one.numbers), _by_label(other.numbers)),
        ("side", _by_label(one.sides), _by_label(other.sides)),
        ("landmark", {"": one.landmarks} if one.landmarks else {}, {"": other.landmarks} if other.landmarks else {}),
    ):
        for marker in mine.keys() & theirs.keys():
            if _differ(mine[marker], theirs[marker], agree):
                return why
    return None


def _differ(one: frozenset[str], other: frozenset[str], agree: float) -> bool:
    same = sum(any(_same(a, b) for b in other) for a in one)
    return same < agree * max(len(one), len(other))


def _by_label(numbers: frozenset[Number]) -> dict[str, frozenset[str]]:
    labels: dict[str, set[str]] = {}
    for label, value in numbers:
        labels.setdefault(label, set()).add(value)
    return {label: frozenset(values) for label, values in labels.items()}


def _length(words: Mapping[str, float]) -> float:
    return sqrt(sum(weight * weight for weight in words.values()))


def _matched(one: Mapping[str, float], other: Mapping[str, float]) -> set[tuple[str, str]]:
    exact = {(word, word) for word in one.keys() & other.keys()}
    left, right = (one.keys() - other.keys()), set(other.keys() - one.keys())
    for word in sorted(left):
        if (like := next((each for each in sorted(right) if _same(word, each)), None)) is not None:
            exact.add((word, like))
            right.discard(like)
    return exact


def _same(one: str, other: str) -> bool:
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
