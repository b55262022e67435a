"""Which words of a report the other one must have too before a rule joins them.

Differences that nobody listed are without number, so what may be left out is listed instead (`data/evidence.toml`):
courtesy, grammar, how long, how bad, what mends it. Every other word must be in both texts, in a listed form.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from router.duplicates.contrast_data import Groups, Words
from router.lexicon.files import Phrase, StrictModel, parse_toml, read_data

FILE: Final = "evidence.toml"
PHRASE: Final = 3
"""More words than these tell of two things: then their order tells which trouble is whose."""


class EvidenceData(StrictModel):
    """evidence.toml."""

    version: str
    neutral: Words
    flanked: Words
    names: Words
    lasting: Words
    since: Words
    long: frozenset[Phrase]
    size: Words
    doubled: Words
    feared: Words
    request: Words
    remedies: Words
    told: Words
    negations: Words
    skipped: Words
    synonyms: Groups
    implied: dict[Phrase, Words]


@cache
def evidence_data() -> EvidenceData:
    """The lists of evidence.toml. Raises BadRules."""
    return parse_toml(EvidenceData, read_data(FILE), FILE)


@cache
def _synonyms() -> Mapping[str, str]:
    """Each listed word, and the first one of its group."""
    return {word: min(group) for group in evidence_data().synonyms for word in group}


def canonical(word: str) -> str:
    """One word for each group of synonyms."""
    return _synonyms().get(word, word)


@cache
def remedies() -> frozenset[str]:
    """What an office may be asked for, in general or for one trouble."""
    data = evidence_data()
    return data.remedies.union(*data.implied.values())


@cache
def _implied() -> Mapping[str, frozenset[str]]:
    """Each trouble, and what is implied beside it; `rawan-tumbang` is a word with what is said of it."""
    return {
        canonical(word): frozenset("-".join(map(canonical, each.split("-"))) for each in words)
        for word, words in evidence_data().implied.items()
    }


class Content(NamedTuple):
    """The content words of one text."""

    order: tuple[str, ...]
    matter: tuple[str, ...]
    """Those in order that are not of its spots."""
    several: bool
    """It tells of two spots of one kind, or of two troubles at two spots: which is where, only the order tells."""


def unaccounted(one: Content, other: Content) -> frozenset[str]:
    """The words of one text that the other one lacks, without those that a shared trouble implies."""
    mine, theirs = frozenset(one.order), frozenset(other.order)
    missing = mine - theirs
    if not missing:
        return missing
    return missing.difference(*(_implied().get(word, ()) for word in mine & theirs))


def is_turned_round(one: Content, other: Content) -> bool:
    """Whether the same words stand in an order that may tell another matter: "bus menabrak motor". A phrase that
    moved to the other end does not: "di Jalan Melati lampu mati".
    """
    if (one.several or other.several) and not _is_rotated(
        _shared(one.order, other.order), _shared(other.order, one.order)
    ):
        return True
    first, second = _shared(one.matter, other.matter), _shared(other.matter, one.matter)
    return (len(first) > PHRASE and not _is_rotated(first, second)) or any(
        _turns(each, first, second) for each in first
    )


def _is_rotated(one: list[str], other: list[str]) -> bool:
    at = other.index(one[0]) if one else 0
    return one == other[at:] + other[:at]


def _shared(words: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word in others]


def _turns(word: str, first: list[str], second: list[str]) -> bool:
    """Whether what stands before an unlisted word in one text stands behind it in the other, and conversely."""
    if word in _synonyms():
        return False
    a, b = first.index(word), second.index(word)
    return bool({*first[:a]} & {*second[b + 1 :]}) and bool({*first[a + 1 :]} & {*second[:b]})
