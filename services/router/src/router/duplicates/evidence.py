"""Which words of a report the other one must have too before a rule joins them.

Differences that nobody listed are without number, so what may be left out is listed instead (`data/evidence.toml`):
courtesy, grammar, how long, how bad, what mends it. Every other word must be in both texts, in a listed form.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple

from router.duplicates.contrast_data import Groups, Words, contrast_data
from router.duplicates.spelling import is_slip
from router.lexicon.files import Phrase, StrictModel, parse_toml, read_data

FILE: Final = "evidence.toml"


_LAMPS, _STREET_LAMP = ("lampu",), "pju"


class EvidenceData(StrictModel):
    """evidence.toml."""

    version: str
    courtesy: frozenset[Phrase]
    neutral: Words
    reporting: Words
    thanks: Words
    names: Words
    residents: Words
    honorifics: Words
    lasting: Words
    since: Words
    size: Words
    feared: Words
    request: Words
    remedies: Words
    negations: Words
    repairs: Words
    public: Words
    parts: Words
    dwellings: Words
    homes: Words
    fixtures: Words
    placed: Words
    leading: Words
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
    data = evidence_data()
    listed = data.public | data.troubles | data.supplies
    return frozenset(map(canonical, listed)) | remedies() | _implied().keys()


@lru_cache(maxsize=16384)
def meant(word: str) -> str:
    """The listed trouble or thing that an unlisted word is a slip of the finger for; the word itself if it is none."""
    known = sorted({*evidence_data().troubles, *_synonyms()})
    return next((each for each in known if is_slip(word, each)), word) if word.isalpha() else word


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


@cache
def leading() -> Mapping[str, str]:
    """Words of place that belong to the word behind them, and what each says: "seberang" in "seberang Pasar Wage"."""
    data = contrast_data().relations
    titles = contrast_data().titles.words
    words = dict.fromkeys((*data.near, *data.toward, *titles, *evidence_data().leading)) | data.words
    return {canonical(word): name or canonical(word) for word, name in words.items()}


class Content(NamedTuple):
    """The content words of one text."""

    order: tuple[str, ...]
    matter: tuple[str, ...]
    """Those that are not of its spots, without what is joined to them."""
    where: tuple[str, ...]
    """Those of its spots."""
    bound: frozenset[tuple[str, str]]
    """Neighbours that are one name or one thing: "Umar Said", "tutup got"."""
    values: frozenset[str]
    """Codes, amounts, hours, dates and signs, each with its kind."""
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
    """What these words imply; it tells nothing beside them. Where no trouble is told, all that is told may be one."""
    if troubles().isdisjoint(words):
        return frozenset(map(canonical, _LAMPS)) if canonical(_STREET_LAMP) in words else frozenset()
    return frozenset().union(*(_implied().get(word, ()) for word in words))


def is_turned_round(one: Content, other: Content) -> bool:
    """Whether the same words stand in an order that may tell another matter: "bus menabrak motor".

    One phrase may stand elsewhere, "di Jalan Melati lampu mati", but not where each of two troubles has a thing of
    its own.
    """
    shared = frozenset(one.order) & frozenset(other.order)
    if any((b, a) in other.bound for a, b in one.bound):
        return True
    told = shared - implied_by(shared)
    if _tells_one_thing(one, shared) and _tells_one_thing(other, shared):
        told &= frozenset(one.where) & frozenset(other.where)
    first, second = ([word for word in dict.fromkeys(each.order) if word in told] for each in (one, other))
    if first == second:
        return False
    same = [a == b for a, b in zip(first, second, strict=True)]
    start, end = same.index(False), len(same) - same[::-1].index(False)
    if one.several or other.several:
        return not _is_rotated(first, second)
    return not _is_rotated(first[start:end], second[start:end])


def _tells_one_thing(content: Content, shared: frozenset[str]) -> bool:
    """Whether it is one thing with one trouble: "listrik padam" is "padam listrik"."""
    matter = {*content.matter} - implied_by(shared)
    return not content.several and len(matter & troubles()) <= 1 and len(matter - troubles()) <= 1


def _is_rotated(one: list[str], other: list[str]) -> bool:
    at = other.index(one[0]) if one[0] in other else 0
    return one == other[at:] + other[:at]
