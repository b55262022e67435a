"""Which words of a report the other one must have too before a rule joins them.

Differences that nobody listed are without number, so what may be left out is listed instead (`data/evidence.toml`):
courtesy, grammar, how long, how bad, what mends it. Every other word must be in both texts, in a listed form.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Final, NamedTuple

from router.duplicates.contrast_data import Groups, Words, contrast_data
from router.lexicon.files import Phrase, StrictModel, parse_toml, read_data

FILE: Final = "evidence.toml"
PHRASE: Final = 3
"""More words than these tell of two things: then their order tells which trouble is whose."""


class EvidenceData(StrictModel):
    """evidence.toml."""

    version: str
    neutral: Words
    flanked: Words
    reporting: Words
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
    answers: Words
    unsure: Words
    repairs: Words
    public: Words
    parts: Words
    dwellings: Words
    fixtures: Words
    placed: Words
    troubles: Words
    damage: Words
    passing: Words
    supplies: Words
    gone: Words
    synonyms: Groups
    implied: dict[Phrase, Words]
    mended: dict[Phrase, Words]


@cache
def evidence_data() -> EvidenceData:
    """The lists of evidence.toml. Raises BadRules."""
    return parse_toml(EvidenceData, read_data(FILE), FILE)


@cache
def _synonyms() -> Mapping[str, str]:
    """Each listed word, and the first one of its group, in capitals: no typing error of another word is like it."""
    return {word: min(group).upper() for group in evidence_data().synonyms for word in group}


def canonical(word: str) -> str:
    """One word for each group of synonyms, in capitals."""
    return _synonyms().get(word, word)


@cache
def troubles() -> frozenset[str]:
    """The words that say what is wrong with a thing."""
    return frozenset(map(canonical, evidence_data().troubles))


@cache
def damage() -> frozenset[str]:
    """The words that say that a thing is broken."""
    return frozenset(map(canonical, evidence_data().damage))


@cache
def _public() -> frozenset[str]:
    data, contrasts = evidence_data(), contrast_data()
    kinds = frozenset().union(*(words for groups in contrasts.kinds.values() for words in groups))
    listed = data.public | data.troubles | data.supplies | (kinds - contrasts.own.things)
    return frozenset(map(canonical, listed)) | remedies() | _implied().keys()


def is_public(word: str) -> bool:
    """Whether it is a listed thing of all."""
    return word in _public()


def tells_of_matter(word: str) -> bool:
    """Whether it is a listed word of a thing or a trouble, and so no name of a place."""
    return canonical(word).isupper() or canonical(word) in troubles()


def unlisted(matter: Collection[str], is_issue: Callable[[str], bool]) -> frozenset[str]:
    """The words of a matter that tell of no public thing or trouble, or of what one household owns."""
    own = contrast_data().own.things - _public()
    return frozenset(
        word for word in matter if word in own or not (word.isupper() or word in _public() or is_issue(word))
    )


def is_over_soon(matter: Collection[str]) -> bool:
    """Whether these words tell of what happens at one time and is over: a fire, a flood, a power cut."""
    event, supply, gone = _passing()
    return not event.isdisjoint(matter) or not (supply.isdisjoint(matter) or gone.isdisjoint(matter))


@cache
def _passing() -> tuple[frozenset[str], ...]:
    data = evidence_data()
    return tuple(frozenset(map(canonical, words)) for words in (data.passing, data.supplies, data.gone))


@cache
def remedies() -> frozenset[str]:
    """What an office may be asked for, in general or for one trouble."""
    data = evidence_data()
    return data.remedies.union(*data.mended.values())


@cache
def _implied() -> Mapping[str, frozenset[str]]:
    """Each trouble, and what is implied beside it; `rawan-tumbang` is a word with what is said of it."""
    data, found = evidence_data(), dict[str, frozenset[str]]()
    for word, words in (*data.implied.items(), *data.mended.items()):
        known = frozenset("-".join(map(canonical, each.split("-"))) for each in words)
        found[canonical(word)] = found.get(canonical(word), frozenset()) | known
    return found


class Content(NamedTuple):
    """The content words of one text."""

    order: tuple[str, ...]
    matter: tuple[str, ...]
    """Those in order that are not of its spots."""
    raw: frozenset[str]
    """Its verbs of doing, as they are written: "menutupi"."""
    several: bool
    """It tells of two spots of one kind, or of two troubles at two spots: which is where, only the order tells."""
    passes: bool
    """It tells of what is over soon: a fire, a power cut."""
    strange: frozenset[str]
    """Words of its matter that no list of public matters knows: it may be one person's alone."""
    broken: frozenset[str]
    """The things that it says are broken."""


def unaccounted(one: Content, other: Content) -> frozenset[str]:
    """The words of one text that the other one lacks, without those that a shared trouble implies."""
    mine, theirs = frozenset(one.order), frozenset(other.order)
    missing = mine - theirs
    if not missing:
        return missing
    return missing.difference(implied_by(mine & theirs))


def implied_by(words: Collection[str]) -> frozenset[str]:
    """What these words imply; it tells nothing beside them."""
    return frozenset().union(*(_implied().get(word, ()) for word in words))


def is_turned_round(one: Content, other: Content) -> bool:
    """Whether the same words stand in an order that may tell another matter: "bus menabrak motor". A phrase that
    moved to the other end does not: "di Jalan Melati lampu mati".
    """
    if (one.several or other.several) and not _is_rotated(
        _shared(one.order, other.order), _shared(other.order, one.order)
    ):
        return True
    implied = implied_by(one.matter)
    first, second = (
        [word for word in _shared(a.matter, b.matter) if word not in implied] for a, b in ((one, other), (other, one))
    )
    phrase = len(first) > PHRASE or (len(first) == PHRASE and len(troubles().intersection(first)) > 1)
    if phrase and not _is_rotated(first, second):
        return True
    done = {canonical(word) for word in one.raw & other.raw}
    told = _shared(one.order, other.order), _shared(other.order, one.order)
    return any(_turns(word, *told) for word in told[0] if word in done) or any(
        _turns(word, first, second) for word in first if not word.isupper()
    )


def _is_rotated(one: list[str], other: list[str]) -> bool:
    at = other.index(one[0]) if one else 0
    return one == other[at:] + other[:at]


def _shared(words: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word in others]


def _turns(word: str, first: list[str], second: list[str]) -> bool:
    """Whether what stands before the word in one text stands behind it in the other, and conversely."""
    a, b = first.index(word), second.index(word)
    return bool({*first[:a]} & {*second[b + 1 :]}) and bool({*first[a + 1 :]} & {*second[:b]})
