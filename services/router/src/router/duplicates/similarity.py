"""The similarity of two texts by their features.

Precision comes first, since a wrong join hides one reporter's problem behind another's: the issue must be the same,
both must name the spot, and no detail of the spot may differ (lane, number, side or landmark). It depends on these two
texts alone, so every process gets the same result at any time.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Final, NamedTuple

from router.duplicates.evidence import tells_of_matter
from router.duplicates.features import Features, Number, feature_data
from router.duplicates.spelling import is_one_name, is_typo

SEVERAL: Final = 3
"""Shared words of the spot that count as naming it, where none of them is a listed name."""
AGREE: Final = 0.5
"""The least share of names or numbers after one marker that both texts must have; with less they are apart."""
PAVEMENTS, ROADS = "pavements", "roads"
_ASIDE: Final = frozenset({"floods"})
"""Issues that follow from others: a flood from a clogged drain. They do not count beside those."""


class Similarity(NamedTuple):
    """`score`, `issue` and `spot`, 0 to 1: the shared share of all words, of issues and of words of the spot."""

    score: float
    issue: float
    spot: float
    place: bool
    """Both texts name a spot."""
    point: bool
    """They name the same one, narrower than a village."""
    numbered: bool
    """A number of its address is in both."""
    shared: int
    """The number of shared words."""
    apart: str | None
    """What makes the same matter impossible, in a word."""


def similarity(one: Features, other: Features) -> Similarity:
    """Symmetric."""
    pairs = _matched(one.words, other.words)
    where = {pair for pair in pairs if pair[0] in one.where and pair[1] in other.where}
    issue = _issue(one.issues, other.issues)
    unique = any(label in feature_data().markers.unique for label, _ in one.numbers & other.numbers)
    return Similarity(
        _cosine(one.words, other.words, pairs), issue, _cosine(one.where, other.where, where),
        unique or _named_in_both(one, other, where), unique or _name_one_point(one, other),
        bool(one.numbers & other.numbers), len(pairs), _apart(one, other, AGREE),
    )  # fmt: skip


def _issue(one: frozenset[str], other: frozenset[str]) -> float:
    common, aside = one & other, _ASIDE
    if PAVEMENTS in common:
        aside = aside | {ROADS}  # a broken pavement has holes
    if common - aside:
        common, one, other = common - aside, one - aside, other - aside
    return len(common) / sqrt(len(one) * len(other)) if common else 0.0


def _cosine(one: Mapping[str, float], other: Mapping[str, float], pairs: set[tuple[str, str]]) -> float:
    both = sum(one[a] * other[b] for a, b in pairs)
    return min(1.0, both / (_length(one) * _length(other) or 1.0))


def _named_in_both(one: Features, other: Features, pairs: set[tuple[str, str]]) -> bool:
    spots = frozenset().union(*one.spots.values(), *other.spots.values()) - feature_data().generic.words
    names = {pair for pair in pairs if pair[0].isalpha() and not tells_of_matter(pair[0])}
    numbers = {pair for pair in pairs if pair[0][-2:].strip().isdigit()}
    return any(a in spots or b in spots for a, b in names) or (bool(names) and len(names) + len(numbers) >= SEVERAL)


def _name_one_point(one: Features, other: Features) -> bool:
    wide, generic = feature_data().settlements.markers, feature_data().generic.words
    left, right = (
        {
            name
            for marker, names in each.spots.items()
            if marker not in wide
            for name in names - generic
            if not tells_of_matter(name)
        }
        for each in (one, other)
    )
    return any(is_one_name(a, b) for a in left for b in other.where) or any(
        is_one_name(a, b) for a in right for b in one.where
    )


def _apart(one: Features, other: Features, agree: float) -> str | None:
    for why, mine, theirs in (
        ("spot", one.spots, other.spots),
        ("area", one.areas, other.areas),
        ("number", _by_label(one.numbers), _by_label(other.numbers)),
        ("side", _by_label(one.sides), _by_label(other.sides)),
    ):
        for marker in mine.keys() & theirs.keys():
            if _differ(mine[marker], theirs[marker], agree):
                return why
    landmarks = one.landmarks, other.landmarks
    return "landmark" if all(landmarks) and _differ(*landmarks, AGREE) else None


def _differ(one: frozenset[str], other: frozenset[str], agree: float) -> bool:
    same = sum(any(is_typo(a, b) for b in other) for a in one)
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
        if (match := next((each for each in sorted(right) if is_typo(word, each)), None)) is not None:
            exact.add((word, match))
            right.discard(match)
    return exact
